package dev.mops.messaging.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        return new Histories<>(List.of(new History<>(List.copyOf(events), OptionalLong.empty(), Optional.empty())));
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
            List<E> events = List.copyOf(generator.apply(new SplittableRandom(seed)));
            made.add(new History<>(events, OptionalLong.of(seed), Optional.empty()));
        }
        return new Histories<>(made);
    }

    /** These and others. */
    public Histories<E> and(Histories<E> others) {
        List<History<E>> both = new ArrayList<>(all);
        both.addAll(others.all);
        return new Histories<>(both);
    }

    /** The same, as they can't be: a handler may refuse an event of them, with this error. */
    public Histories<E> refusedWith(Class<? extends Throwable> error) {
        return new Histories<>(all.stream()
                .map(history -> new History<>(history.events(), history.seed(), Optional.of(error.getName())))
                .toList());
    }

    List<History<E>> all() {
        return all;
    }

    /**
     * A history.
     *
     * @param seed that it was made of, if any
     * @param refusal the class of the error with which its events may be refused, if they may
     */
    record History<E>(List<E> events, OptionalLong seed, Optional<String> refusal) {

        String origin() {
            return seed.isEmpty()
                    ? "as given"
                    : "seed " + seed.getAsLong() + ", again with -D" + SEED + "=" + seed.getAsLong();
        }
    }
}
