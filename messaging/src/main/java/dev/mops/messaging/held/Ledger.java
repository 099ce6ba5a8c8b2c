package dev.mops.messaging.held;

import static dev.mops.messaging.held.LedgerTable.required;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;

import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.HeldKeys;
import dev.mops.messaging.HeldUp;
import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.Outbox;
import dev.mops.messaging.held.Failure.Kind;
import dev.mops.messaging.held.LedgerTable.Changed;
import dev.mops.messaging.held.LedgerTable.Failed;
import dev.mops.messaging.held.LedgerTable.Inserted;
import dev.mops.messaging.held.LedgerTable.NewHead;
import dev.mops.messaging.held.RetryPolicy.Next;
import dev.mops.messaging.record.OutboxRecords;
import dev.mops.messaging.topic.RetryTopics;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The events of a consumer group that have not taken effect, and their order. What changes here is part of the transaction
 * that runs: of the effect, of the claim, and of the wake-up or dead letter that goes out.
 *
 * <p>Whoever changes what belongs to a key holds the lock of its row first, else a follower is added behind a head that is
 * leaving, and waits for ever.
 */
public final class Ledger implements HeldKeys {

    private static final Logger log = LoggerFactory.getLogger(Ledger.class);

    private final LedgerTable table;
    private final String consumerGroup;
    private final RetryPolicy policy;
    private final OutboxRecords outbox;
    private final Announcements announcements;

    public Ledger(
            JdbcTemplate jdbc,
            String consumerGroup,
            MessagingProperties settings,
            OutboxRecords outboxRecords,
            Supplier<List<EventHandlers<?>>> tables,
            Outbox outbox) {
        this.table = new LedgerTable(jdbc, consumerGroup);
        this.consumerGroup = consumerGroup;
        this.policy = new RetryPolicy(settings.retryDelays(), settings.tryLaterAge());
        this.outbox = outboxRecords;
        this.announcements = new Announcements(tables, consumerGroup, outbox);
    }

    /** Those of these keys that are held. */
    public Set<LedgerKey> held(Collection<LedgerKey> keys) {
        return table.held(keys);
    }

    /** Those of these keys that are held, with their rows locked: look-up, lock and re-read in one. */
    public Set<LedgerKey> lock(Collection<LedgerKey> keys) {
        return table.lock(keys);
    }

    /**
     * Holds records in their order: heads, whose keys are not held yet, and those that wait behind heads, whose keys are
     * locked.
     *
     * @return those that are dead at once
     * @throws MovedException if a key was held by somebody else meanwhile
     */
    public Set<EventId> hold(List<HeldRecord> records) {
        if (records.isEmpty()) {
            return Set.of();
        }
        List<Inserted> inserted = table.insertEvents(records);
        Map<LedgerKey, Inserted> failed = new HashMap<>();
        inserted.stream().filter(row -> row.failedAt() != null).forEach(row -> failed.put(row.key(), row));
        List<NewHead> heads = records.stream()
                .filter(HeldRecord::isHead)
                .map(held -> {
                    Inserted row = required(failed.get(held.key()));
                    return new NewHead(
                            held,
                            required(held.failure()),
                            row.id(),
                            required(row.failedAt()),
                            policy.after(required(held.failure()), 0, 0, Duration.ZERO));
                })
                .sorted(Comparator.comparing(head -> head.held().key()))
                .toList();
        if (!heads.isEmpty()) {
            holdKeys(heads);
        }
        announceWaits(records.stream()
                .filter(held -> !held.isHead() && held.failure() == null)
                .map(HeldRecord::key)
                .collect(toSet()));
        return heads.stream()
                .filter(head -> head.next() instanceof Next.Dead)
                .map(head -> head.held().id())
                .collect(toSet());
    }

    private void holdKeys(List<NewHead> heads) {
        Map<LedgerKey, Changed> changed = table.insertKeys(heads);
        for (NewHead head : heads) {
            HeldRecord held = head.held();
            Changed row = changed.get(held.key());
            if (row == null) {
                throw new MovedException("The key of " + held.id() + " was held by another consumer meanwhile");
            }
            send(
                    held.key(),
                    head.id(),
                    held.record(),
                    head.failure(),
                    head.next(),
                    row,
                    head.failedAt(),
                    head.failedAt());
            String announced = announce(
                    head.id(),
                    null,
                    held.record(),
                    LedgerTable.typeOf(held.record()),
                    head.failure(),
                    head.next(),
                    head.failedAt());
            if (announced != null) {
                table.announced(held.key(), announced);
            }
        }
    }

    /** The heads of these keys. */
    public List<Head> heads(Collection<LedgerKey> keys) {
        return table.heads(keys);
    }

    /** The heads of these keys that are due by now. */
    public List<Head> dueHeads(Collection<LedgerKey> keys) {
        return table.dueHeads(keys);
    }

    /** The heads of these keys, their rows locked. */
    public List<Head> lockedHeads(Collection<LedgerKey> keys) {
        // The lock first, by itself: a join would read the event of a head that has left meanwhile.
        lock(keys);
        return heads(keys);
    }

    /** The head with this place in the ledger; empty where it waits behind another, or is gone. */
    public Optional<Head> head(long heldEventId) {
        return table.head(heldEventId);
    }

    /** The heads have taken effect, or were discarded: the next of their keys are heads from here on, due now. */
    public void leave(List<Head> heads) {
        Map<LedgerKey, Head> byKey = new HashMap<>();
        heads.forEach(head -> byKey.put(head.key(), head));
        table.deleteEvents(heads);
        Set<LedgerKey> promoted = table.promote(byKey.keySet());
        List<LedgerKey> free =
                byKey.keySet().stream().filter(key -> !promoted.contains(key)).toList();
        table.deleteKeys(free);
        for (LedgerKey key : free) {
            Head head = required(byKey.get(key));
            if (head.announced() != null) {
                announcements.resumed(head.record(), head.type(), sinceOf(head));
            }
        }
    }

    /** A head has failed again; its row is locked. Returns whether it is dead now. */
    public boolean fail(Head head, Failure failure) {
        Failed failed = table.fail(head, failure);
        Next next = policy.after(
                failure, head.attempts(), head.deferrals(), Duration.between(failed.awaySince(), failed.last()));
        String announced = announce(
                head.heldEventId(), head.announced(), head.record(), head.type(), failure, next, failed.first());
        Changed row = table.change(head.key(), next, announced);
        send(head.key(), head.heldEventId(), head.record(), failure, next, row, failed.first(), failed.last());
        if (failure.kind() == Kind.FORGOTTEN) {
            announceWaits(Set.of(head.key()));
        }
        return next instanceof Next.Dead;
    }

    /** A dead head runs again, with all its attempts; its row is locked. Returns the version of the row. */
    public long replay(Head head) {
        table.replay(head);
        Next.Retry now = new Next.Retry(0, 0, 1, Duration.ZERO);
        Changed row = table.change(head.key(), now, head.announced());
        wakeUp(head.key(), head.heldEventId(), head.record(), now, row);
        return row.version();
    }

    /** Wakes the head of a key that is due, if there is one: after a discard, by which the next one became the head. */
    public void wakeNext(LedgerKey key) {
        dueHeads(List.of(key))
                .forEach(head -> wakeUp(
                        key,
                        head.heldEventId(),
                        head.record(),
                        new Next.Retry(0, 0, 1, Duration.ZERO),
                        new Changed(head.version(), Instant.now())));
    }

    /** Gives a dead head another payload; its row is locked. Returns the version of the row. */
    public long edit(Head head, byte[] value) {
        return table.edit(head, value);
    }

    /** These heads are at work for so long at most: nobody takes them for overdue. Their rows are locked. */
    public void lease(Collection<LedgerKey> keys, Duration lease) {
        table.lease(keys, lease);
    }

    /** Takes heads whose wake-up was lost: those that are overdue by so much. */
    public List<LedgerKey> takeOverdue(Duration grace, int limit) {
        return table.takeOverdue(grace, limit);
    }

    @Override
    public Optional<HeldUp> find(String topic, String key) {
        return heads(List.of(LedgerKey.of(topic, key.getBytes(UTF_8)))).stream()
                .findFirst()
                .filter(head -> head.lastError() != null && (!head.dead() || head.announced() != null))
                .flatMap(head -> announcements.describe(
                        head.record(), head.type(), required(head.lastError()), head.dead(), sinceOf(head)));
    }

    private void send(
            LedgerKey key,
            long id,
            ConsumerRecord<byte[], byte[]> record,
            Failure failure,
            Next next,
            Changed row,
            Instant firstFailedAt,
            Instant lastFailedAt) {
        if (log.isDebugEnabled()) {
            // Not before: what is rolled back was not held.
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    announcements.log(
                            record,
                            () -> log.debug(
                                    "Holds {}, {}: {}", LedgerTable.typeOf(record), said(next), failure.errorClass()));
                }
            });
        }
        switch (next) {
            case Next.Retry retry -> wakeUp(key, id, record, retry, row);
            case Next.Dead dead ->
                outbox.publish(DeadLetterRecord.of(
                        RetryTopics.deadLetters(record.topic(), consumerGroup),
                        consumerGroup,
                        record,
                        id,
                        failure,
                        dead.attempts(),
                        firstFailedAt,
                        lastFailedAt));
        }
    }

    private static String said(Next next) {
        int failures = next.attempts() + next.deferrals();
        return switch (next) {
            case Next.Retry retry ->
                "which runs again in " + retry.delay().toMillis() + " ms after failure " + failures;
            case Next.Dead _ -> "which is a dead letter after failure " + failures;
        };
    }

    private void wakeUp(LedgerKey key, long id, ConsumerRecord<byte[], byte[]> record, Next.Retry retry, Changed row) {
        outbox.publish(new Wakeup(key, id, row.version(), required(row.due()))
                .record(RetryTopics.retry(record.topic(), consumerGroup, retry.topic()), record.key()));
    }

    /** Says what is worth saying and was not said yet. Returns what has been said by now. */
    private @Nullable String announce(
            long heldEventId,
            @Nullable String announced,
            ConsumerRecord<byte[], byte[]> record,
            @Nullable String type,
            Failure failure,
            Next next,
            Instant since) {
        boolean dead = next instanceof Next.Dead;
        // Once for each head: the next one may fail of something else.
        String state = (dead ? "DEAD " : "RETRYING ") + heldEventId;
        // A group that is set back reads of entities that have come to their ends long ago: nothing is held up.
        if (failure.kind() == Kind.FORGOTTEN || !RetryPolicy.isHeldUp(next) || state.equals(announced)) {
            return announced;
        }
        announcements.heldUp(record, type, failure.errorClass() + ": " + failure.message(), dead, since);
        return state;
    }

    /** Says that keys are held up by events that were forgotten, where something waits behind those. */
    private void announceWaits(Set<LedgerKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        for (Head head : table.untoldHeads(keys)) {
            announcements.heldUp(head.record(), head.type(), required(head.lastError()), true, sinceOf(head));
            table.announced(head.key(), "DEAD " + head.heldEventId());
        }
    }

    private static Instant sinceOf(Head head) {
        return head.firstFailedAt() == null ? Instant.ofEpochMilli(head.record().timestamp()) : head.firstFailedAt();
    }
}
