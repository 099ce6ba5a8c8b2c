package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.local.LogLines.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogLinesTest {

    private static final String ORDER = "0199a3f0-5d00-7000-8000-000000000001";
    private static final String OTHER = "0199a3f0-5d00-7000-8000-00000000000f";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @TempDir
    Path folder;

    @Test
    void a_line_is_the_order_s_by_its_key_its_text_or_its_trace() throws IOException {
        write("billing-service.log", """

                  .   ____          _            __ _ _
                 :: Spring Boot ::                (v4.1.0)

                2026-03-01T10:15:30.125Z DEBUG 17 --- [billing-service] [c-1] [%2$s] [key=%1$s event=e1 type=order.created correlation=c1] d.m.m.inbox.BatchProcessor               : Handled order.created in 3 ms
                2026-03-01T11:15:30.126+01:00  INFO 17 --- [billing-service] [main] [] [key= event= type= correlation=] d.m.billing.PaymentService                : The order %1$s: paid
                2026-03-01T10:15:30.127Z DEBUG 17 --- [billing-service] [http-1] [%2$s] [key= event= type= correlation=] dev.mops.web.RequestLog                  : POST /orders 202 in 9 ms
                2026-03-01T10:15:30.128Z  INFO 17 --- [billing-service] [main] dev.mops.billing.BillingApplication      : Started
                """.formatted(ORDER, TRACE));

        assertThat(lines())
                .containsExactly(
                        line("10:15:30.125", "billing-service", "DEBUG", "Handled order.created in 3 ms"),
                        line("10:15:30.126", "billing-service", "INFO", "The order " + ORDER + ": paid"),
                        line("10:15:30.127", "billing-service", "DEBUG", "POST /orders 202 in 9 ms"));
    }

    @Test
    void a_line_with_the_key_of_another_order_is_not_taken_for_the_trace_that_both_share() throws IOException {
        write("billing-service.log", """
                2026-03-01T10:15:30.125Z DEBUG 17 --- [billing-service] [c-1] [%2$s] [key=%1$s event=e1 type=order.created correlation=c1] d.m.m.B : Handled
                {"@timestamp":"2026-03-01T10:15:30.130Z","log":{"level":"INFO"},"message":"Handled","traceId":"%2$s","eventKey":"%1$s"}
                """.formatted(OTHER, TRACE));

        assertThat(lines()).isEmpty();
    }

    @Test
    void of_a_stack_trace_the_failure_and_its_cause_are_kept() throws IOException {
        write("billing-service.log", """
                2026-03-01T10:15:30.125Z  WARN 17 --- [billing-service] [c-1] [] [key=%s event=e1 type=t correlation=c] d.m.m.B : An event failed

                java.lang.IllegalStateException: No such card
                \tat dev.mops.Some.thing(Some.java:1)
                \tat dev.mops.Some.other(Some.java:2)
                Caused by: java.io.IOException: Closed
                \tat dev.mops.Some.thing(Some.java:3)
                \t... 2 common frames omitted
                2026-03-01T10:15:30.128Z  INFO 17 --- [billing-service] [main] d.m.B : Another line
                """.formatted(ORDER));

        assertThat(lines())
                .singleElement()
                .extracting(Line::more)
                .isEqualTo(List.of(
                        "java.lang.IllegalStateException: No such card",
                        "Caused by: java.io.IOException: Closed",
                        "… and 5 lines more"));
    }

    @Test
    void lines_of_json_are_read_too() throws IOException {
        write("order-service.log", """
                {"@timestamp":"2026-03-01T10:15:30.130Z","log":{"level":"WARN","logger":"d.m.B"},"message":"Failed","eventKey":"%s","error":{"type":"X","stack_trace":"X: why\\n\\tat a\\n"}}
                {"@timestamp":"2026-03-01T10:15:30.1
                """.formatted(ORDER));

        assertThat(lines())
                .containsExactly(new Line(
                        Instant.parse("2026-03-01T10:15:30.130Z"),
                        "order-service",
                        "WARN",
                        "Failed",
                        List.of("X: why", "… and 1 line more")));
    }

    @Test
    void a_second_instance_and_the_log_before_the_last_start_are_read_and_other_files_are_not() throws IOException {
        String text = "2026-03-01T10:15:30.125Z  INFO 17 --- [x] [m] d.m.B : About " + ORDER + "\n";
        write("order-service-8091.log", text);
        write("order-service.old.log", text);
        write("notes.txt", text);

        assertThat(lines()).extracting(Line::service).containsExactly("order-service-8091", "order-service");
    }

    @Test
    void a_folder_that_is_not_there_is_said() {
        assertThatThrownBy(() -> LogLines.of(folder.resolve("none"), ORDER, Set.of()))
                .isInstanceOf(LocalPlatformException.class)
                .hasMessageContaining("none");
    }

    @Test
    void of_a_line_without_end_the_beginning_is_kept_and_what_comes_behind_it_is_read() throws IOException {
        String begin = "2026-03-01T10:15:30.125Z  INFO 17 --- [x] [m] d.m.B : ";
        write(
                "order-service.log",
                begin + "About " + ORDER + "!".repeat(3 << 20) + "\n" + begin + "Then " + ORDER + "\n");

        assertThat(lines())
                .extracting(Line::message)
                .satisfiesExactly(
                        cut -> assertThat(cut)
                                .startsWith("About " + ORDER + "!")
                                .hasSizeLessThan(2 << 20),
                        next -> assertThat(next).isEqualTo("Then " + ORDER));
    }

    @Test
    void of_very_many_lines_the_newest_are_kept_and_the_others_counted() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int n = 1; n <= 1_003; n++) {
            text.append("2026-03-01T10:15:30.125Z  WARN 17 --- [x] [m] d.m.B : Try " + n + " of " + ORDER + "\n");
        }
        write("order-service.log", text.toString());

        LogLines.Found found = LogLines.of(folder, ORDER, Set.of());

        assertThat(found.lines())
                .hasSize(1_000)
                .first()
                .extracting(Line::message)
                .isEqualTo("Try 4 of " + ORDER);
        assertThat(found.leftOut()).isEqualTo(3);
    }

    private List<Line> lines() {
        return LogLines.of(folder, ORDER, Set.of(TRACE)).lines();
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    private static Line line(String time, String service, String level, String message) {
        return new Line(Instant.parse("2026-03-01T" + time + "Z"), service, level, message, List.of());
    }
}
