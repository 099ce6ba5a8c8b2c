package dev.mops.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A figure as a ratio to another one, measured in the same run. Seconds of two machines say nothing about each other; how
 * much of its limit a platform reaches does, and how many times what the baseline carries.
 */
record Relative(Figure figure, Figure to) {

    /** The part of the benchmark that measures limits. */
    static final String LIMITS = "limits";

    /** What an order needs most of: durable transactions, of many at once. */
    static final String YARDSTICK = "single-row inserts, 32 connections";

    /** The part of the benchmark that has figures of the same names as the baselines. */
    static final String PLATFORM = "platform";

    /** How the parts begin in which the same is built in other ways. */
    static final String BASELINES = "textbook chain";

    static final String UNIT = "×";

    // Not of rows and bytes: where one grows from nothing, its ratio says nothing.
    private static final Set<String> RATE_AND_TIME = Set.of("orders/s", "ms");

    /**
     * Each rate beside the limit, then what the platform and a baseline both have, mixes beside the plain one, and what growth
     * has changed; as far as they were measured.
     */
    static List<Relative> of(Result result) {
        return Stream.of(toLimit(result), toBaselines(result), toPlain(result), toFirst(result))
                .flatMap(each -> each)
                .toList();
    }

    private static Stream<Relative> toLimit(Result result) {
        return result.of(LIMITS).stream()
                .filter(limit -> limit.name().equals(YARDSTICK))
                .flatMap(limit -> result.figures().stream()
                        .filter(figure ->
                                figure.higherIsBetter() && !figure.part().equals(LIMITS))
                        .map(figure -> new Relative(figure, limit)));
    }

    private static Stream<Relative> toBaselines(Result result) {
        return result.figures().stream()
                .filter(other -> other.part().startsWith(BASELINES))
                .flatMap(other -> result.of(PLATFORM).stream()
                        .filter(figure -> figure.name().equals(other.name())
                                && figure.unit().equals(other.unit()))
                        .map(figure -> new Relative(figure, other)));
    }

    private static Stream<Relative> toPlain(Result result) {
        return result.of(Mixes.PART).stream()
                .filter(plain -> plain.name().equals(Mixes.PLAIN))
                .flatMap(plain -> result.of(Mixes.PART).stream()
                        .filter(figure -> !figure.equals(plain) && figure.unit().equals(plain.unit()))
                        .map(figure -> new Relative(figure, plain)));
    }

    private static Stream<Relative> toFirst(Result result) {
        return result.of(Growth.PART).stream()
                .filter(first -> first.name().endsWith(Growth.FIRST) && RATE_AND_TIME.contains(first.unit()))
                .flatMap(first -> result.of(Growth.PART).stream()
                        .filter(figure -> figure.name().equals(afterwards(first)))
                        .map(figure -> new Relative(figure, first)));
    }

    private static String afterwards(Figure first) {
        return first.name().substring(0, first.name().length() - Growth.FIRST.length()) + Growth.AFTER;
    }

    /** Under the title of what they are relative to. */
    static Map<String, List<Relative>> byTitle(Result result) {
        return of(result).stream()
                .collect(Collectors.groupingBy(Relative::title, LinkedHashMap::new, Collectors.toList()));
    }

    String title() {
        return "relative to "
                + switch (to.part()) {
                    case LIMITS, Mixes.PART -> to.name();
                    case Growth.PART -> "the first orders";
                    default -> to.part();
                };
    }

    String name() {
        return figure.part() + ": " + figure.name();
    }

    Range ratio() {
        return Range.of(figure).over(Range.of(to));
    }

    /** Whether one of the two is a single value. */
    boolean isMeasuredOnce() {
        return figure.isMeasuredOnce() || to.isMeasuredOnce();
    }
}
