package dev.mops.messaging.inbox;

import dev.mops.events.Envelope;
import dev.mops.events.UnreadableEventException;
import dev.mops.messaging.EventHandlers.Step;
import dev.mops.messaging.held.EventId;
import dev.mops.messaging.held.Head;
import dev.mops.messaging.held.LedgerKey;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that is to take effect.
 *
 * @param head the place in the ledger of one that runs again; null for one that comes from the topic
 */
record Item<E>(
        EventId id,
        LedgerKey key,
        ConsumerRecord<byte[], byte[]> record,
        Content<E> content,
        @Nullable Head head) {

    /** What a record holds. */
    sealed interface Content<E> {

        /** An event with what is to be done with it. */
        record Decoded<E>(Envelope<E> envelope, Step<E> step) implements Content<E> {}

        /** No event that this build can read. */
        record Undecoded<E>(UnreadableEventException why) implements Content<E> {}
    }

    boolean hasCall() {
        return content instanceof Content.Decoded<E> decoded && decoded.step() instanceof Step.Call;
    }

    /** The event; only of an item that was decoded, and no other is ever handled. */
    Content.Decoded<E> event() {
        if (content instanceof Content.Decoded<E> decoded) {
            return decoded;
        }
        throw new IllegalStateException("What can't be read is not handled: " + id);
    }
}
