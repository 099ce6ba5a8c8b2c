package dev.mops.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.mops.test.RawConnection;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** Each request is a line of the log, however it ends. */
@TestPropertySource(properties = "mops.web.body-timeout=1s")
class RequestLinesTest extends WebApplicationTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(RequestLog.class);
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> listener = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
            lines.add(line.getFormattedMessage().replaceFirst(" in \\d+\\.\\d ms$", ""));
        }
    };

    @Autowired
    private TestController controller;

    @BeforeEach
    void listen() {
        listener.start();
        logger.addAppender(listener);
        logger.setAdditive(false);
        logger.setLevel(Level.DEBUG);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(listener);
        logger.setAdditive(true);
        logger.setLevel(Level.OFF);
    }

    @ParameterizedTest
    @CsvSource({
        "whole,                                      14, {\"name\":\"Ada\"}, POST /greetings: 200",
        "of which nothing more comes,              1000, {,                  POST -: 408",
        "larger than the limit,                  100000, {,                  POST -: 413",
        "so large that nobody waits for its end, 9999999, {,                 POST -: 413"
    })
    void a_request_with_a_body_is_one_line(String body, int length, String sent, String line) throws IOException {
        try (RawConnection client = rawConnection()) {
            client.send(post("/greetings", length) + sent).answer();

            assertLines(line);
        }
    }

    @Test
    void a_request_whose_body_breaks_off_is_one_line() throws IOException {
        try (RawConnection client = rawConnection()) {
            client.send(post("/greetings", 100) + "{").sendNoMore().answer();

            assertLines("POST -: 400");
        }
    }

    @Test
    void a_request_that_is_answered_later_is_one_line() throws IOException, InterruptedException {
        try (RawConnection client = rawConnection()) {
            client.send(post("/later", 14) + "{\"name\":\"Ada\"}");
            requireNonNull(controller.open.poll(10, TimeUnit.SECONDS)).setResult("late");
            client.answer();

            assertLines("POST /later: 200");
        }
    }

    /** No other line stands before that of the next request. */
    private void assertLines(String line) {
        await().untilAsserted(() -> assertThat(lines).contains(line));
        http.get().uri("/failure?of=DEADLOCK").exchange();
        await().untilAsserted(() -> assertThat(lines).hasSizeGreaterThan(1));
        assertThat(lines).hasSize(2).startsWith(line).last().asString().startsWith("GET /failure: ");
    }

    private static String post(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + length + "\r\n\r\n";
    }
}
