package dev.mops.messaging.inbox;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.UnreadableEventException;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.held.EventId;
import dev.mops.messaging.held.Head;
import dev.mops.messaging.held.LedgerKey;
import dev.mops.messaging.inbox.Item.Content;
import dev.mops.messaging.topic.Topics;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads records. */
final class Items<E> {

    private final EventHandlers<E> handlers;
    private final EventCodec<E> codec;
    private final Topics topics;

    Items(EventHandlers<E> handlers, Topics topics) {
        this.handlers = handlers;
        this.codec = new EventCodec<>(handlers.family());
        this.topics = topics;
    }

    /**
     * A record of the topic.
     *
     * @param topicIds those that were asked for in this poll
     */
    Item<E> of(ConsumerRecord<byte[], byte[]> record, Map<String, String> topicIds) {
        String topicId = EventId.isIn(record) ? "" : topicIds.computeIfAbsent(record.topic(), topics::idOf);
        EventId id = EventId.of(record, topicId);
        return new Item<>(id, LedgerKey.of(record, id), record, read(record), null);
    }

    /** A head that runs again. */
    Item<E> of(Head head) {
        return new Item<>(head.id(), head.key(), head.record(), read(head.record()), head);
    }

    private Content<E> read(ConsumerRecord<byte[], byte[]> record) {
        try {
            Envelope<E> envelope = codec.decode(record);
            return new Content.Decoded<>(envelope, handlers.stepOf(envelope.event()));
        } catch (UnreadableEventException e) {
            return new Content.Undecoded<>(e);
        } catch (RuntimeException e) {
            // A head whose type is handled no more, above all: what can't be handled is for an operator to see.
            return new Content.Undecoded<>(
                    new UnreadableEventException("The event is not read or not handled by this build", e));
        }
    }
}
