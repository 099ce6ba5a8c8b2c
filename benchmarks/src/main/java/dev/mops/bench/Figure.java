package dev.mops.bench;

import java.util.List;

/**
 * What was measured, some times over.
 *
 * @param part the part of the benchmark
 * @param name what it is, for people; the same in every run
 * @param unit of the values
 * @param higherIsBetter whether more is better
 * @param values one of each time
 */
record Figure(String part, String name, String unit, boolean higherIsBetter, List<Double> values) {

    Figure {
        values = List.copyOf(values);
    }

    /** Whether nobody knows how far the next value is away. */
    boolean isMeasuredOnce() {
        return values.size() < 2;
    }

    Spread spread() {
        return Spread.of(values);
    }
}
