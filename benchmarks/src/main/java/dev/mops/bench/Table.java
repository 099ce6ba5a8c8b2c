package dev.mops.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A result as a table, part by part. */
final class Table {

    private static final List<String> HEAD = List.of("", "min", "median", "max", "unit");

    private Table() {}

    /** For a terminal. */
    static String text(Result result) {
        StringBuilder text = new StringBuilder();
        for (Section section : sections(result)) {
            text.append('\n').append(section.title).append('\n');
            int width = section.rows.stream()
                    .mapToInt(row -> row.getFirst().length())
                    .max()
                    .orElse(0);
            Stream.concat(Stream.of(HEAD), section.rows.stream())
                    .map(row -> String.format(Locale.ROOT, "  %-" + width + "s  %10s  %10s  %10s  %s%n", row.toArray()))
                    .forEach(text::append);
        }
        result.failures()
                .forEach(failure ->
                        text.append("\nFAILED: ").append(failure.text()).append('\n'));
        return text.toString();
    }

    /** For a page of the docs. */
    static String markdown(Result result) {
        StringBuilder text = new StringBuilder();
        for (Section section : sections(result)) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append("### ")
                    .append(section.title)
                    .append("\n\n| what | min | median | max | unit |\n| --- | ---: | ---: | ---: | --- |\n");
            section.rows.forEach(row -> text.append("| ")
                    .append(String.join(
                            " | ",
                            row.stream().map(cell -> cell.replace("|", "\\|")).toList()))
                    .append(" |\n"));
        }
        result.failures()
                .forEach(failure ->
                        text.append("\nFailed: ").append(failure.text()).append('\n'));
        return text.toString();
    }

    private static List<Section> sections(Result result) {
        List<Section> sections = new ArrayList<>();
        for (String part : result.parts()) {
            sections.add(new Section(
                    part,
                    result.of(part).stream()
                            .map(figure -> row(figure.name(), Range.of(figure), figure.unit()))
                            .toList()));
        }
        Relative.byTitle(result)
                .forEach((title, relatives) -> sections.add(new Section(
                        title,
                        relatives.stream()
                                .map(each -> row(each.name(), each.ratio(), Relative.UNIT))
                                .toList())));
        return sections;
    }

    private static List<String> row(String name, Range range, String unit) {
        return List.of(
                name, Figures.number(range.min()), Figures.number(range.median()), Figures.number(range.max()), unit);
    }

    private record Section(String title, List<List<String>> rows) {}
}
