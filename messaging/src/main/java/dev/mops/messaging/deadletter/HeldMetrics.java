package dev.mops.messaging.deadletter;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** What is held, as metrics. Whoever reads several of them at once costs the database one look. */
final class HeldMetrics {

    private static final Duration FRESH = Duration.ofSeconds(5);

    private final Supplier<HeldSample> sampler;
    private final MultiGauge byType;
    private @Nullable HeldSample sample;
    private long takenAt;

    HeldMetrics(Supplier<HeldSample> sampler, MeterRegistry meters) {
        this.sampler = sampler;
        this.byType = MultiGauge.builder("mops.messaging.deadletters")
                .description("Dead letters, by event type")
                .register(meters);
        gauge(meters, "mops.messaging.held.keys", "Keys with an event that failed", "retrying", HeldSample::retrying);
        gauge(meters, "mops.messaging.held.keys", "Keys with an event that failed", "dead", HeldSample::dead);
        gauge(
                meters,
                "mops.messaging.held.oldest",
                "Seconds since the first failure of the oldest",
                "retrying",
                HeldSample::oldestRetryingSeconds);
        gauge(
                meters,
                "mops.messaging.held.oldest",
                "Seconds since the first failure of the oldest",
                "dead",
                HeldSample::oldestDeadSeconds);
        Gauge.builder("mops.messaging.held.followers", () -> value(HeldSample::followers))
                .description("Events that wait behind one that failed")
                .register(meters);
        Gauge.builder(
                        "mops.messaging.outbox.age",
                        () -> value(held -> held.outboxAge().toMillis() / 1000.0))
                .description("Seconds that the oldest event has waited for Kafka")
                .baseUnit("seconds")
                .register(meters);
    }

    private void gauge(
            MeterRegistry meters, String name, String description, String state, ToDoubleFunction<HeldSample> value) {
        Gauge.builder(name, () -> value(value))
                .description(description)
                .tag("state", state)
                .register(meters);
    }

    private synchronized double value(ToDoubleFunction<HeldSample> value) {
        if (sample == null || System.nanoTime() - takenAt > FRESH.toNanos()) {
            takenAt = System.nanoTime();
            try {
                sample = sampler.get();
                byType.register(
                        sample.deadByType().entrySet().stream()
                                .map(entry -> Row.of(Tags.of("type", entry.getKey()), entry.getValue()))
                                .toList(),
                        true);
            } catch (DataAccessException | TransactionException e) {
                // Not known while the database is away, which its own metrics say.
                sample = null;
            }
        }
        return sample == null ? Double.NaN : value.applyAsDouble(sample);
    }
}
