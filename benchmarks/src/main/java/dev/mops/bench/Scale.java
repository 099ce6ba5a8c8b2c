package dev.mops.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** From a value to its place on a line, in percent of the line's length. */
final class Scale {

    private final boolean logarithmic;
    private final double from;
    private final double to;

    private Scale(boolean logarithmic, double from, double to) {
        this.logarithmic = logarithmic;
        this.from = from;
        this.to = to;
    }

    /** From zero to the largest value: lengths can be compared. */
    static Scale lengths(double largest) {
        return new Scale(false, 0, largest > 0 ? largest : 1);
    }

    /** From a power of ten to a power of ten: what is ten times as much is one step away. */
    static Scale steps(List<Range> ranges) {
        double least = ranges.stream()
                .mapToDouble(Range::min)
                .filter(each -> each > 0)
                .min()
                .orElse(1);
        double most = ranges.stream()
                .mapToDouble(Range::max)
                .filter(each -> each > 0)
                .max()
                .orElse(10);
        double from = Math.floor(Math.log10(least));
        return new Scale(true, from, Math.max(Math.ceil(Math.log10(most)), from + 1));
    }

    String percent(double value) {
        double place = logarithmic ? Math.log10(value) : value;
        double share = (place - from) / (to - from) * 100;
        // What can't be drawn (nothing measured, or zero where there is none) stands at the beginning.
        return String.format(Locale.ROOT, "%.2f%%", Double.isFinite(share) ? Math.clamp(share, 0, 100) : 0.0);
    }

    /** The powers of ten. */
    List<Double> steps() {
        return IntStream.rangeClosed((int) from, (int) to)
                .mapToObj(power -> Math.pow(10, power))
                .toList();
    }
}
