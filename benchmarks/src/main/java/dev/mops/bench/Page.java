package dev.mops.bench;

import dev.mops.bench.Plot.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A result as one page that loads nothing and has no script: plots, and under each one its table, which is what a screen
 * reader reads. It is XML, too.
 */
final class Page {

    private static final int COLOURS = 9;

    private final StringBuilder html = new StringBuilder();
    // A process has one colour on the whole page.
    private final List<String> processes = new ArrayList<>();

    private Page() {}

    /** The whole page; with what it was compared with, if anything. */
    static String of(Result result, @Nullable Comparison comparison) {
        Page page = new Page();
        page.write(result, comparison);
        return page.html.toString();
    }

    private void write(Result result, @Nullable Comparison comparison) {
        add("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
                <title>mo-ps, measured: %s</title>
                <style>%s</style>
                </head>
                <body>
                <main>
                <h1>mo-ps, measured</h1>
                """.formatted(escaped(result.title()), STYLE));
        machine(result);
        result.failures().forEach(failure -> add("<p>Failed: %s</p>\n".formatted(escaped(failure.text()))));
        add("<p>A bar or a dot is the median; the thin line goes from the least to the most that was measured.</p>\n");
        contents(result, comparison);
        for (String part : result.parts()) {
            add("<section id=\"%s\">\n<h2>%s</h2>\n".formatted(id(part), escaped(part)));
            Plot.of(result.of(part)).forEach(this::plot);
            add("</section>\n");
        }
        Relative.byTitle(result).forEach(this::relative);
        if (comparison != null) {
            comparison(comparison);
        }
        add("</main>\n</body>\n</html>\n");
    }

    private void machine(Result result) {
        Machine machine = result.machine();
        add("<dl>\n");
        term(
                "shape",
                switch (result.shape()) {
                    case WHOLE -> "the whole benchmark";
                    case QUICK -> "quick: short, with fewer figures";
                    case SMOKE -> "smoke: one ratio, measured once";
                });
        term("started", result.started().toString());
        term("took", took(result.took()));
        term("processor", machine.processor() + ", " + machine.cores() + " cores");
        term("memory", machine.gibibytes());
        term("data on", machine.fileSystem());
        term("system", machine.system());
        term("JDK", machine.jdk());
        term("PostgreSQL", machine.postgres());
        term("Kafka", machine.kafka());
        term("commit", machine.commit() + (machine.clean() ? "" : ", with changes that are not in it"));
        add("</dl>\n");
    }

    private void term(String term, String value) {
        add("<div><dt>%s</dt><dd>%s</dd></div>\n".formatted(escaped(term), escaped(value)));
    }

    private void contents(Result result, @Nullable Comparison comparison) {
        add("<nav aria-label=\"Parts\"><ul>\n");
        result.parts().forEach(part -> link(id(part), part));
        Relative.byTitle(result).keySet().forEach(title -> link(id(title), title));
        if (comparison != null) {
            link("comparison", "compared");
        }
        add("</ul></nav>\n");
    }

    private void link(String id, String name) {
        add("<li><a href=\"#%s\">%s</a></li>\n".formatted(id, escaped(name)));
    }

    private void plot(Plot plot) {
        String about =
                switch (plot.kind()) {
                    case BARS -> plot.higherIsBetter() ? "more is better" : "less is better";
                    case PERCENTILES -> "less is better; each line to the right is ten times as much";
                    case STACKED -> "less is better";
                };
        String title = plot.title() + (plot.title().equals(plot.unit()) ? "" : ", " + plot.unit());
        add("<figure>\n<figcaption><strong>%s</strong> <small>%s</small></figcaption>\n"
                .formatted(escaped(title), about));
        add("<div role=\"img\" aria-label=\"%s\">\n"
                .formatted(escaped("Plot of " + title + "; its values are in the table below.")));
        switch (plot.kind()) {
            case BARS -> bars(plot);
            case PERCENTILES -> percentiles(plot);
            case STACKED -> stacked(plot);
        }
        add("</div>\n");
        values(
                title,
                plot.rows().stream()
                        .map(row -> new Value(
                                row.figure().name(),
                                Range.of(row.figure()),
                                row.figure().unit()))
                        .toList());
        add("</figure>\n");
    }

    private void bars(Plot plot) {
        Scale scale = Scale.lengths(plot.rows().stream()
                .mapToDouble(row -> Range.of(row.figure()).max())
                .max()
                .orElse(0));
        plot.groups().forEach((group, rows) -> {
            group(group);
            rows.forEach(row -> bar(row.label(), Range.of(row.figure()), plot.unit(), scale));
        });
    }

    private void bar(String label, Range range, String unit, Scale scale) {
        label(label, range.text() + " " + unit);
        add("<svg width=\"100%\" height=\"18\"><rect class=\"bar\" y=\"3\" height=\"12\" width=\"")
                .add(scale.percent(range.median()))
                .add("\"/>");
        whisker(range, scale);
        add("</svg>\n");
    }

    /** Each group on the same scale, one line for each percentile. */
    private void percentiles(Plot plot) {
        Scale scale = Scale.steps(
                plot.rows().stream().map(row -> Range.of(row.figure())).toList());
        plot.groups().forEach((group, rows) -> {
            group(group);
            for (Row row : rows) {
                Range range = Range.of(row.figure());
                add("<div class=\"lane\"><span>")
                        .add(escaped(row.label()))
                        .add("</span><svg width=\"100%\" height=\"18\">");
                for (double step : scale.steps()) {
                    vertical("grid", scale.percent(step), 0, 18);
                }
                whisker(range, scale);
                add("<circle class=\"dot\" cy=\"9\" r=\"5\" cx=\"")
                        .add(scale.percent(range.median()))
                        .add("\"/></svg>");
                add("<span class=\"number\">")
                        .add(escaped(Figures.number(range.median())))
                        .add("</span></div>\n");
            }
        });
        add("<div class=\"lane\"><span></span><svg width=\"100%\" height=\"18\">");
        List<Double> steps = scale.steps();
        for (int i = 0; i < steps.size(); i++) {
            String anchor = i == 0 ? "start" : i == steps.size() - 1 ? "end" : "middle";
            add("<text y=\"13\" text-anchor=\"" + anchor + "\" x=\"")
                    .add(scale.percent(steps.get(i)))
                    .add("\">")
                    .add(plain(steps.get(i)))
                    .add("</text>");
        }
        add("</svg><span class=\"number\">").add(escaped(plot.unit())).add("</span></div>\n");
    }

    private void stacked(Plot plot) {
        Set<String> shown =
                new LinkedHashSet<>(plot.rows().stream().map(Row::label).toList());
        shown.stream().filter(process -> !processes.contains(process)).forEach(processes::add);
        Map<String, List<Row>> groups = plot.groups();
        Scale scale = Scale.lengths(
                groups.values().stream().mapToDouble(Page::sum).max().orElse(0));
        groups.forEach((group, rows) -> {
            label(group.isEmpty() ? "all processes" : group, Figures.number(sum(rows)) + " " + plot.unit());
            add("<svg width=\"100%\" height=\"24\">");
            double begin = 0;
            for (Row row : rows) {
                double median = Range.of(row.figure()).median();
                add("<rect class=\"piece " + colour(row.label()) + "\" y=\"2\" height=\"20\" x=\"")
                        .add(scale.percent(begin))
                        .add("\" width=\"")
                        .add(scale.percent(median))
                        .add("\"><title>")
                        .add(escaped(row.label() + ": " + Figures.number(median) + " " + plot.unit()))
                        .add("</title></rect>");
                begin += median;
            }
            add("</svg>\n");
        });
        add("<ul class=\"legend\">\n");
        shown.forEach(process -> add(
                "<li><svg width=\"12\" height=\"12\"><rect class=\"%s\" width=\"12\" height=\"12\"/></svg> %s</li>\n"
                        .formatted(colour(process), escaped(process))));
        add("</ul>\n");
    }

    private String colour(String process) {
        return "c" + processes.indexOf(process) % COLOURS;
    }

    private static double sum(List<Row> rows) {
        return rows.stream().mapToDouble(row -> Range.of(row.figure()).median()).sum();
    }

    private void relative(String title, List<Relative> relatives) {
        add("<section id=\"%s\">\n<h2>%s</h2>\n".formatted(id(title), escaped(title)));
        add(
                "<p>As ratios to what was measured in the same run, they can be compared between machines.</p>\n<figure>\n");
        add("<div role=\"img\" aria-label=\"%s\">\n"
                .formatted(escaped("Plot of what is " + title + "; its values are in the table below.")));
        Scale scale = Scale.lengths(
                relatives.stream().mapToDouble(each -> each.ratio().max()).max().orElse(0));
        relatives.forEach(each -> bar(each.name(), each.ratio(), Relative.UNIT, scale));
        add("</div>\n");
        values(
                title,
                relatives.stream()
                        .map(each -> new Value(each.name(), each.ratio(), Relative.UNIT))
                        .toList());
        add("</figure>\n</section>\n");
    }

    private void comparison(Comparison comparison) {
        add("<section id=\"comparison\">\n<h2>Compared</h2>\n<p>%s</p>\n".formatted(escaped(comparison.heading())));
        if (!comparison.lines().isEmpty()) {
            beginTable("Medians as ratios", List.of("figure", "ratio", "", "then", "now"));
            for (Comparison.Line line : comparison.lines()) {
                row(
                        line.part() + ": " + line.name() + ", " + line.unit(),
                        List.of(
                                line.ratioText(),
                                line.verdict().words(),
                                line.before().text(),
                                line.now().text()));
            }
            endTable();
        }
        comparison.closing().ifPresent(closing -> add("<p>%s</p>\n".formatted(escaped(closing))));
        add("</section>\n");
    }

    private record Value(String name, Range range, String unit) {}

    private void values(String title, List<Value> values) {
        add("<details>\n<summary>Table: %s</summary>\n".formatted(escaped(title)));
        beginTable(title, List.of("figure", "min", "median", "max", "unit"));
        values.forEach(value -> row(
                value.name,
                List.of(
                        Figures.number(value.range.min()),
                        Figures.number(value.range.median()),
                        Figures.number(value.range.max()),
                        value.unit)));
        endTable();
        add("</details>\n");
    }

    private void beginTable(String caption, List<String> head) {
        String name = escaped(caption);
        // It scrolls by keyboard, too.
        add(
                "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\"><table>\n<caption>%s</caption>\n<thead><tr>"
                        .formatted(name, name));
        head.forEach(cell -> add(cell.isEmpty() ? "<td></td>" : "<th scope=\"col\">%s</th>".formatted(escaped(cell))));
        add("</tr></thead>\n<tbody>\n");
    }

    private void row(String head, List<String> cells) {
        add("<tr><th scope=\"row\">%s</th>".formatted(escaped(head)));
        cells.forEach(cell -> add("<td>%s</td>".formatted(escaped(cell))));
        add("</tr>\n");
    }

    private void endTable() {
        add("</tbody>\n</table></div>\n");
    }

    private void group(String group) {
        if (!group.isEmpty()) {
            add("<div class=\"group\">%s</div>\n".formatted(escaped(group)));
        }
    }

    private void label(String label, String value) {
        add("<div class=\"label\"><span>%s</span> <span class=\"number\">%s</span></div>\n"
                .formatted(escaped(label), escaped(value)));
    }

    private void whisker(Range range, Scale scale) {
        String from = scale.percent(range.min());
        String to = scale.percent(range.max());
        add("<line class=\"whisker\" y1=\"9\" y2=\"9\" x1=\"")
                .add(from)
                .add("\" x2=\"")
                .add(to)
                .add("\"/>");
        vertical("whisker", from, 5, 13);
        vertical("whisker", to, 5, 13);
    }

    private void vertical(String css, String x, int from, int to) {
        add("<line class=\"" + css + "\" y1=\"" + from + "\" y2=\"" + to + "\" x1=\"")
                .add(x)
                .add("\" x2=\"")
                .add(x)
                .add("\"/>");
    }

    private static String plain(double step) {
        // Short, so that they stand side by side on a phone.
        return step >= 1_000 ? Math.round(step / 1_000) + "k" : step >= 1 ? "" + Math.round(step) : "" + step;
    }

    private static String took(Duration took) {
        return took.toMinutes() + " min " + took.toSecondsPart() + " s";
    }

    private static String id(String part) {
        return "part-" + part.replaceAll("[^A-Za-z0-9]+", "-");
    }

    private Page add(String text) {
        html.append(text);
        return this;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static final String STYLE = """

            :root { color-scheme: light dark; --paper: #fff; --ink: #1c1c1c; --pale: #5a5a5a; --rule: #d4d4d4; --bar: #4a7fc1; --link: #1a56a5 }
            @media (prefers-color-scheme: dark) { :root { --paper: #16181c; --ink: #e8e8e8; --pale: #a9a9a9; --rule: #3c4048; --bar: #5b8fd6; --link: #8ab8ff } }
            body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.45 system-ui, sans-serif }
            main { max-width: 56rem; margin: 0 auto; padding: 1rem }
            a { color: var(--link) }
            dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: .25rem 1.5rem }
            dl div { display: flex; gap: .5rem }
            dt, small, .legend { color: var(--pale) }
            dt { flex: 0 0 6rem }
            dd { margin: 0; overflow-wrap: anywhere }
            nav ul, .legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none }
            figure { margin: 1.5rem 0 }
            figcaption { margin-bottom: .5rem }
            svg { display: block; overflow: visible }
            .legend svg { display: inline-block }
            .label { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; font-size: .9rem }
            .number { font-variant-numeric: tabular-nums; white-space: nowrap }
            .group { margin-top: .6rem; font-weight: 600; font-size: .9rem }
            .lane { display: grid; grid-template-columns: 3rem 1fr 4.5rem; gap: .5rem; font-size: .85rem; line-height: 18px }
            .lane .number { text-align: right }
            .bar, .dot { fill: var(--bar) }
            .whisker { stroke: var(--ink); stroke-width: 1.5 }
            .grid { stroke: var(--rule) }
            .piece { stroke: var(--paper) }
            text { fill: var(--pale); font-size: 12px }
            .c0 { fill: #e69f00 } .c1 { fill: #56b4e9 } .c2 { fill: #009e73 } .c3 { fill: #c9b800 } .c4 { fill: #2f7fc4 }
            .c5 { fill: #d55e00 } .c6 { fill: #cc79a7 } .c7 { fill: #8c8c8c } .c8 { fill: #8f6bb8 }
            summary { color: var(--link); cursor: pointer; font-size: .9rem }
            .scroll { overflow-x: auto }
            table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums }
            caption { text-align: left; color: var(--pale) }
            th, td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap }
            th:first-child { text-align: left }
            tbody th { font-weight: normal; white-space: normal; min-width: 9rem }
            """;
}
