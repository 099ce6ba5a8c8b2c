package dev.mops.messaging.inbox;

import dev.mops.events.Envelope;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.EventHandlers.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Events of one poll that can share a transaction; those of a key in log order. */
record Batch<E>(List<Item<E>> items) {

    /** An event with what is to be done with it. */
    record Item<E>(Envelope<E> envelope, Step<E> step) {

        Inbox.EventId id() {
            return Inbox.EventId.of(envelope.metadata());
        }
    }

    /**
     * Cuts a poll. An event with a call goes into the batch after the last one of its key: its intent must be decided on
     * the state that the events before it have left. Keys do not wait for each other, so that the calls of many are made
     * at once: the batches keep the order of each key, not the order between keys.
     */
    static <E> List<Batch<E>> cut(List<Envelope<E>> envelopes, EventHandlers<E> handlers) {
        List<List<Item<E>>> batches = new ArrayList<>();
        Map<String, Integer> lastBatchOfKey = new HashMap<>();
        for (Envelope<E> envelope : envelopes) {
            Step<E> step = handlers.stepOf(envelope.event());
            int batch = lastBatchOfKey.merge(
                    envelope.metadata().key(), 0, (last, first) -> step instanceof Step.Call ? last + 1 : last);
            if (batch == batches.size()) {
                batches.add(new ArrayList<>());
            }
            batches.get(batch).add(new Item<>(envelope, step));
        }
        return batches.stream().map(Batch::new).toList();
    }

    List<Inbox.EventId> ids() {
        return items.stream().map(Item::id).toList();
    }
}
