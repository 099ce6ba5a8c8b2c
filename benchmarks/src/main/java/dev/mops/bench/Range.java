package dev.mops.bench;

/** A median between the least and the most that was measured. */
record Range(double min, double median, double max) {

    static Range of(Figure figure) {
        Spread spread = figure.spread();
        return new Range(spread.min(), spread.median(), spread.max());
    }

    /** How many times the other one; its ends are what the ends of both allow. */
    Range over(Range other) {
        return new Range(min / other.max, median / other.median, max / other.min);
    }

    boolean overlaps(Range other) {
        return min <= other.max && max >= other.min;
    }

    /** For people: the median, and the ends where they differ from it. */
    String text() {
        String middle = Figures.number(median);
        return min == max ? middle : middle + " (" + Figures.number(min) + " – " + Figures.number(max) + ")";
    }
}
