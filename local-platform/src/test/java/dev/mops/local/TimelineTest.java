package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimelineTest {

    private static final Instant BEGIN = Instant.parse("2026-03-01T10:15:30.123456Z");

    @Test
    void rows_stand_in_the_order_of_their_times_and_those_of_one_time_as_they_came() {
        Timeline timeline = new Timeline();
        timeline.add(BEGIN.plusMillis(71_000), "billing-service", "third");
        timeline.add(BEGIN, "order-service", "first");
        timeline.add(BEGIN, "order-service", "second");

        assertThat(timeline.lines(BEGIN))
                .containsExactly(
                        "   +0.000  order-service    first",
                        "   +0.000  order-service    second",
                        "+1:11.000  billing-service  third");
        assertThat(timeline.begin()).isEqualTo(BEGIN);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-01T10:15:30.123Z, +0.000",
        "2026-03-01T10:15:30.124999Z, +0.001",
        "2026-03-01T10:15:30.1Z, -0.023",
        "2026-03-01T10:16:30.123Z, +1:00.000",
        "2026-03-01T11:16:31.173Z, +1:01:01.050",
        "2026-03-02T12:15:30.123Z, +26:00:00.000"
    })
    void times_are_told_to_the_millisecond(Instant at, String told) {
        assertThat(Timeline.passed(BEGIN, at)).isEqualTo(told);
    }

    @Test
    void a_long_text_goes_on_below_itself() {
        Timeline timeline = new Timeline();
        timeline.add(BEGIN, "order-service", "  " + "word ".repeat(30).strip());

        assertThat(timeline.lines(BEGIN))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(110));
        assertThat(timeline.lines(BEGIN).get(1))
                .startsWith(" ".repeat("+0.000  order-service  ".length() + 4) + "word");
        assertThat(Timeline.wrapped("x".repeat(50), 20))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(20));
    }

    @Test
    void what_a_terminal_would_take_as_a_command_is_told_as_a_dot() {
        Timeline timeline = new Timeline();
        timeline.add(BEGIN, "order-service", "red \u001b[31m");
        timeline.add(BEGIN, "\u001b[31m" + "x".repeat(100), "red");

        assertThat(timeline.lines(BEGIN))
                .containsExactly(
                        "+0.000  order-service                   red ·[31m",
                        "+0.000  ·[31m" + "x".repeat(25) + "  red");
    }
}
