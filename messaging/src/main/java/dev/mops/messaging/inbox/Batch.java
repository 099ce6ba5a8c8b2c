package dev.mops.messaging.inbox;

import dev.mops.messaging.held.LedgerKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Cuts what is at hand into parts that can share a transaction. */
final class Batch {

    private Batch() {}

    /**
     * Cuts a poll. An event with a call goes into the batch after the last one of its key: its intent must be decided on
     * the state that the events before it have left. Keys do not wait for each other, so that the calls of many are made
     * at once: the batches keep the order of each key, not the order between keys.
     */
    static <E> List<List<Item<E>>> cut(List<Item<E>> items) {
        List<List<Item<E>>> batches = new ArrayList<>();
        Map<LedgerKey, Integer> lastBatchOfKey = new HashMap<>();
        for (Item<E> item : items) {
            int batch = lastBatchOfKey.merge(item.key(), 0, (last, first) -> item.hasCall() ? last + 1 : last);
            if (batch == batches.size()) {
                batches.add(new ArrayList<>());
            }
            batches.get(batch).add(item);
        }
        return batches;
    }
}
