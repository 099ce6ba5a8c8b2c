package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class OutageLogTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(OutageLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
        logger.setLevel(Level.WARN);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    @Test
    void an_outage_is_told_at_once_and_then_once_a_second_with_the_number_of_those_left_out() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);
        OutageLog outage = new OutageLog(nanos::get);

        for (int i = 0; i < 30; i++) {
            outage.tell(new IllegalStateException("away"));
            nanos.addAndGet(Duration.ofMillis(100).toNanos());
        }

        List<String> told =
                lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        assertThat(told)
                .containsExactly(
                        "A request found no database (0 more since the last such line): java.lang.IllegalStateException: away",
                        "A request found no database (9 more since the last such line): java.lang.IllegalStateException: away",
                        "A request found no database (9 more since the last such line): java.lang.IllegalStateException: away");
    }
}
