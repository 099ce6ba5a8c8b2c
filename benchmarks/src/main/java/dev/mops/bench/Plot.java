package dev.mops.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Figures that are looked at together, found by their names.
 *
 * @param kind how they are drawn
 * @param rows in the order in which they were measured
 */
record Plot(String title, Kind kind, String unit, boolean higherIsBetter, List<Row> rows) {

    private static final Pattern PERCENTILE = Pattern.compile("(.*?)(?: at (.*))?, (p[\\d.]+|max)");
    private static final Pattern CPU = Pattern.compile("processor time of (.+?) for 1,000 orders(?:(?:,| at) (.*))?");
    private static final Pattern MEMORY = Pattern.compile("memory of ([^,]+?)(?:(?:,| at) (.*))?");

    /** How figures are drawn. */
    enum Kind {
        /** Lengths, from zero. */
        BARS,
        /** Places on a scale on which each step is ten times the one before. */
        PERCENTILES,
        /** Lengths that are parts of one. */
        STACKED
    }

    /**
     * @param group under which it stands, such as a load; may be empty
     * @param label in that group
     */
    record Row(String group, String label, Figure figure) {}

    /** Each figure of a part is in one of its plots. */
    static List<Plot> of(List<Figure> part) {
        Map<String, Plot> plots = new LinkedHashMap<>();
        for (Figure figure : part) {
            Plot found = alone(figure);
            plots.computeIfAbsent(
                            found.title + found.kind + found.unit + found.higherIsBetter,
                            _ -> new Plot(found.title, found.kind, found.unit, found.higherIsBetter, new ArrayList<>()))
                    .rows
                    .addAll(found.rows);
        }
        return List.copyOf(plots.values());
    }

    private static Plot alone(Figure figure) {
        Matcher percentile = PERCENTILE.matcher(figure.name());
        if (percentile.matches()) {
            return plot(percentile.group(1), Kind.PERCENTILES, percentile.group(2), percentile.group(3), figure);
        }
        Matcher cpu = CPU.matcher(figure.name());
        if (cpu.matches()) {
            return plot("processor time for 1,000 orders", Kind.STACKED, cpu.group(2), cpu.group(1), figure);
        }
        Matcher memory = MEMORY.matcher(figure.name());
        if (memory.matches()) {
            return plot("resident memory", Kind.BARS, memory.group(2), memory.group(1), figure);
        }
        return plot(figure.unit(), Kind.BARS, null, figure.name(), figure);
    }

    private static Plot plot(String title, Kind kind, @Nullable String group, String label, Figure figure) {
        Row row = new Row(group == null ? "" : group, label, figure);
        return new Plot(title, kind, figure.unit(), figure.higherIsBetter(), List.of(row));
    }

    /** The rows under each group, in their order. */
    Map<String, List<Row>> groups() {
        Map<String, List<Row>> groups = new LinkedHashMap<>();
        rows.forEach(
                row -> groups.computeIfAbsent(row.group, _ -> new ArrayList<>()).add(row));
        return groups;
    }
}
