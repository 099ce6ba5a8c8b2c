package dev.mops.messaging.inbox;

import static java.util.stream.Collectors.toSet;

import dev.mops.messaging.held.EventId;
import dev.mops.messaging.held.Failure;
import dev.mops.messaging.held.Failure.Kind;
import dev.mops.messaging.held.HeldRecord;
import dev.mops.messaging.held.Ledger;
import dev.mops.messaging.held.LedgerKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Records of the topic: taken by a claim in the inbox, and either handled or held with it. */
final class FromTopic<E> implements Source<E> {

    private static final Failure FORGOTTEN = Failure.of(Kind.FORGOTTEN, new ForgottenEventException(), false);

    private final Inbox inbox;
    private final Ledger ledger;
    private final Duration retention;
    private final InstantSource clock;

    FromTopic(Inbox inbox, Ledger ledger, Duration retention, InstantSource clock) {
        this.inbox = inbox;
        this.ledger = ledger;
        this.retention = retention;
        this.clock = clock;
    }

    @Override
    public Set<EventId> free(List<Item<E>> items) {
        Set<EventId> claimed = inbox.claimed(items.stream().map(Item::id).toList());
        Set<LedgerKey> held = ledger.held(items.stream().map(Item::key).collect(toSet()));
        Predicate<Item<E>> forgotten = forgotten(items);
        return items.stream()
                .filter(item -> !claimed.contains(item.id()) && !held.contains(item.key()) && !forgotten.test(item))
                .map(Item::id)
                .collect(toSet());
    }

    @Override
    public Taken<E> take(List<Item<E>> items, Map<EventId, Failure> failures, Set<EventId> called) {
        Set<EventId> claimed = inbox.claim(items);
        List<Item<E>> fresh = new ArrayList<>();
        for (Item<E> item : items) {
            // Removing drops the second delivery within one batch, too.
            if (claimed.remove(item.id())) {
                fresh.add(item);
            }
        }
        if (fresh.isEmpty()) {
            return new Taken<>(fresh, List.of(), List.of());
        }
        Predicate<Item<E>> forgotten = forgotten(fresh);
        // After the claim: who has an event that stands before these has committed, or waits for our claims.
        Set<LedgerKey> held =
                new HashSet<>(ledger.lock(fresh.stream().map(Item::key).collect(toSet())));
        List<Item<E>> toHandle = new ArrayList<>();
        List<HeldRecord> toHold = new ArrayList<>();
        List<Item<E>> failed = new ArrayList<>();
        for (Item<E> item : fresh) {
            // The horizon may have moved since a call was made.
            Failure refused = forgotten.test(item) && !called.contains(item.id()) ? FORGOTTEN : null;
            Failure failure = refused == null ? failures.get(item.id()) : refused;
            if (held.contains(item.key())) {
                // What is wrong with it otherwise shows when it runs; that it may not run is known only now.
                toHold.add(new HeldRecord(item.id(), item.key(), item.record(), refused, false));
            } else if (failure != null) {
                toHold.add(new HeldRecord(item.id(), item.key(), item.record(), failure, true));
                held.add(item.key());
                failed.add(item);
            } else {
                toHandle.add(item);
            }
        }
        Set<EventId> dead = ledger.hold(toHold);
        return new Taken<>(
                toHandle,
                failed.stream().filter(item -> !dead.contains(item.id())).toList(),
                failed.stream().filter(item -> dead.contains(item.id())).toList());
    }

    @Override
    public void handled(List<Item<E>> items) {
        // The claim says it.
    }

    /** An event that is older than what the inbox has forgotten may have taken effect: that is for an operator to say. */
    private Predicate<Item<E>> forgotten(List<Item<E>> items) {
        Instant purged = clock.instant().minus(retention);
        // The retention may have been shorter once.
        Instant known = inbox.knownHorizon();
        Instant suspicious = known.isAfter(purged) ? known : purged;
        if (items.stream().allMatch(item -> timeOf(item).isAfter(suspicious))) {
            return item -> false;
        }
        Instant horizon = inbox.horizon();
        return item -> !timeOf(item).isAfter(horizon);
    }

    private static Instant timeOf(Item<?> item) {
        return Instant.ofEpochMilli(item.record().timestamp());
    }
}
