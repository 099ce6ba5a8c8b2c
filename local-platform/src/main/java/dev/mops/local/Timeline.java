package dev.mops.local;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What happened in several services, in the order of its times, for a terminal. */
final class Timeline {

    private static final int WIDTH = 110;
    private static final int NARROWEST = 40;
    // It is what a record says of itself, and anybody may write one.
    private static final int LONGEST_SERVICE = 30;

    private final List<Row> rows = new ArrayList<>();

    /** Rows of one time stay in the order in which they are added. */
    void add(Instant at, String service, String text) {
        String name = Lines.printable(service);
        rows.add(new Row(at, name.substring(0, Math.min(name.length(), LONGEST_SERVICE)), Lines.printable(text)));
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** When it begins; it must not be empty. */
    Instant begin() {
        return rows.stream().map(Row::at).min(Comparator.naturalOrder()).orElseThrow();
    }

    /** All rows, each with the time since an instant; long ones go on in the next line. */
    List<String> lines(Instant since) {
        List<Row> sorted = rows.stream().sorted(Comparator.comparing(Row::at)).toList();
        int times = sorted.stream()
                .mapToInt(row -> passed(since, row.at()).length())
                .max()
                .orElse(0);
        int services =
                sorted.stream().mapToInt(row -> row.service().length()).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (Row row : sorted) {
            String begin = String.format(
                    Locale.ROOT, "%" + times + "s  %-" + services + "s  ", passed(since, row.at()), row.service());
            for (String part : wrapped(row.text(), Math.max(NARROWEST, WIDTH - begin.length()))) {
                lines.add(begin + part);
                begin = " ".repeat(begin.length());
            }
        }
        return lines;
    }

    /** The time from one instant to another, to the millisecond: {@code +0.012}, {@code +1:11.204}. */
    static String passed(Instant since, Instant at) {
        Duration passed = Duration.between(since.truncatedTo(ChronoUnit.MILLIS), at.truncatedTo(ChronoUnit.MILLIS));
        Duration abs = passed.abs();
        String seconds = String.format(
                Locale.ROOT, abs.toMinutes() == 0 ? "%d.%03d" : "%02d.%03d", abs.toSecondsPart(), abs.toMillisPart());
        String minutes = abs.toMinutes() == 0
                ? ""
                : abs.toHours() == 0
                        ? abs.toMinutes() + ":"
                        : String.format(Locale.ROOT, "%d:%02d:", abs.toHours(), abs.toMinutesPart());
        return (passed.isNegative() ? "-" : "+") + minutes + seconds;
    }

    /** A text in lines of a width, broken between words where that goes; all but the first are indented. */
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        String indent = " ".repeat(text.length() - text.stripLeading().length() + 2);
        String rest = text;
        while (rest.length() > width) {
            int blank = rest.lastIndexOf(' ', width);
            int cut = blank > width / 2 ? blank : width;
            lines.add(rest.substring(0, cut).stripTrailing());
            rest = indent + rest.substring(cut).strip();
        }
        lines.add(rest);
        return lines;
    }

    private record Row(Instant at, String service, String text) {}
}
