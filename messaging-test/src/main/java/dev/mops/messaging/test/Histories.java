package dev.mops.messaging.test;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Histories of events to run handlers on: given ones, and such as are made of a seed. {@code -Dmops.histories.seed=…} makes
 * others; with the seed that a failure names, the history that failed is the first one.
 *
 * @param <E> the root of the family
 */
public final class Histories<E> {

    private static final String SEED = "mops.histories.seed";
    private static final long FIRST_SEED = 1;

    private final List<History<E>> all;

    private Histories(List<History<E>> all) {
        this.all = List.copyOf(all);
    }

    /** One history, in log order. */
    public static <E> Histories<E> given(List<? extends E> events) {
        return new Histories<>(List.of(new History<>(List.copyOf(events), OptionalLong.empty())));
    }

    /**
     * So many histories, of seeds that follow each other.
     *
     * @param generator makes a history of nothing but the random numbers that it is given
     */
    public static <E> Histories<E> generated(int count, Function<RandomGenerator, List<? extends E>> generator) {
        long first = Long.getLong(SEED, FIRST_SEED);
        List<History<E>> made = new ArrayList<>();
        for (long seed = first; seed < first + count; seed++) {
            made.add(new History<>(List.copyOf(generator.apply(new SplittableRandom(seed))), OptionalLong.of(seed)));
        }
        return new Histories<>(made);
    }

    /** These and others. */
    public Histories<E> and(Histories<E> others) {
        List<History<E>> both = new ArrayList<>(all);
        both.addAll(others.all);
        return new Histories<>(both);
    }

    List<History<E>> all() {
        return all;
    }

    /** A history; with its seed, if it was made of one. */
    record History<E>(List<E> events, OptionalLong seed) {

        String origin() {
            return seed.isEmpty()
                    ? "as given"
                    : "seed " + seed.getAsLong() + ", again with -D" + SEED + "=" + seed.getAsLong();
        }
    }
}
