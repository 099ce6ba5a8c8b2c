package dev.mops.bench;

import dev.mops.bench.Result.Failure;
import dev.mops.local.LocalPlatformException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The figures of a run, told as they come. */
final class Figures {

    private static final long BEGIN_NANOS = System.nanoTime();

    private final List<Figure> all = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private final PrintStream out;

    Figures(PrintStream out) {
        this.out = out;
    }

    /** Says what is being done. */
    void say(String what) {
        out.printf(Locale.ROOT, "%5d s  %s%n", (System.nanoTime() - BEGIN_NANOS) / 1_000_000_000, what);
        out.flush();
    }

    /** What is more is better. */
    void rate(String part, String name, String unit, List<Double> values) {
        add(new Figure(part, name, unit, true, values));
    }

    /** What is less is better. */
    void cost(String part, String name, String unit, List<Double> values) {
        add(new Figure(part, name, unit, false, values));
    }

    private void add(Figure figure) {
        all.add(figure);
        Spread spread = figure.spread();
        say("  %-60s %10s %10s %10s  %s"
                .formatted(
                        figure.name(),
                        number(spread.min()),
                        number(spread.median()),
                        number(spread.max()),
                        figure.unit()));
    }

    /** A part has ended early; what was measured of it stays. */
    void failed(String part, Throwable why) {
        String reason = why.getMessage() == null ? why.toString() : why.getMessage();
        if (!(why instanceof LocalPlatformException) && why.getCause() != null) {
            reason += " (" + why.getCause() + ")";
        }
        failures.add(new Failure(part, reason));
        say("FAILED: " + part + ": " + reason);
    }

    List<Failure> failures() {
        return List.copyOf(failures);
    }

    List<Figure> all() {
        return List.copyOf(all);
    }

    Optional<Figure> find(String part, String name) {
        return all.stream()
                .filter(figure -> figure.part().equals(part) && figure.name().equals(name))
                .findFirst();
    }

    /** With three digits that count, at least. */
    static String number(double value) {
        double size = Math.abs(value);
        int digits = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
