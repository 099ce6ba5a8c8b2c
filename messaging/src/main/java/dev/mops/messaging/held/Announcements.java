package dev.mops.messaging.held;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.events.EventCodec;
import dev.mops.events.EventMetadata;
import dev.mops.events.UnreadableEventException;
import dev.mops.messaging.CurrentEvent;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.HeldUp;
import dev.mops.messaging.Outbox;
import dev.mops.messaging.trace.EventLog;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the entity's other readers what is held up here, as the service's table says. */
final class Announcements {

    private static final Logger log = LoggerFactory.getLogger(Announcements.class);

    private final Supplier<List<EventHandlers<?>>> tables;
    private final String consumerGroup;
    private final Outbox outbox;

    Announcements(Supplier<List<EventHandlers<?>>> tables, String consumerGroup, Outbox outbox) {
        this.tables = tables;
        this.consumerGroup = consumerGroup;
        this.outbox = outbox;
    }

    void heldUp(
            ConsumerRecord<byte[], byte[]> record, @Nullable String type, String reason, boolean dead, Instant since) {
        describe(record, type, reason, dead, since).ifPresent(held -> tell(record, table -> table.heldUp(held)));
    }

    void resumed(ConsumerRecord<byte[], byte[]> record, @Nullable String type, Instant since) {
        describe(record, type, "", false, since).ifPresent(held -> tell(record, table -> table.resumed(held)));
    }

    private void tell(ConsumerRecord<byte[], byte[]> record, Function<EventHandlers<?>, Optional<?>> event) {
        quietly(() -> tableOf(record.topic()).ifPresent(table -> {
            Runnable telling = () -> event.apply(table).ifPresent(outbox::publish);
            metadataOf(table, record).ifPresentOrElse(metadata -> CurrentEvent.run(metadata, telling), telling);
        }));
    }

    /** Writes a line of the log for the event of a record. */
    void log(ConsumerRecord<byte[], byte[]> record, Runnable line) {
        tableOf(record.topic())
                .flatMap(table -> metadataOf(table, record))
                .ifPresentOrElse(metadata -> EventLog.run(metadata, line), line);
    }

    /** Of the event that is the cause; empty where it can't be read. */
    private static Optional<EventMetadata> metadataOf(EventHandlers<?> table, ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(new EventCodec<>(table.family()).decode(record).metadata());
        } catch (UnreadableEventException e) {
            return Optional.empty();
        }
    }

    /** To tell others is good to have; that the event is held, or leaves, is what was promised. */
    private static void quietly(Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException e) {
            log.warn("What is held up can't be announced: {}", e.toString());
        }
    }

    /** What is to be told; empty where the key is no text. */
    Optional<HeldUp> describe(
            ConsumerRecord<byte[], byte[]> record, @Nullable String type, String reason, boolean dead, Instant since) {
        if (record.key() == null) {
            return Optional.empty();
        }
        try {
            String key =
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(record.key())).toString();
            return Optional.of(new HeldUp(key, consumerGroup, type, reason, dead, since));
        } catch (CharacterCodingException noText) {
            return Optional.empty();
        }
    }

    private Optional<EventHandlers<?>> tableOf(String topic) {
        return tables.get().stream()
                .<EventHandlers<?>>map(table -> table)
                .filter(table -> table.family().topic().equals(topic))
                .findFirst();
    }
}
