package dev.mops.bench;

import java.util.Arrays;
import java.util.Collection;

/** Values of one kind in their order: exact percentiles, none is estimated. */
final class Spread {

    private final double[] sorted;

    private Spread(double[] sorted) {
        this.sorted = sorted;
    }

    static Spread of(Collection<Double> values) {
        return new Spread(
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray());
    }

    /** Microseconds, as milliseconds. */
    static Spread ofMicros(long[] micros) {
        return new Spread(Arrays.stream(micros)
                .mapToDouble(each -> each / 1_000.0)
                .sorted()
                .toArray());
    }

    int count() {
        return sorted.length;
    }

    /** The value that this share of all do not exceed; NaN where there is none. */
    double at(double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.ceil(share * sorted.length) - (share > 0 ? 1 : 0)];
    }

    double min() {
        return at(0);
    }

    double median() {
        return at(0.5);
    }

    double max() {
        return at(1);
    }
}
