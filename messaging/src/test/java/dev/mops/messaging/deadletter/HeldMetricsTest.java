package dev.mops.messaging.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;

class HeldMetricsTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicBoolean isAway = new AtomicBoolean();
    private final AtomicReference<@Nullable Error> error = new AtomicReference<>();
    private final AtomicInteger looks = new AtomicInteger();
    private final HeldMetrics metrics = new HeldMetrics(this::sample, meters);

    @Test
    void while_the_database_is_away_nothing_is_known() {
        assertThat(gauge("mops.messaging.outbox.depth")).isNaN();

        metrics.poll();
        assertThat(gauge("mops.messaging.outbox.depth")).isEqualTo(5);
        assertThat(gauge("mops.messaging.outbox.age")).isEqualTo(1.5);
        assertThat(gauge("mops.messaging.deadletters")).isEqualTo(2);

        isAway.set(true);
        metrics.poll();
        assertThat(gauge("mops.messaging.outbox.depth")).isNaN();
        assertThat(gauge("mops.messaging.held.followers")).isNaN();
        assertThat(meters.find("mops.messaging.deadletters").gauges()).isEmpty();

        isAway.set(false);
        metrics.poll();
        assertThat(gauge("mops.messaging.outbox.depth")).isEqualTo(5);
    }

    @Test
    void whoever_reads_them_asks_no_database() {
        metrics.poll();

        assertThat(gauge("mops.messaging.outbox.depth")).isEqualTo(5);
        assertThat(gauge("mops.messaging.held.followers")).isEqualTo(3);
        assertThat(looks).hasValue(1);
    }

    @Test
    void an_error_ends_no_look_but_its_own() {
        error.set(new StackOverflowError());
        metrics.poll();
        assertThat(gauge("mops.messaging.outbox.depth")).isNaN();

        error.set(null);
        metrics.poll();
        assertThat(gauge("mops.messaging.outbox.depth")).isEqualTo(5);
    }

    private HeldSample sample() {
        looks.incrementAndGet();
        Error thrown = error.get();
        if (thrown != null) {
            throw thrown;
        }
        if (isAway.get()) {
            throw new DataAccessResourceFailureException("away");
        }
        return new HeldSample(1, 2, 3, 10, 20, Map.of("account.deposited", 2L), 5, Duration.ofMillis(1_500));
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }
}
