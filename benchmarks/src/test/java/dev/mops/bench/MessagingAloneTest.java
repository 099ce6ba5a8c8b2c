package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.bench.MessagingAlone.Plan;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessagingAloneTest {

    @TempDir
    Path home;

    @Test
    void each_way_of_an_event_is_measured_and_all_events_arrive() throws Exception {
        Figures figures = new Figures(new PrintStream(new ByteArrayOutputStream()));

        MessagingAlone.measure(home, TextbookChainTest.SMALL, figures, new Plan(1, 0, 500, Duration.ofSeconds(1)));

        assertThat(figures.all())
                .extracting(Figure::name)
                .containsExactly(
                        "the way through, transactions of 1",
                        "the way through, transactions of 10",
                        "the way through, transactions of 100",
                        "outbox",
                        "inbox, batches of 1",
                        "inbox, batches of 10",
                        "inbox, batches of 100",
                        "inbox, batches of 500",
                        "published to handled at 100 events/s, p50",
                        "published to handled at 100 events/s, p99");
        assertThat(figures.all())
                .allSatisfy(figure -> assertThat(figure.values())
                        .singleElement()
                        .satisfies(value -> assertThat(value).isPositive().isFinite()));
    }
}
