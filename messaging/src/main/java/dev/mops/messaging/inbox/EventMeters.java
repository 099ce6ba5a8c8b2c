package dev.mops.messaging.inbox;

import dev.mops.events.EventCodec;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.inbox.Item.Content;
import dev.mops.messaging.observe.Timers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is counted and timed of a topic's events. The meters of each type are made once, with the table: an event costs a
 * look into a map. Types that the table does not know share one name, for what a record's header says is anybody's word.
 */
final class EventMeters {

    private static final String UNKNOWN = "unknown";

    private final InstantSource clock;
    private final Map<String, OfType> types = new HashMap<>();
    private final OfType unknown;
    private final Counter skipped;
    private final DistributionSummary batch;

    EventMeters(EventHandlers<?> table, MeterRegistry meters, InstantSource clock) {
        this.clock = clock;
        String topic = table.family().topic();
        table.types().forEach(type -> types.put(type, OfType.of(topic, type, meters)));
        this.unknown = OfType.of(topic, UNKNOWN, meters);
        this.skipped = Counter.builder("mops.messaging.events.skipped")
                .description("Events whose type is not handled here")
                .tag("topic", topic)
                .register(meters);
        this.batch = DistributionSummary.builder("mops.messaging.batch")
                .description("Events that took effect in one transaction")
                .tag("topic", topic)
                .register(meters);
    }

    /** Events were skipped unread. */
    void skipped(int count) {
        skipped.increment(count);
    }

    /** Code of a handler has run for an event, whether it threw or not. */
    void ran(String type, long nanos) {
        of(type).handler.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A transaction has committed. */
    void committed(Taken<?> taken) {
        taken.retried().forEach(item -> of(typeOf(item)).retried.increment());
        taken.dead().forEach(item -> of(typeOf(item)).failed.increment());
        if (taken.toHandle().isEmpty()) {
            return;
        }
        batch.record(taken.toHandle().size());
        Instant now = clock.instant();
        for (Item<?> item : taken.toHandle()) {
            OfType meters = of(typeOf(item));
            Duration age = Duration.between(item.event().envelope().metadata().time(), now);
            // Clocks differ: what seems to come from the future took no time.
            meters.effect.record(age.isNegative() ? Duration.ZERO : age);
            meters.handled.increment();
        }
    }

    private OfType of(@Nullable String type) {
        return type == null ? unknown : types.getOrDefault(type, unknown);
    }

    private static @Nullable String typeOf(Item<?> item) {
        return item.content() instanceof Content.Decoded<?> decoded
                ? decoded.envelope().metadata().type()
                : EventCodec.typeOf(item.record().headers());
    }

    /** The meters of one type. */
    private record OfType(Counter handled, Counter retried, Counter failed, Timer handler, Timer effect) {

        static OfType of(String topic, String type, MeterRegistry meters) {
            return new OfType(
                    counter("handled", "Events that took effect", topic, type, meters),
                    counter("retried", "Failures of events that are tried again", topic, type, meters),
                    counter("failed", "Events that became dead letters", topic, type, meters),
                    timer("handler", "Time that the code of handlers takes for an event", topic, type, meters),
                    timer("effect", "Time from an event's birth to the commit of its effect", topic, type, meters));
        }

        private static Counter counter(
                String name, String description, String topic, String type, MeterRegistry meters) {
            return Counter.builder("mops.messaging.events." + name)
                    .description(description)
                    .tags("topic", topic, "type", type)
                    .register(meters);
        }

        private static Timer timer(String name, String description, String topic, String type, MeterRegistry meters) {
            return Timers.named("mops.messaging." + name)
                    .description(description)
                    .tags("topic", topic, "type", type)
                    .register(meters);
        }
    }
}
