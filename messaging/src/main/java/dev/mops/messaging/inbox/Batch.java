package dev.mops.messaging.inbox;

import dev.mops.events.Envelope;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.EventHandlers.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Events of one poll that can share a transaction, in log order. */
record Batch<E>(List<Item<E>> items) {

    /** An event with what is to be done with it. */
    record Item<E>(Envelope<E> envelope, Step<E> step) {

        Inbox.EventId id() {
            return Inbox.EventId.of(envelope.metadata());
        }
    }

    /**
     * Cuts before an event with a call whose key already occurs: its intent must be decided on the state that the events
     * before it have left.
     */
    static <E> List<Batch<E>> cut(List<Envelope<E>> envelopes, EventHandlers<E> handlers) {
        List<Batch<E>> batches = new ArrayList<>();
        List<Item<E>> items = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (Envelope<E> envelope : envelopes) {
            Step<E> step = handlers.stepOf(envelope.event());
            String key = envelope.metadata().key();
            if (step instanceof Step.Call && keys.contains(key)) {
                batches.add(new Batch<>(List.copyOf(items)));
                items.clear();
                keys.clear();
            }
            items.add(new Item<>(envelope, step));
            keys.add(key);
        }
        if (!items.isEmpty()) {
            batches.add(new Batch<>(List.copyOf(items)));
        }
        return batches;
    }

    List<Inbox.EventId> ids() {
        return items.stream().map(Item::id).toList();
    }
}
