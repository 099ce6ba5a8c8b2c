package dev.mops.messaging.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.EventFamily;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.inbox.Deliveries;
import dev.mops.messaging.record.HeaderBytes;
import dev.mops.messaging.test.Tables.Snapshot;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.SmartContextLoader;

/** Drives a service's handlers without Kafka: what it delivers goes the way of a poll, what is published is in the outbox. */
final class Kit implements DisposableBean {

    /** The contexts that run, by their handlers. */
    private static final Map<EventHandlers<?>, Kit> KITS = new ConcurrentHashMap<>();

    private static final String SOURCE = "/elsewhere";

    /** A head whose outside world stays away would run for ever. */
    private static final int MOST_RETRIES = 10;

    private static final Duration ANY_DELAY = Duration.ofDays(365);

    private final MergedContextConfiguration configuration;
    private final Tables tables;
    private final JdbcTemplate jdbc;
    private final ObjectProvider<Deliveries> deliveries;
    private final List<EventHandlers<?>> handlers;
    private final List<EventFamily<?>> families;
    private final Crashes crashes;
    private final KitClock clock;
    private @Nullable Snapshot start;
    private long nextOffset;

    Kit(
            MergedContextConfiguration configuration,
            Tables tables,
            JdbcTemplate jdbc,
            ObjectProvider<Deliveries> deliveries,
            List<EventHandlers<?>> handlers,
            List<EventFamily<?>> families,
            Crashes crashes,
            KitClock clock) {
        this.configuration = configuration;
        this.tables = tables;
        this.jdbc = jdbc;
        this.deliveries = deliveries;
        this.handlers = handlers;
        this.families = families;
        this.crashes = crashes;
        this.clock = clock;
        handlers.forEach(table -> KITS.put(table, this));
    }

    /** The kit of the context whose handlers these are. */
    static Kit of(EventHandlers<?> handlers) {
        Kit kit = KITS.get(handlers);
        if (kit == null) {
            throw new IllegalArgumentException(
                    "These handlers are no bean of a context that runs: the test needs @MessagingTest, and the bean from there");
        }
        return kit;
    }

    /** Makes the context of another instance of the service, on the same database. */
    ConfigurableApplicationContext restarted() {
        try {
            return (ConfigurableApplicationContext)
                    ((SmartContextLoader) configuration.getContextLoader()).loadContext(configuration);
        } catch (Exception e) {
            throw new IllegalStateException("The service does not start again on the tables that it has left", e);
        }
    }

    /** Puts the tables back to what they held before the first test. */
    void reset() {
        if (start == null) {
            start = tables.snapshot();
        } else {
            tables.restore(start);
        }
    }

    Tables tables() {
        return tables;
    }

    Crashes crashes() {
        return crashes;
    }

    KitClock clock() {
        return clock;
    }

    List<EventFamily<?>> families() {
        return families;
    }

    /** An event as another service would publish it now, with a new id. */
    Incoming incoming(Object event) {
        if (handlers.isEmpty()) {
            throw new IllegalStateException("No " + event.getClass().getSimpleName()
                    + " can be delivered: the context has no bean of type EventHandlers, it only publishes");
        }
        return handlers.stream()
                .map(EventHandlers::family)
                .filter(family -> family.root().isInstance(event))
                .findFirst()
                .map(family -> encoded(family, event))
                .orElseThrow(() -> new IllegalArgumentException(
                        event.getClass().getName() + " belongs to no event family that is handled here"));
    }

    private <E> Incoming encoded(EventFamily<E> family, Object event) {
        EventCodec<E> codec = new EventCodec<>(family);
        E typed = family.root().cast(event);
        var metadata = codec.describe(typed, SOURCE, clock.instant().truncatedTo(ChronoUnit.MICROS), null, null, null);
        return new Incoming(metadata.type(), codec.encode(new Envelope<>(metadata, typed)));
    }

    /** Delivers events of one family as one poll. Those that were delivered before are delivered once more. */
    void deliver(List<Incoming> events) {
        deliveries.getObject().deliver(events.stream().map(this::polled).toList());
    }

    private ConsumerRecord<byte[], byte[]> polled(Incoming event) {
        ProducerRecord<byte[], byte[]> record = event.record();
        return new ConsumerRecord<>(
                record.topic(),
                0,
                nextOffset++,
                clock.millis(),
                TimestampType.CREATE_TIME,
                record.key().length,
                record.value().length,
                record.key(),
                record.value(),
                new RecordHeaders(record.headers()),
                Optional.empty());
    }

    /** Runs what is held, as if each wait had passed, until nothing is to be tried again. */
    void retryHeld() {
        for (int i = 0; i < MOST_RETRIES && deliveries.getObject().runHeld(ANY_DELAY); i++) {
            clock.jump(Duration.ofMinutes(1));
        }
    }

    /** The last place in the outbox. */
    long outboxEnd() {
        return Objects.requireNonNull(jdbc.queryForObject("SELECT coalesce(max(id), 0) FROM outbox_event", Long.class));
    }

    /** The events that were published behind a place in the outbox; no wake-ups and no dead letters. */
    List<Outgoing> published(long after) {
        List<ConsumerRecord<byte[], byte[]>> records = jdbc.query(
                "SELECT topic, id, key, value, headers FROM outbox_event WHERE id > ? ORDER BY id",
                (row, n) -> {
                    byte[] key = row.getBytes(3);
                    byte[] value = row.getBytes(4);
                    return new ConsumerRecord<>(
                            row.getString(1),
                            0,
                            row.getLong(2),
                            0L,
                            TimestampType.CREATE_TIME,
                            0,
                            0,
                            key,
                            value,
                            new RecordHeaders(HeaderBytes.read(row.getBytes(5))),
                            Optional.empty());
                },
                after);
        List<Outgoing> published = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            families.stream()
                    .filter(family -> family.topic().equals(record.topic()))
                    .findFirst()
                    .ifPresent(family -> published.add(Outgoing.of(family, record)));
        }
        return published;
    }

    /** What has failed and waits, and what waits behind it, in their order. */
    List<Held> held() {
        return jdbc.query(
                """
                SELECT e.key, e.type, k.state, e.error_class, e.error_message
                FROM held_event e JOIN held_key k USING (consumer_group, key_hash) ORDER BY e.id
                """,
                (row, n) -> new Held(
                        row.getBytes(1) == null ? "" : new String(row.getBytes(1), UTF_8),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5)));
    }

    @Override
    public void destroy() {
        KITS.values().removeIf(this::equals);
    }

    /** An event on its way in. */
    record Incoming(String type, ProducerRecord<byte[], byte[]> record) {

        @Override
        public String toString() {
            return type + " " + new String(record.key(), UTF_8) + " " + new String(record.value(), UTF_8);
        }
    }

    /** An event on its way out. */
    record Outgoing(String type, String key, String json, Object event) {

        static <E> Outgoing of(EventFamily<E> family, ConsumerRecord<byte[], byte[]> record) {
            Envelope<E> envelope = new EventCodec<>(family).decode(record);
            return new Outgoing(
                    envelope.metadata().type(),
                    envelope.metadata().key(),
                    new String(record.value(), UTF_8),
                    envelope.event());
        }

        @Override
        public String toString() {
            return type + " " + key + " " + json;
        }
    }

    /** An event that has not taken effect. */
    record Held(
            String key,
            @Nullable String type,
            String state,
            @Nullable String error,
            @Nullable String message) {

        @Override
        public String toString() {
            return type + " " + key
                    + (error == null ? " waits behind it" : " (" + state + "): " + error + ": " + message);
        }
    }
}
