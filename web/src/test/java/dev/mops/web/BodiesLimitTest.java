package dev.mops.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.test.RawConnection;
import dev.mops.test.RawConnection.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** The service holds so much of all bodies and no more, whoever sends them; here that is three of the largest. */
@TestPropertySource(properties = {"mops.web.max-bodies-size=192KB", "mops.web.body-timeout=1m"})
class BodiesLimitTest extends WebApplicationTest {

    private static final int LIMIT = 64 * 1024;
    private static final int ROOM = 3 * LIMIT;
    private static final String HEADERS = " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    @Autowired
    private TestController controller;

    private final List<RawConnection> clients = new ArrayList<>();

    @AfterEach
    void when_all_are_gone_nothing_is_held() throws IOException {
        for (RawConnection client : clients) {
            client.close();
        }
        awaitHeld(0);
        assertThat(open().send(post(LIMIT) + greeting(LIMIT)).answer().status()).isEqualTo(200);
        clients.getLast().close();
    }

    @Test
    void a_body_for_which_there_is_no_room_is_refused_until_there_is() throws IOException {
        fill();

        Answer answer = open().send(post(LIMIT) + greeting(LIMIT)).answer();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.head())
                .contains("Content-Type: application/problem+json\r\n")
                .contains("Retry-After: 1\r\n")
                .contains("Connection: close\r\n");
        assertThat(answer.body()).isEqualTo("""
                {"detail":"The service has too many bodies to read now. Repeat the request later: it had no effect","status":503,"title":"Service Unavailable"}""");
        assertThat(clients.getLast().isClosed()).isTrue();
        awaitHeld(ROOM);

        assertThat(clients.getFirst().send(" ").answer().status()).isEqualTo(200);
        awaitHeld(ROOM - LIMIT);
        assertThat(open().send(post(LIMIT) + greeting(LIMIT)).answer().status()).isEqualTo(200);
    }

    @Test
    void a_crowd_for_which_there_is_no_room_holds_nothing_and_is_answered() throws IOException {
        fill();
        List<RawConnection> crowd = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            crowd.add(open().send(post(LIMIT) + greeting(LIMIT - 1)));
        }
        for (RawConnection client : crowd) {
            assertThat(client.send(" ").answer().status()).isEqualTo(503);
        }
        awaitHeld(ROOM);
    }

    @Test
    void what_is_announced_and_does_not_come_takes_no_room() throws IOException {
        for (int i = 0; i < 300; i++) {
            open().send(post(LIMIT) + "{");
        }
        awaitHeld(300);
        assertThat(open().send(post(LIMIT) + greeting(LIMIT)).answer().status()).isEqualTo(200);
    }

    @Test
    void a_body_that_turns_out_too_large_is_dropped_at_once() throws IOException {
        open().send("POST /greetings" + HEADERS + "Transfer-Encoding: chunked\r\n\r\n10000\r\n" + " ".repeat(LIMIT));
        awaitHeld(LIMIT);
        clients.getLast().send("\r\n1\r\n \r\n");
        awaitHeld(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "200 POST /greetings",
                "400 POST /greetings?a&a",
                "404 POST /nowhere",
                "405 PUT /greetings",
                "500 POST /greetings"
            })
    void however_a_request_ends_its_body_is_dropped(String request) throws IOException {
        String name = request.startsWith("500") ? "nobody" : "Ada";
        String body = "%-65536s".formatted("{\"name\":\"" + name + "\"}");
        RawConnection client = open().send(request.substring(4) + HEADERS + "Content-Length: " + body.length()
                + "\r\n\r\n" + body.substring(0, body.length() - 1));
        awaitHeld(body.length());
        assertThat(client.send(body.substring(body.length() - 1)).answer().status())
                .isEqualTo(Integer.parseInt(request.substring(0, 3)));
        awaitHeld(0);
    }

    @Test
    void a_body_that_breaks_off_is_dropped() throws IOException {
        RawConnection client = open().send(post(LIMIT) + greeting(LIMIT - 1));
        awaitHeld(LIMIT);
        assertThat(client.sendNoMore().answer().status()).isEqualTo(400);
        awaitHeld(0);
    }

    @Test
    void a_request_that_is_answered_later_has_its_body_until_then() throws IOException, InterruptedException {
        RawConnection client =
                open().send("POST /later" + HEADERS + "Content-Length: " + LIMIT + "\r\n\r\n" + greeting(LIMIT));
        var answer = requireNonNull(controller.open.poll(10, TimeUnit.SECONDS));
        awaitHeld(LIMIT);
        answer.setResult("now");
        assertThat(client.answer().body()).isEqualTo("now");
        awaitHeld(0);
    }

    /** Nearly three bodies, each without its last byte. */
    private void fill() throws IOException {
        for (int i = 1; i <= ROOM / LIMIT; i++) {
            open().send(post(LIMIT) + greeting(LIMIT - 1));
            awaitHeld(i * LIMIT);
        }
    }

    /** A client that stays until the test is over. */
    private RawConnection open() throws IOException {
        RawConnection client = rawConnection();
        clients.add(client);
        return client;
    }

    private static String post(int length) {
        return "POST /greetings" + HEADERS + "Content-Length: " + length + "\r\n\r\n";
    }

    private static String greeting(int length) {
        String greeting = "{\"name\":\"Ada\"}";
        return greeting + " ".repeat(length - greeting.length());
    }
}
