package dev.mops.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

class PageTest {

    private static final Result RESULT = Sample.whole();

    @Test
    void each_figure_is_in_the_table_of_a_plot_with_its_values() throws Exception {
        List<List<String>> rows = rows(page());

        assertThat(RESULT.figures())
                .hasSizeGreaterThan(10)
                .allSatisfy(figure -> assertThat(rows)
                        .contains(List.of(
                                figure.name(),
                                Figures.number(figure.spread().min()),
                                Figures.number(figure.spread().median()),
                                Figures.number(figure.spread().max()),
                                figure.unit())));
    }

    @Test
    void each_plot_says_where_its_values_are_and_has_one_table() throws Exception {
        assertThat(elements(page(), "figure"))
                .hasSizeGreaterThan(6)
                .allSatisfy(figure -> assertThat(elements(figure, "table")).hasSize(1))
                .allSatisfy(figure -> assertThat(elements(figure, "div"))
                        .filteredOn(plot -> plot.getAttribute("role").equals("img"))
                        .singleElement()
                        .satisfies(plot ->
                                assertThat(plot.getAttribute("aria-label")).contains("in the table below")));
    }

    @Test
    void each_figure_is_drawn_and_nothing_is_drawn_elsewhere_than_on_the_line() throws Exception {
        Document page = page();
        // The limit, two rates, memory of two processes; and the two rates beside the limit.
        assertThat(ofClass(page, "bar")).hasSize(5 + 2);
        assertThat(ofClass(page, "dot")).hasSize(6);
        assertThat(ofClass(page, "piece")).hasSize(3);

        assertThat(Stream.of("x", "x1", "x2", "cx", "width")
                        .flatMap(name -> elements(page, "*").stream().map(each -> each.getAttribute(name)))
                        .filter(value -> value.endsWith("%")))
                .hasSizeGreaterThan(50)
                .allSatisfy(value ->
                        assertThat(Double.parseDouble(value.replace("%", ""))).isBetween(0.0, 100.0));
    }

    @Test
    void a_bar_is_as_long_as_its_median_beside_the_largest_value() throws Exception {
        Document page = page(Sample.result(
                Sample.MACHINE,
                Sample.rate("platform", "one", "orders/s", 10.0, 20.0, 40.0),
                Sample.rate("platform", "other", "orders/s", 50.0, 60.0, 80.0)));

        assertThat(ofClass(page, "bar"))
                .extracting(bar -> bar.getAttribute("width"))
                .containsExactly("25.00%", "75.00%");
        assertThat(ofClass(page, "whisker"))
                .extracting(line -> line.getAttribute("x1") + " " + line.getAttribute("x2"))
                .contains("12.50% 50.00%", "62.50% 100.00%");
    }

    @Test
    void ten_times_as_long_is_one_step_further() throws Exception {
        Document page = page(Sample.result(
                Sample.MACHINE,
                Sample.cost("platform", "answered at 10 orders/s, p50", "ms", 10.0),
                Sample.cost("platform", "answered at 10 orders/s, p99", "ms", 100.0),
                Sample.cost("platform", "answered at 10 orders/s, max", "ms", 1_000.0)));

        assertThat(ofClass(page, "dot"))
                .extracting(dot -> dot.getAttribute("cx"))
                .containsExactly("0.00%", "50.00%", "100.00%");
    }

    @Test
    void a_value_that_is_zero_or_missing_is_drawn_at_the_beginning() throws Exception {
        Document page = page(Sample.result(
                Sample.MACHINE,
                Sample.cost("platform", "answered at 10 orders/s, p50", "ms", 0.0),
                Sample.cost("platform", "answered at 10 orders/s, p99", "ms", Double.NaN),
                Sample.rate("platform", "none", "orders/s", 0.0),
                Sample.cost("platform", "processor time of kafka for 1,000 orders", "s", Double.NaN)));

        assertThat(Stream.of(ofClass(page, "dot"), ofClass(page, "bar"), ofClass(page, "piece"))
                        .flatMap(List::stream)
                        .map(each -> each.getAttribute("cx") + each.getAttribute("width")))
                .containsOnly("0.00%");
    }

    @Test
    void names_that_tell_of_all_processes_or_of_one_under_some_load_are_drawn_alike() {
        assertThat(Plot.of(List.of(
                        Sample.cost("some", "processor time of all processes for 1,000 orders", "s", 1.0),
                        Sample.cost("some", "processor time of kafka for 1,000 orders, ten lines", "s", 1.0),
                        Sample.cost("some", "memory of all processes", "MiB", 1.0),
                        Sample.cost("some", "memory of kafka at 80 %", "MiB", 1.0),
                        Sample.cost("some", "memory of kafka, ten lines", "MiB", 1.0))))
                .extracting(
                        Plot::kind,
                        plot -> plot.rows().stream()
                                .map(row -> row.group() + "/" + row.label())
                                .toList())
                .containsExactly(
                        tuple(Plot.Kind.STACKED, List.of("/all processes", "ten lines/kafka")),
                        tuple(Plot.Kind.BARS, List.of("/all processes", "80 %/kafka", "ten lines/kafka")));
    }

    @Test
    void a_process_has_the_same_colour_everywhere() throws Exception {
        assertThat(ofClass(page(), "piece"))
                .extracting(piece -> piece.getAttribute("class") + " " + piece.getTextContent())
                .containsExactly(
                        "piece c0 order-service: 0.410 s", "piece c1 postgres: 0.810 s", "piece c1 postgres: 2.10 s");
    }

    @Test
    void it_loads_nothing_and_has_no_script() throws Exception {
        Document page = page(RESULT, Comparison.of(RESULT, RESULT));
        String text = Page.of(RESULT, Comparison.of(RESULT, RESULT));

        assertThat(text).doesNotContain("://", "url(", "@import", "javascript:");
        assertThat(elements(page, "*"))
                .extracting(Element::getTagName)
                .doesNotContain("script", "img", "iframe", "object", "embed", "link", "base", "image", "use");
        assertThat(elements(page, "*")).allSatisfy(element -> {
            assertThat(element.getAttribute("src")).isEmpty();
            assertThat(IntStream.range(0, element.getAttributes().getLength())
                            .mapToObj(i -> element.getAttributes().item(i).getNodeName()))
                    .noneMatch(name -> name.startsWith("on") || name.equals("style"));
        });
        assertThat(elements(page, "meta"))
                .extracting(meta -> meta.getAttribute("content"))
                .anyMatch(policy -> policy.startsWith("default-src 'none'"));
        List<String> ids = elements(page, "section").stream()
                .map(section -> "#" + section.getAttribute("id"))
                .toList();
        assertThat(elements(page, "a"))
                .hasSize(5)
                .allSatisfy(link -> assertThat(ids).contains(link.getAttribute("href")));
    }

    @Test
    void it_says_what_was_measured_on_which_machine() throws Exception {
        assertThat(page().getDocumentElement().getTextContent())
                .contains(
                        "Some \"CPU\" <3 & more, 2 cores",
                        "24 GiB",
                        "38 min 12 s",
                        "2026-11-22T10:15:30Z",
                        "0123456789abcdef",
                        "ext4 on /dev/sda",
                        "25.0.3 (Somebody)",
                        "18.6",
                        "4.2.1",
                        "Linux 6.18 (Debian 12)");
    }

    @Test
    void what_it_was_compared_with_is_a_table_of_ratios() throws Exception {
        Document page = page(RESULT, Comparison.of(RESULT, RESULT));

        assertThat(rows(page))
                .filteredOn(row -> row.contains("within the spread"))
                .hasSize(14 + 2);
    }

    private static Document page() throws Exception {
        return page(RESULT);
    }

    private static Document page(Result result) throws Exception {
        return parse(Page.of(result, null));
    }

    private static Document page(Result result, Comparison comparison) throws Exception {
        return parse(Page.of(result, comparison));
    }

    private static Document parse(String page) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(page.getBytes(UTF_8)));
    }

    private static List<List<String>> rows(Document page) {
        return elements(page, "tr").stream()
                .map(row -> {
                    List<String> cells = new ArrayList<>();
                    NodeList children = row.getChildNodes();
                    for (int i = 0; i < children.getLength(); i++) {
                        cells.add(children.item(i).getTextContent());
                    }
                    return cells;
                })
                .toList();
    }

    private static List<Element> ofClass(Document page, String css) {
        return elements(page, "*").stream()
                .filter(element ->
                        List.of(element.getAttribute("class").split(" ")).contains(css))
                .toList();
    }

    private static List<Element> elements(Node in, String name) {
        NodeList found = in instanceof Document page
                ? page.getElementsByTagName(name)
                : ((Element) in).getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }
}
