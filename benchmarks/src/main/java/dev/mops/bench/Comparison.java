package dev.mops.bench;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A result beside a former one, as ratios of medians. On another machine only ratios to what was measured
 * beside it are compared.
 *
 * @param heading what is compared with what
 * @param lines one for each figure that both have
 * @param alone how many figures only one of them has
 */
record Comparison(String heading, List<Line> lines, long alone) {

    /**
     * One figure, then and now.
     *
     * @param part of the benchmark, or what it is relative to
     * @param measuredOnce whether one of them is a single value, of which nobody knows how far the next is away
     */
    record Line(
            String part,
            String name,
            String unit,
            boolean higherIsBetter,
            Range before,
            Range now,
            boolean measuredOnce) {

        Range ratio() {
            return now.over(before);
        }

        /** A change is one only where what was measured now is all on one side of what was measured then. */
        Verdict verdict() {
            if (measuredOnce) {
                return Verdict.ONCE;
            }
            if (now.overlaps(before)) {
                return Verdict.WITHIN;
            }
            return now.median() > before.median() == higherIsBetter ? Verdict.BETTER : Verdict.WORSE;
        }

        String ratioText() {
            return Double.isFinite(ratio().median()) ? Figures.number(ratio().median()) + " ×" : "–";
        }
    }

    /** What a ratio says. */
    enum Verdict {
        BETTER("better"),
        WORSE("worse"),
        WITHIN("within the spread"),
        ONCE("measured once, so no spread is known");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    static Comparison of(Result now, Result before) {
        boolean alike = now.machine().isLike(before.machine());
        List<Line> lines = new ArrayList<>();
        long alone = alike
                ? pair(now.figures(), before.figures(), Comparison::key, (one, other) -> lines.add(line(one, other)))
                : 0;
        alone += pair(
                Relative.of(now), Relative.of(before), Comparison::key, (one, other) -> lines.add(line(one, other)));
        return new Comparison(heading(now, before, alike), List.copyOf(lines), alone);
    }

    private static String heading(Result now, Result before, boolean alike) {
        String heading = "Compared with: " + before.title() + " (this one: " + now.title() + ")";
        return alike
                ? heading
                : heading
                        + ". Another machine, so only ratios to what was measured on the same one are compared. Then: "
                        + before.machine().hardware() + "; now: "
                        + now.machine().hardware();
    }

    String text() {
        StringBuilder text = new StringBuilder("\n").append(heading).append('\n');
        int width = lines.stream().mapToInt(line -> line.name.length()).max().orElse(0);
        String part = "";
        for (Line line : lines) {
            if (!line.part.equals(part)) {
                part = line.part;
                text.append('\n').append(part).append('\n');
            }
            text.append(String.format(
                    Locale.ROOT,
                    "  %-" + width + "s  %9s  %s; then %s, now %s %s%n",
                    line.name,
                    line.ratioText(),
                    line.verdict().words(),
                    line.before.text(),
                    line.now.text(),
                    line.unit));
        }
        return text.append(closing().map(closing -> "\n" + closing + "\n").orElse(""))
                .toString();
    }

    /** What is not compared. */
    Optional<String> closing() {
        if (lines.isEmpty()) {
            return Optional.of("The two have no figure in common that could be compared.");
        }
        return alone == 0 ? Optional.empty() : Optional.of("Not compared: " + alone + " that only one of the two has.");
    }

    private static String key(Figure figure) {
        return figure.part() + "\n" + figure.name() + "\n" + figure.unit();
    }

    private static String key(Relative relative) {
        return relative.title() + "\n" + key(relative.figure());
    }

    private static Line line(Figure now, Figure before) {
        return new Line(
                now.part(),
                now.name(),
                now.unit(),
                now.higherIsBetter(),
                Range.of(before),
                Range.of(now),
                now.isMeasuredOnce() || before.isMeasuredOnce());
    }

    private static Line line(Relative now, Relative before) {
        return new Line(
                now.title(),
                now.name(),
                Relative.UNIT,
                now.figure().higherIsBetter(),
                before.ratio(),
                now.ratio(),
                now.isMeasuredOnce() || before.isMeasuredOnce());
    }

    /** Hands over what both have, in the order of the first; returns how many only one has. */
    private static <T> long pair(List<T> now, List<T> before, Function<T, String> key, Both<T> both) {
        Set<String> known = new HashSet<>();
        long alone = before.size();
        for (T one : now) {
            Optional<T> other = before.stream()
                    .filter(each -> key.apply(each).equals(key.apply(one)) && known.add(key.apply(each)))
                    .findFirst();
            other.ifPresent(found -> both.take(one, found));
            alone += other.isPresent() ? -1 : 1;
        }
        return alone;
    }

    private interface Both<T> {
        void take(T now, T before);
    }
}
