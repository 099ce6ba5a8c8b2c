package dev.mops.messaging.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;

class HeldMetricsTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicBoolean isAway = new AtomicBoolean();
    private final AtomicInteger looks = new AtomicInteger();
    private final HeldMetrics metrics = new HeldMetrics(this::sample, meters);

    @Test
    void while_the_database_is_away_nothing_is_known() {
        assertThat(gauge("mops.messaging.outbox.depth")).isNaN();

        metrics.look();
        assertThat(gauge("mops.messaging.outbox.depth")).isEqualTo(5);
        assertThat(gauge("mops.messaging.outbox.age")).isEqualTo(1.5);
        assertThat(gauge("mops.messaging.deadletters")).isEqualTo(2);

        isAway.set(true);
        metrics.look();
        assertThat(gauge("mops.messaging.outbox.depth")).isNaN();
        assertThat(gauge("mops.messaging.held.followers")).isNaN();
        assertThat(meters.find("mops.messaging.deadletters").gauges()).isEmpty();

        isAway.set(false);
        metrics.look();
        assertThat(gauge("mops.messaging.outbox.depth")).isEqualTo(5);
    }

    @Test
    void whoever_reads_them_asks_no_database() {
        metrics.look();

        assertThat(gauge("mops.messaging.outbox.depth")).isEqualTo(5);
        assertThat(gauge("mops.messaging.held.followers")).isEqualTo(3);
        assertThat(looks).hasValue(1);
    }

    private HeldSample sample() {
        looks.incrementAndGet();
        if (isAway.get()) {
            throw new DataAccessResourceFailureException("away");
        }
        return new HeldSample(1, 2, 3, 10, 20, Map.of("account.deposited", 2L), 5, Duration.ofMillis(1_500));
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }
}
