package dev.mops.messaging.deadletter;

import dev.mops.messaging.observe.Poller;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is held and what waits in the outbox, for metrics and health. Looked at in the background: neither asks the database
 * for it, and one look serves all. While the database is away nothing is known, which is said as {@code NaN}.
 */
final class HeldMetrics extends Poller {

    private static final Logger log = LoggerFactory.getLogger(HeldMetrics.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final Supplier<HeldSample> sampler;
    private final MeterRegistry meters;
    private final MultiGauge byType;
    private volatile @Nullable HeldSample sample;
    private boolean isAway;

    HeldMetrics(Supplier<HeldSample> sampler, MeterRegistry meters) {
        super("held-metrics", INTERVAL);
        this.sampler = sampler;
        this.meters = meters;
        this.byType = MultiGauge.builder("mops.messaging.deadletters")
                .description("Dead letters, by event type")
                .register(meters);
        ofState("retrying", HeldSample::retrying, HeldSample::oldestRetryingSeconds);
        ofState("dead", HeldSample::dead, HeldSample::oldestDeadSeconds);
        gauge("mops.messaging.held.followers", "Events that wait behind one that failed", HeldSample::followers)
                .register(meters);
        gauge("mops.messaging.outbox.depth", "Events that wait for Kafka, up to a million", HeldSample::outboxDepth)
                .register(meters);
        gauge(
                        "mops.messaging.outbox.age",
                        "Seconds that the oldest event has waited for Kafka",
                        held -> held.outboxAge().toMillis() / 1000.0)
                .baseUnit("seconds")
                .register(meters);
    }

    private void ofState(String state, ToDoubleFunction<HeldSample> keys, ToDoubleFunction<HeldSample> oldestSeconds) {
        gauge("mops.messaging.held.keys", "Keys with an event that failed", keys)
                .tag("state", state)
                .register(meters);
        gauge("mops.messaging.held.oldest", "Seconds since the first failure of the oldest", oldestSeconds)
                .baseUnit("seconds")
                .tag("state", state)
                .register(meters);
    }

    private Gauge.Builder<HeldMetrics> gauge(String name, String description, ToDoubleFunction<HeldSample> value) {
        return Gauge.builder(name, this, metrics -> metrics.value(value)).description(description);
    }

    /** What is known now; null while it is not. */
    @Nullable HeldSample sample() {
        return sample;
    }

    private double value(ToDoubleFunction<HeldSample> value) {
        HeldSample now = sample;
        return now == null ? Double.NaN : value.applyAsDouble(now);
    }

    @Override
    protected void look() {
        show(sampler.get());
        isAway = false;
    }

    @Override
    protected void failed(Throwable why) {
        sample = null;
        byType.register(List.of(), true);
        if (!isAway && isRunning()) {
            log.warn("What is held can't be counted for now: {}", why.toString());
            isAway = true;
        }
    }

    private void show(HeldSample seen) {
        sample = seen;
        byType.register(
                seen.deadByType().entrySet().stream()
                        .map(entry -> Row.of(Tags.of("type", entry.getKey()), entry.getValue()))
                        .toList(),
                true);
    }
}
