package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mops.bench.Comparison.Line;
import dev.mops.bench.Comparison.Verdict;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {

    private static final String RELATIVE = "relative to " + Relative.YARDSTICK;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rate | 100 110 120 | 200 220 240 | 2.00 × | BETTER
            rate | 200 220 240 | 100 110 120 | 0.500 × | WORSE
            cost | 100 110 120 | 200 220 240 | 2.00 × | WORSE
            cost | 200 220 240 | 100 110 120 | 0.500 × | BETTER
            rate | 100 110 150 | 140 220 240 | 2.00 × | WITHIN
            cost | 100 110 150 | 150 220 240 | 2.00 × | WITHIN
            rate | 100 200 300 | 190 200 210 | 1.00 × | WITHIN
            rate | 100         | 200 200 200 | 2.00 × | ONCE
            rate | 100 100 100 | 200         | 2.00 × | ONCE
            rate | 0 0 0       | 1 1 1       | –      | BETTER
            """)
    void a_change_is_one_where_the_ranges_are_apart(
            String kind, String before, String now, String ratio, Verdict verdict) {
        Comparison comparison = Comparison.of(
                Sample.result(Sample.MACHINE, figure(kind, now)), Sample.result(Sample.MACHINE, figure(kind, before)));

        assertThat(comparison.lines()).singleElement().satisfies(line -> {
            assertThat(line.ratioText()).isEqualTo(ratio);
            assertThat(line.verdict()).isEqualTo(verdict);
        });
        assertThat(comparison.text()).contains(ratio, verdict.words());
    }

    @Test
    void the_spread_is_shown_beside_the_ratio() {
        Comparison comparison = Comparison.of(
                Sample.result(Sample.MACHINE, figure("rate", "200 220 240")),
                Sample.result(Sample.MACHINE, figure("rate", "100 110 120")));

        assertThat(comparison.text().lines().map(String::strip))
                .contains("saturation     2.00 ×  better; then 110 (100 – 120), now 220 (200 – 240) orders/s");
    }

    @Test
    void what_only_one_of_them_has_is_counted() {
        Result now =
                Sample.result(Sample.MACHINE, figure("rate", "1 2"), Sample.cost("platform", "new", "ms", 1.0, 2.0));
        Result before = Sample.result(
                Sample.MACHINE,
                Sample.cost("platform", "old", "ms", 1.0, 2.0),
                Sample.cost("platform", "older", "ms", 1.0, 2.0),
                figure("rate", "1 2"));

        Comparison comparison = Comparison.of(now, before);

        assertThat(comparison.lines()).extracting(Line::name).containsExactly("saturation");
        assertThat(comparison.alone()).isEqualTo(3);
        assertThat(comparison.text()).endsWith("Not compared: 3 that only one of the two has.\n");
    }

    @Test
    void rates_are_compared_beside_the_limit_of_the_same_run_too() {
        Comparison comparison = Comparison.of(
                Sample.result(Sample.MACHINE, Sample.limit(1_000.0, 2_000.0), figure("rate", "100 200")),
                Sample.result(Sample.MACHINE, Sample.limit(2_000.0, 4_000.0), figure("rate", "100 200")));

        assertThat(comparison.lines())
                .extracting(Line::part, Line::name, Line::ratioText)
                .containsExactly(
                        tuple("limits", Relative.YARDSTICK, "0.500 ×"),
                        tuple("platform", "saturation", "1.00 ×"),
                        tuple(RELATIVE, "platform: saturation", "2.00 ×"));
    }

    @Test
    void a_share_of_the_limit_is_as_wide_as_both_ranges_allow() {
        Relative relative = new Relative(figure("rate", "100 200 300"), Sample.limit(1_000.0, 2_000.0, 4_000.0));

        assertThat(relative.ratio()).isEqualTo(new Range(0.025, 0.1, 0.3));
    }

    @Test
    void of_another_machine_only_shares_of_its_limit_are_compared_and_it_says_so() {
        Comparison comparison = Comparison.of(
                Sample.result(Sample.MACHINE, Sample.limit(1_000.0, 1_000.0), figure("rate", "100 100")),
                Sample.result(Sample.OTHER, Sample.limit(2_000.0, 2_000.0), figure("rate", "100 100")));

        assertThat(comparison.lines())
                .singleElement()
                .satisfies(line -> assertThat(line.part()).isEqualTo(RELATIVE))
                .satisfies(line -> assertThat(line.verdict()).isEqualTo(Verdict.BETTER));
        assertThat(comparison.text())
                .contains(
                        "Another machine, so only ratios to what was measured on the same one are compared. Then:"
                                + " Another CPU, 8 cores, 64 GiB, ext4 on /dev/sda; now: Some \"CPU\" <3 & more, 2 cores, 24 GiB, ext4 on");
    }

    @Test
    void what_the_platform_and_a_baseline_both_have_is_compared_beside_the_baseline() {
        String place = "placed to shipped at 10 orders/s, p50";
        Result before = Sample.result(
                Sample.OTHER,
                figure("rate", "1000 1100"),
                Sample.cost("platform", place, "ms", 10.0, 11.0),
                Sample.rate("textbook chain, tuned", "saturation", "orders/s", 100.0, 110.0),
                Sample.cost("textbook chain, tuned", place, "ms", 100.0, 110.0),
                Sample.cost("textbook chain, tuned", "memory of all processes", "MiB", 1.0));
        Result now = Sample.result(
                Sample.MACHINE,
                figure("rate", "1000 1100"),
                Sample.cost("platform", place, "ms", 10.0, 11.0),
                Sample.rate("textbook chain, tuned", "saturation", "orders/s", 50.0, 55.0),
                Sample.cost("textbook chain, tuned", place, "ms", 50.0, 55.0));

        assertThat(Comparison.of(now, before).lines())
                .extracting(Line::part, Line::name, Line::ratioText, Line::verdict)
                .containsExactly(
                        tuple("relative to textbook chain, tuned", "platform: saturation", "2.00 ×", Verdict.BETTER),
                        tuple("relative to textbook chain, tuned", "platform: " + place, "2.00 ×", Verdict.WORSE));
    }

    @Test
    void of_another_machine_nothing_is_compared_where_no_limit_was_measured() {
        Comparison comparison = Comparison.of(
                Sample.result(Sample.MACHINE, figure("rate", "100")),
                Sample.result(Sample.OTHER, figure("rate", "100")));

        assertThat(comparison.lines()).isEmpty();
        assertThat(comparison.text()).endsWith("The two have no figure in common that could be compared.\n");
    }

    private static Figure figure(String kind, String values) {
        Double[] numbers = Arrays.stream(values.split(" ")).map(Double::valueOf).toArray(Double[]::new);
        return kind.equals("rate")
                ? Sample.rate("platform", "saturation", "orders/s", numbers)
                : Sample.cost("platform", "saturation", "orders/s", numbers);
    }
}
