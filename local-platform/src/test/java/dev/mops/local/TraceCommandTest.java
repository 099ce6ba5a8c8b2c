package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.FakePlatform.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka is away here; with all that there is, the story is told in the system tests. */
class TraceCommandTest {

    private static final String ORDER = "0199a3f0-5d00-7000-8000-000000000001";

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // before each test
    private FakePlatform platform;

    @BeforeEach
    void start() throws IOException {
        platform = new FakePlatform(folder);
        platform.order.answer("GET /orders/" + ORDER, 200, """
                {"orderId":"%s","status":"RESERVED","placedAt":"2026-03-01T10:15:00.001Z","cancellationRequested":false,
                 "timeline":[{"eventId":"e1","type":"order.created","at":"2026-03-01T10:15:00.004Z","source":"/order-service"}],
                 "heldUp":[]}""".formatted(ORDER));
        platform.billing.answer("GET /payments", 200, "[{\"status\":\"CHARGING\"}]");
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void while_kafka_is_away_the_rest_is_told_and_the_exit_status_says_that_something_is_missing() throws IOException {
        platform.billing.answer("GET deadletters?key=" + ORDER, 200, "{\"deadLetters\":[{\"id\":17}]}");
        platform.billing.answer("GET deadletters/17", 200, """
                {"id":17,"key":"%s","type":"order.inventory_reserved","error":"java.lang.IllegalStateException",
                 "message":"No card","attempts":4,"followers":1,"firstFailedAt":"2026-03-01T10:15:00.048Z",
                 "lastFailedAt":"2026-03-01T10:16:11.280Z","state":"DEAD","offset":43,
                 "payload":{"name":"Ottilie Quillfeder"},"headers":{}}""".formatted(ORDER));
        write("2026-03-01T10:15:00.050Z  WARN 17 --- [b] [c] d.m.B : The event e1 failed and is held\n");

        Result result = platform.mops("trace", ORDER);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .startsWith("mops: kafka: Kafka (127.0.0.1:2) does not answer")
                .hasLineCount(1);
        assertThat(result.out())
                .contains("+0.003  order-service    → order.created\n")
                .contains("+0.049  billing-service    WARN The event e1 failed and is held\n")
                .contains("Now: RESERVED, the payment CHARGING.\n")
                .contains("Held up in billing-service: order.inventory_reserved, offset 43, dead\n")
                .contains("./mops dead-letters replay billing-service/17")
                .doesNotContain("Quillfeder");
    }

    @Test
    void an_order_that_nobody_placed_is_said_to_be_unknown() {
        platform.order.refuse("GET /orders/" + ORDER, 404, "There is no order");

        assertThat(platform.mops("trace", ORDER))
                .isEqualTo(new Result(1, "", "mops: There is no order " + ORDER + "\n"));
        assertThat(platform.billing.lines()).isEmpty();
    }

    @Test
    void without_the_order_service_and_kafka_the_others_and_the_logs_tell_and_what_is_missing_is_said()
            throws IOException {
        platform.order.close();
        platform.billing.answer("GET deadletters?key=" + ORDER, 200, "{\"deadLetters\":[{\"id\":17}]}");
        platform.billing.answer("GET deadletters/17", 200, """
                {"id":17,"key":"%s","type":"order.inventory_reserved","error":"java.lang.IllegalStateException",
                 "message":"No card","attempts":4,"followers":0,"firstFailedAt":"2026-03-01T10:15:00.048Z",
                 "lastFailedAt":"2026-03-01T10:16:11.280Z","state":"DEAD","offset":43}""".formatted(ORDER));
        write("2026-03-01T10:15:00.050Z  WARN 17 --- [b] [c] d.m.B : The event e1 of " + ORDER
                + " failed and is held\n");

        Result result = platform.mops("trace", ORDER);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out())
                .startsWith("Order " + ORDER + "\n  begins  2026-03-01T10:15:00.050Z;")
                .contains("billing-service    WARN The event e1 of " + ORDER + " failed and is held\n")
                .contains("Now: not known, its service does not answer, the payment CHARGING.\n")
                .contains("Held up in billing-service: order.inventory_reserved, offset 43, dead\n")
                .endsWith("Not all of the story: no answer from order-service, kafka.\n");
        assertThat(result.err().lines())
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith("mops: order-service: ")
                                .contains("does not answer"),
                        second -> assertThat(second).startsWith("mops: kafka: "));
    }

    @Test
    void an_order_of_which_nobody_knows_who_can_be_asked_is_said_to_be_unknown_to_them() {
        platform.order.close();
        platform.billing.answer("GET /payments", 200, "[]");

        Result result = platform.mops("trace", ORDER);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .endsWith("mops: Nothing is known of an order " + ORDER + ": no answer from order-service, kafka\n");
    }

    @Test
    void lines_of_the_log_that_are_left_out_are_counted() throws IOException {
        write(("2026-03-01T10:15:00.050Z  WARN 17 --- [b] [c] d.m.B : About " + ORDER + "\n").repeat(1_001));

        assertThat(platform.mops("trace", ORDER).out())
                .contains("Of the logs the 1 oldest line is left out: grep " + ORDER + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4711", "1-1-1-1-1", "billing-service/17"})
    void what_is_no_id_of_an_order_is_an_error_of_usage_and_nothing_is_asked(String text) {
        Result result = platform.mops("trace", text);

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("'" + text + "' is no id of an order: that's a UUID");
        assertThat(platform.order.lines()).isEmpty();
    }

    private void write(String log) throws IOException {
        Path logs = Files.createDirectories(folder.resolve("home/logs"));
        Files.writeString(logs.resolve("billing-service.log"), log);
    }
}
