package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.test.RawConnection;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A body that fits into one packet with its head, as most do. */
class SmallBodyTest extends WebApplicationTest {

    private static final String BODY = "{\"name\":\"Ada\"}";
    private static final String HEAD = """
            POST /dispatch HTTP/1.1\r
            Host: localhost\r
            Content-Type: application/json\r
            Content-Length: %d\r
            \r
            """.formatted(BODY.length());

    @Test
    void that_came_with_its_head_is_handled_at_once() throws IOException {
        try (RawConnection client = rawConnection()) {
            assertThat(client.send(HEAD + BODY).answer().body()).isEqualTo("\"REQUEST\"");
        }
    }

    @Test
    void that_comes_after_its_head_is_waited_for_without_a_thread() throws IOException {
        try (RawConnection client = rawConnection()) {
            client.send(HEAD + BODY.substring(0, 5));
            awaitHeld(5);
            assertThat(client.send(BODY.substring(5)).answer().body()).isEqualTo("\"ASYNC\"");
        }
        awaitHeld(0);
    }
}
