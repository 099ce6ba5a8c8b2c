package dev.mops.messaging.inbox;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import dev.mops.messaging.held.EventId;
import dev.mops.messaging.held.Failure;
import dev.mops.messaging.held.Head;
import dev.mops.messaging.held.Ledger;
import dev.mops.messaging.held.LedgerKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** Heads that run again: taken by the lock of their key's row, and gone from the ledger once they are handled. */
final class FromLedger<E> implements Source<E> {

    private final Ledger ledger;
    private final Duration lease;

    /** @param lease how long the calls of the heads that run at once may take */
    FromLedger(Ledger ledger, Duration lease) {
        this.ledger = ledger;
        this.lease = lease;
    }

    @Override
    public Set<EventId> free(List<Item<E>> items) {
        List<Item<E>> unmoved = unmoved(items).stream()
                .filter(item -> headOf(item).refused() == null)
                .toList();
        // No lock is held while the calls are made.
        ledger.lease(unmoved.stream().map(Item::key).toList(), lease);
        return unmoved.stream().map(Item::id).collect(toSet());
    }

    @Override
    public Taken<E> take(List<Item<E>> items, Map<EventId, Failure> failures, Set<EventId> called) {
        List<Item<E>> toHandle = new ArrayList<>();
        List<Item<E>> retried = new ArrayList<>();
        List<Item<E>> dead = new ArrayList<>();
        for (Item<E> item : unmoved(items)) {
            Failure refused = headOf(item).refused();
            Failure failure = refused == null ? failures.get(item.id()) : refused;
            if (failure == null) {
                toHandle.add(item);
            } else {
                boolean died = ledger.fail(headOf(item), failure);
                (died ? dead : retried).add(item);
            }
        }
        return new Taken<>(toHandle, retried, dead);
    }

    @Override
    public void handled(List<Item<E>> items) {
        ledger.leave(items.stream().map(FromLedger::headOf).toList());
    }

    /** Those that are still as they were read, their rows locked; an operator or another instance may have been faster. */
    private List<Item<E>> unmoved(List<Item<E>> items) {
        Map<LedgerKey, Head> heads = ledger
                .lockedHeads(items.stream().map(Item::key).toList())
                .stream()
                .collect(toMap(Head::key, Function.identity()));
        return items.stream()
                .filter(item -> {
                    Head now = heads.get(item.key());
                    Head read = headOf(item);
                    return now != null
                            && now.heldEventId() == read.heldEventId()
                            && now.version() == read.version()
                            && !now.dead();
                })
                .toList();
    }

    private static Head headOf(Item<?> item) {
        return Objects.requireNonNull(item.head(), "head");
    }
}
