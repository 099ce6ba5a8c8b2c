package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.test.RawConnection;
import dev.mops.test.RawConnection.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.util.unit.DataSize;

/** Bodies that are too large, and clients that take their time: both get an answer, and hold up nobody. */
@TestPropertySource(properties = "mops.web.body-timeout=1m")
class BodyLimitTest extends WebApplicationTest {

    private static final int LIMIT = 64 * 1024;
    private static final int MORE_THAN_THREADS = 300;
    private static final Duration DAY = Duration.ofDays(1);
    private static final DataSize EIGHT = DataSize.ofBytes(8);
    private static final String PROBLEM = """
            {"detail":"body must be at most 65536 bytes","status":413,"title":"Content Too Large","errors":[{"field":"body","rule":"must be at most 65536 bytes"}]}""";

    @Test
    void a_body_of_just_the_limit_is_taken() throws IOException {
        assertThat(answer(post(LIMIT) + greeting(LIMIT)).status()).isEqualTo(200);
        assertThat(answer(chunked() + chunk(greeting(LIMIT)) + chunk("")).status())
                .isEqualTo(200);
    }

    @Test
    void a_body_of_one_byte_more_is_refused_by_field_and_rule() throws IOException {
        assertRefused(answer(post(LIMIT + 1) + greeting(LIMIT + 1)));
        assertRefused(answer(chunked() + chunk(greeting(LIMIT + 1)) + chunk("")));
    }

    @Test
    void a_body_that_is_announced_far_too_large_is_refused_before_it_comes() throws IOException {
        assertRefused(answer(post(10_000_000)));
        assertRefused(answer(post(Long.MAX_VALUE)));
    }

    @Test
    void who_sends_all_before_he_listens_gets_the_answer() throws IOException {
        assertRefused(answer(post(1_000_000) + greeting(1_000_000)));
        assertRefused(answer(chunked() + chunk(greeting(1_000_000)) + chunk("")));
    }

    @Test
    void who_never_ends_is_cut_off_and_has_the_answer() throws IOException {
        String chunk = chunk(" ".repeat(100_000));
        try (RawConnection client = rawConnection()) {
            client.send(chunked());
            assertThatThrownBy(() -> {
                        while (true) {
                            client.send(chunk);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertRefused(client.answer());
        }
    }

    @Test
    void an_answer_comes_when_all_is_sent_and_the_connection_ends_in_order() throws IOException {
        try (RawConnection client = rawConnection()) {
            assertRefused(client.send(post(2_000_000) + greeting(2_000_000)).answer());
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void what_others_than_a_service_would_read_is_limited_too() throws IOException {
        String form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000000\r\n";
        assertRefused(answer(request("PUT /greetings", form)));
        assertRefused(answer(request("POST /nowhere", form)));
        assertRefused(answer(request(
                "POST /greetings", "Content-Type: multipart/form-data;boundary=b\r\nContent-Length: 10000000\r\n")));
    }

    @Test
    void the_connection_serves_the_next_request_after_a_body_within_the_limit() throws IOException {
        try (RawConnection client = rawConnection()) {
            client.send(post(100) + greeting(100) + chunked() + chunk(greeting(100)) + chunk("") + get());
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(client.answer().status()).isEqualTo(400);
        }
    }

    @Test
    void a_body_that_breaks_off_is_refused() throws IOException {
        try (RawConnection client = rawConnection()) {
            Answer answer = client.send(post(100) + "{").sendNoMore().answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("{\"field\":\"body\",\"rule\":\"must be sent to its end\"}");
        }
        assertThat(answer(chunked() + "no chunk\r\n").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /greetings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
                "POST /greetings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 70000\r\n\r\n{",
                "POST /greetings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n{",
                "PUT /greetings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na",
                // What Tomcat refuses itself.
                "POST /%00 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
                "TRACE / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
                "POST /greetings HTTP/1.1\r\nHost: localhost\r\nExpect: much\r\nContent-Length: 100\r\n\r\n{",
                // Headers without end.
                "POST /greetings HTTP/1.1\r\nHost: loc",
                "POST /gree"
            })
    void a_crowd_of_clients_that_do_not_go_on_holds_up_nobody(String beginning) throws IOException {
        List<RawConnection> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < MORE_THAN_THREADS; i++) {
                RawConnection client = rawConnection();
                crowd.add(client);
                client.send(beginning);
            }
            assertThat(answer(post(100) + greeting(100)).status()).isEqualTo(200);
        } finally {
            for (RawConnection client : crowd) {
                client.close();
            }
        }
    }

    @Test
    void a_limit_that_can_not_be_one_is_refused() {
        assertThatThrownBy(() -> new WebProperties(DataSize.ofBytes(0), EIGHT, Duration.ofSeconds(1), DAY))
                .hasMessageContaining("mops.web.max-body-size");
        assertThatThrownBy(() -> new WebProperties(DataSize.ofGigabytes(2), EIGHT, Duration.ofSeconds(1), DAY))
                .hasMessageContaining("mops.web.max-body-size");
        assertThatThrownBy(() -> new WebProperties(DataSize.ofBytes(1), EIGHT, Duration.ZERO, DAY))
                .hasMessageContaining("mops.web.body-timeout");
        assertThatThrownBy(() -> new WebProperties(DataSize.ofBytes(9), EIGHT, Duration.ofSeconds(1), DAY))
                .hasMessageContaining("mops.web.max-bodies-size");
        assertThatThrownBy(() -> new WebProperties(EIGHT, EIGHT, Duration.ofSeconds(1), Duration.ZERO))
                .hasMessageContaining("mops.web.idempotency-retention");
    }

    private Answer answer(String request) throws IOException {
        try (RawConnection client = rawConnection()) {
            return client.send(request).answer();
        }
    }

    private static void assertRefused(Answer answer) {
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.head())
                .contains("Content-Type: application/problem+json\r\n")
                .contains("Connection: close\r\n");
        assertThat(answer.body()).isEqualTo(PROBLEM);
    }

    private static String post(long length) {
        return request("POST /greetings", "Content-Type: application/json\r\nContent-Length: " + length + "\r\n");
    }

    private static String chunked() {
        return request("POST /greetings", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n");
    }

    private static String get() {
        return request("GET /failure", "");
    }

    private static String request(String line, String headers) {
        return line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    }

    private static String chunk(String data) {
        return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
    }

    /** A greeting of so many bytes. */
    private static String greeting(int length) {
        String greeting = "{\"name\":\"Ada\"}";
        return greeting + " ".repeat(length - greeting.length());
    }
}
