package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.test.RawConnection;
import dev.mops.test.RawConnection.Answer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** A body that takes longer than it may. */
@TestPropertySource(properties = "mops.web.body-timeout=1s")
class SlowBodyTest extends WebApplicationTest {

    private static final String REQUEST = """
            POST /greetings HTTP/1.1\r
            Host: localhost\r
            Content-Type: application/json\r
            Content-Length: %d\r
            \r
            """;

    @Test
    void a_body_of_which_nothing_more_comes_is_refused() throws IOException {
        try (RawConnection client = rawConnection()) {
            assertRefused(client.send(REQUEST.formatted(1_000) + "{").answer());
            assertThat(client.isClosed()).isTrue();
        }
        awaitHeld(0);
    }

    @Test
    void a_body_that_comes_byte_by_byte_is_refused() throws IOException {
        try (RawConnection client = rawConnection()) {
            client.send(REQUEST.formatted(1_000));
            await().pollInterval(Duration.ofMillis(50))
                    .until(() -> client.send(" ").hasAnswer());
            assertRefused(client.answer());
        }
    }

    @Test
    void a_body_that_is_announced_too_large_and_does_not_come_is_refused_for_its_size() throws IOException {
        try (RawConnection client = rawConnection()) {
            assertThat(client.send(REQUEST.formatted(100_000)).answer().status())
                    .isEqualTo(413);
            assertThat(client.isClosed()).isTrue();
        }
    }

    private static void assertRefused(Answer answer) {
        assertThat(answer.status()).isEqualTo(408);
        assertThat(answer.head())
                .contains("Content-Type: application/problem+json\r\n")
                .contains("Connection: close\r\n");
        assertThat(answer.body()).isEqualTo("""
                {"detail":"body must be sent within 1000 ms","status":408,"title":"Request Timeout","errors":[{"field":"body","rule":"must be sent within 1000 ms"}]}""");
    }
}
