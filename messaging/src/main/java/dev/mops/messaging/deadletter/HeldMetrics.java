package dev.mops.messaging.deadletter;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * What is held and what waits in the outbox, as metrics. Looked at in the background: a scrape asks no database, and one
 * look serves all of them. While the database is away nothing is known, which is said as {@code NaN}.
 */
final class HeldMetrics implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(HeldMetrics.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final Supplier<HeldSample> sampler;
    private final MeterRegistry meters;
    private final MultiGauge byType;
    private volatile @Nullable HeldSample sample;
    private volatile @Nullable ScheduledExecutorService thread;
    private boolean isAway;

    HeldMetrics(Supplier<HeldSample> sampler, MeterRegistry meters) {
        this.sampler = sampler;
        this.meters = meters;
        this.byType = MultiGauge.builder("mops.messaging.deadletters")
                .description("Dead letters, by event type")
                .register(meters);
        ofState("mops.messaging.held.keys", "Keys with an event that failed", "retrying", HeldSample::retrying);
        ofState("mops.messaging.held.keys", "Keys with an event that failed", "dead", HeldSample::dead);
        String oldest = "Seconds since the first failure of the oldest";
        ofState("mops.messaging.held.oldest", oldest, "retrying", HeldSample::oldestRetryingSeconds);
        ofState("mops.messaging.held.oldest", oldest, "dead", HeldSample::oldestDeadSeconds);
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

    private void ofState(String name, String description, String state, ToDoubleFunction<HeldSample> value) {
        gauge(name, description, value).tag("state", state).register(meters);
    }

    private Gauge.Builder<HeldMetrics> gauge(String name, String description, ToDoubleFunction<HeldSample> value) {
        return Gauge.builder(name, this, metrics -> metrics.value(value)).description(description);
    }

    private double value(ToDoubleFunction<HeldSample> value) {
        HeldSample now = sample;
        return now == null ? Double.NaN : value.applyAsDouble(now);
    }

    void look() {
        try {
            show(sampler.get());
            isAway = false;
        } catch (RuntimeException e) {
            sample = null;
            byType.register(List.of(), true);
            if (!isAway && thread != null) {
                log.warn("What is held can't be counted for now: {}", e.toString());
                isAway = true;
            }
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

    @Override
    public synchronized void start() {
        if (thread != null) {
            return;
        }
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("held-metrics").factory());
        thread = started;
        var _ = started.scheduleWithFixedDelay(this::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void stop() {
        ScheduledExecutorService started = thread;
        thread = null;
        if (started != null) {
            started.shutdownNow();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
