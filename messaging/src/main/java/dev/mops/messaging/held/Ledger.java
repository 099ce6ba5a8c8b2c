package dev.mops.messaging.held;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;

import dev.mops.events.EventCodec;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.HeldKeys;
import dev.mops.messaging.HeldUp;
import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.Outbox;
import dev.mops.messaging.held.RetryPolicy.Next;
import dev.mops.messaging.record.HeaderBytes;
import dev.mops.messaging.record.OutboxRecords;
import dev.mops.messaging.topic.RetryTopics;
import dev.mops.messaging.trace.EventLog;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.EmptyResultDataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
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

    private static final String LOCK = """
            SELECT key_hash FROM held_key WHERE consumer_group = ? AND key_hash = ANY(?)
            ORDER BY key_hash FOR UPDATE
            """;
    private static final String HELD = "SELECT key_hash FROM held_key WHERE consumer_group = ? AND key_hash = ANY(?)";

    private static final String INSERT_EVENTS = """
            INSERT INTO held_event (consumer_group, key_hash, source, event_id, type, topic, partition, record_offset,
                recorded_at, key, value, headers, error_class, error_message, calling, first_failed_at, last_failed_at)
            SELECT ?, key_hash, source, event_id, type, topic, partition, record_offset,
                to_timestamp(recorded_at / 1000.0), key, value, headers, error_class, error_message, calling,
                CASE WHEN is_head THEN now() END, CASE WHEN is_head THEN now() END
            FROM unnest(?::bytea[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::int[], ?::bigint[],
                ?::bigint[], ?::bytea[], ?::bytea[], ?::bytea[], ?::text[], ?::text[], ?::boolean[],
                ?::boolean[]) WITH ORDINALITY
                AS e (key_hash, source, event_id, type, topic, partition, record_offset,
                    recorded_at, key, value, headers, error_class, error_message, calling, is_head, n)
            ORDER BY n
            RETURNING id, key_hash, first_failed_at
            """;
    private static final String INSERT_KEYS = """
            INSERT INTO held_key (consumer_group, key_hash, topic, state, head, attempts, deferrals, due)
            SELECT ?, key_hash, topic, CASE WHEN delay IS NULL THEN 'DEAD' ELSE 'RETRYING' END, head, attempts,
                deferrals, clock_timestamp() + delay * interval '1 millisecond'
            FROM unnest(?::bytea[], ?::text[], ?::bigint[], ?::int[], ?::int[], ?::bigint[])
                AS k (key_hash, topic, head, attempts, deferrals, delay)
            ORDER BY key_hash
            ON CONFLICT DO NOTHING
            RETURNING key_hash, version, due
            """;
    private static final String HEADS = """
            SELECT k.key_hash, k.state, k.attempts, k.deferrals, k.version, k.announced, e.*
            FROM held_key k JOIN held_event e
                ON e.id = k.head AND e.consumer_group = k.consumer_group AND e.key_hash = k.key_hash
            WHERE k.consumer_group = ? AND
            """;
    private static final String DELETE_EVENTS = "DELETE FROM held_event WHERE id = ANY(?)";
    private static final String PROMOTE = """
            UPDATE held_key k SET head = next.id, state = 'RETRYING', attempts = 0, deferrals = 0,
                due = clock_timestamp(), version = k.version + 1
            FROM unnest(?::bytea[]) AS h (key_hash)
                CROSS JOIN LATERAL (SELECT id FROM held_event e
                    WHERE e.consumer_group = ? AND e.key_hash = h.key_hash ORDER BY id LIMIT 1) AS next
            WHERE k.consumer_group = ? AND k.key_hash = h.key_hash
            RETURNING k.key_hash
            """;
    private static final String DELETE_KEYS = "DELETE FROM held_key WHERE consumer_group = ? AND key_hash = ANY(?)";
    private static final String FAIL_EVENT = """
            UPDATE held_event SET error_class = ?, error_message = ?, calling = calling OR ?,
                first_failed_at = coalesce(first_failed_at, now()), last_failed_at = now(),
                away_since = CASE WHEN ? THEN coalesce(away_since, now()) END
            WHERE id = ?
            RETURNING first_failed_at, last_failed_at, coalesce(away_since, now())
            """;
    private static final String FAIL_KEY = """
            UPDATE held_key SET state = ?, attempts = ?, deferrals = ?, announced = ?, version = version + 1,
                due = clock_timestamp() + ?::bigint * interval '1 millisecond'
            WHERE consumer_group = ? AND key_hash = ?
            RETURNING version, due
            """;
    private static final String LEASE = """
            UPDATE held_key SET due = clock_timestamp() + ? * interval '1 millisecond'
            WHERE consumer_group = ? AND key_hash = ANY(?)
            """;
    // Taken, so that another instance does not take them, too; and due again if nothing comes of it.
    private static final String OVERDUE = """
            UPDATE held_key SET due = clock_timestamp()
            WHERE (consumer_group, key_hash) IN (
                SELECT consumer_group, key_hash FROM held_key
                WHERE consumer_group = ? AND state = 'RETRYING'
                    AND due < clock_timestamp() - ?::bigint * interval '1 millisecond'
                ORDER BY due LIMIT ? FOR UPDATE SKIP LOCKED)
            RETURNING key_hash
            """;

    private static final long YEAR_2100_MILLIS = 4_102_444_800_000L;

    private final JdbcTemplate jdbc;
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
        this.jdbc = jdbc;
        this.consumerGroup = consumerGroup;
        this.policy = new RetryPolicy(settings.retryDelays(), settings.tryLaterAge());
        this.outbox = outboxRecords;
        this.announcements = new Announcements(tables, consumerGroup, outbox);
    }

    /** Those of these keys that are held. */
    public Set<LedgerKey> held(Collection<LedgerKey> keys) {
        return keys(HELD, keys);
    }

    /** Those of these keys that are held, with their rows locked: look-up, lock and re-read in one. */
    public Set<LedgerKey> lock(Collection<LedgerKey> keys) {
        return keys(LOCK, keys);
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
        record Inserted(long id, LedgerKey key, @Nullable Instant failedAt) {}
        List<Inserted> inserted = jdbc.query(
                connection -> {
                    var insert = connection.prepareStatement(INSERT_EVENTS);
                    insert.setString(1, consumerGroup);
                    insert.setArray(
                            2,
                            array(
                                    connection,
                                    "bytea",
                                    records,
                                    held -> held.key().bytes()));
                    insert.setArray(
                            3,
                            array(connection, "text", records, held -> held.id().source()));
                    insert.setArray(
                            4,
                            array(connection, "uuid", records, held -> held.id().id()));
                    insert.setArray(5, array(connection, "text", records, held -> typeOf(held.record())));
                    insert.setArray(
                            6,
                            array(
                                    connection,
                                    "text",
                                    records,
                                    held -> held.record().topic()));
                    insert.setArray(
                            7,
                            array(
                                    connection,
                                    "int4",
                                    records,
                                    held -> held.record().partition()));
                    insert.setArray(
                            8,
                            array(
                                    connection,
                                    "int8",
                                    records,
                                    held -> held.record().offset()));
                    insert.setArray(
                            9,
                            array(
                                    connection,
                                    "int8",
                                    records,
                                    held -> Math.clamp(held.record().timestamp(), 0, YEAR_2100_MILLIS)));
                    insert.setArray(
                            10,
                            array(
                                    connection,
                                    "bytea",
                                    records,
                                    held -> held.record().key()));
                    insert.setArray(
                            11,
                            array(
                                    connection,
                                    "bytea",
                                    records,
                                    held -> held.record().value()));
                    insert.setArray(
                            12,
                            array(
                                    connection,
                                    "bytea",
                                    records,
                                    held -> HeaderBytes.write(held.record().headers())));
                    insert.setArray(
                            13,
                            array(
                                    connection,
                                    "text",
                                    records,
                                    held -> held.failure() == null
                                            ? null
                                            : held.failure().errorClass()));
                    insert.setArray(
                            14,
                            array(
                                    connection,
                                    "text",
                                    records,
                                    held -> held.failure() == null
                                            ? null
                                            : held.failure().message()));
                    insert.setArray(
                            15,
                            array(
                                    connection,
                                    "bool",
                                    records,
                                    held -> held.failure() != null
                                            && held.failure().calling()));
                    insert.setArray(16, array(connection, "bool", records, HeldRecord::isHead));
                    return insert;
                },
                (row, n) -> new Inserted(row.getLong(1), LedgerKey.of(row.getBytes(2)), instant(row, 3)));
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
        return heads.stream()
                .filter(head -> head.next() instanceof Next.Dead)
                .map(head -> head.held().id())
                .collect(toSet());
    }

    private record NewHead(HeldRecord held, Failure failure, long id, Instant failedAt, Next next) {

        @Nullable Long delayMillis() {
            return next instanceof Next.Retry retry ? retry.delay().toMillis() : null;
        }
    }

    private void holdKeys(List<NewHead> heads) {
        Map<LedgerKey, Changed> changed = new HashMap<>();
        jdbc.query(
                connection -> {
                    var insert = connection.prepareStatement(INSERT_KEYS);
                    insert.setString(1, consumerGroup);
                    insert.setArray(
                            2,
                            array(
                                    connection,
                                    "bytea",
                                    heads,
                                    head -> head.held().key().bytes()));
                    insert.setArray(
                            3,
                            array(
                                    connection,
                                    "text",
                                    heads,
                                    head -> head.held().record().topic()));
                    insert.setArray(4, array(connection, "int8", heads, NewHead::id));
                    insert.setArray(
                            5,
                            array(connection, "int4", heads, head -> head.next().attempts()));
                    insert.setArray(
                            6,
                            array(connection, "int4", heads, head -> head.next().deferrals()));
                    insert.setArray(7, array(connection, "int8", heads, NewHead::delayMillis));
                    return insert;
                },
                row -> {
                    changed.put(LedgerKey.of(row.getBytes(1)), new Changed(row.getLong(2), instant(row, 3)));
                });
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
                    typeOf(held.record()),
                    head.failure(),
                    head.next(),
                    head.failedAt());
            if (announced != null) {
                jdbc.update(
                        "UPDATE held_key SET announced = ? WHERE consumer_group = ? AND key_hash = ?",
                        announced,
                        consumerGroup,
                        held.key().bytes());
            }
        }
    }

    /** The heads of these keys. */
    public List<Head> heads(Collection<LedgerKey> keys) {
        return heads("k.key_hash = ANY(?) ORDER BY k.key_hash", keys);
    }

    /** The heads of these keys that are due by now. */
    public List<Head> dueHeads(Collection<LedgerKey> keys) {
        return heads("k.key_hash = ANY(?) AND k.due <= clock_timestamp() ORDER BY k.key_hash", keys);
    }

    /** The heads of these keys, their rows locked. */
    public List<Head> lockedHeads(Collection<LedgerKey> keys) {
        // The lock first, by itself: a join would read the event of a head that has left meanwhile.
        lock(keys);
        return heads(keys);
    }

    /** The head with this place in the ledger; empty where it waits behind another, or is gone. */
    public Optional<Head> head(long heldEventId) {
        return jdbc.query(HEADS + " e.id = ?", headMapper(), consumerGroup, heldEventId).stream()
                .findFirst();
    }

    /** The heads have taken effect, or were discarded: the next of their keys are heads from here on, due now. */
    public void leave(List<Head> heads) {
        Map<LedgerKey, Head> byKey = new HashMap<>();
        heads.forEach(head -> byKey.put(head.key(), head));
        jdbc.update(connection -> {
            var delete = connection.prepareStatement(DELETE_EVENTS);
            delete.setArray(1, array(connection, "int8", heads, Head::heldEventId));
            return delete;
        });
        Set<LedgerKey> promoted = new HashSet<>(jdbc.query(
                connection -> {
                    var promote = connection.prepareStatement(PROMOTE);
                    promote.setArray(1, array(connection, "bytea", byKey.keySet(), LedgerKey::bytes));
                    promote.setString(2, consumerGroup);
                    promote.setString(3, consumerGroup);
                    return promote;
                },
                (row, n) -> LedgerKey.of(row.getBytes(1))));
        List<LedgerKey> free =
                byKey.keySet().stream().filter(key -> !promoted.contains(key)).toList();
        jdbc.update(connection -> {
            var delete = connection.prepareStatement(DELETE_KEYS);
            delete.setString(1, consumerGroup);
            delete.setArray(2, array(connection, "bytea", free, LedgerKey::bytes));
            return delete;
        });
        for (LedgerKey key : free) {
            Head head = required(byKey.get(key));
            if (head.announced() != null) {
                announcements.resumed(head.record(), head.type(), sinceOf(head));
            }
        }
    }

    /** A head has failed again; its row is locked. Returns whether it is dead now. */
    public boolean fail(Head head, Failure failure) {
        Instant[] failedAt = single(jdbc.query(
                FAIL_EVENT,
                (row, n) ->
                        new Instant[] {required(instant(row, 1)), required(instant(row, 2)), required(instant(row, 3))},
                failure.errorClass(),
                failure.message(),
                failure.calling(),
                failure.kind() == Failure.Kind.OUTSIDE_AWAY,
                head.heldEventId()));
        Next next =
                policy.after(failure, head.attempts(), head.deferrals(), Duration.between(failedAt[2], failedAt[1]));
        String announced =
                announce(head.heldEventId(), head.announced(), head.record(), head.type(), failure, next, failedAt[0]);
        Changed row = change(head, next, announced);
        send(head.key(), head.heldEventId(), head.record(), failure, next, row, failedAt[0], failedAt[1]);
        return next instanceof Next.Dead;
    }

    /** A dead head runs again, with all its attempts; its row is locked. Returns the version of the row. */
    public long replay(Head head) {
        jdbc.update("UPDATE held_event SET replays = replays + 1, away_since = NULL WHERE id = ?", head.heldEventId());
        Next.Retry now = new Next.Retry(0, 0, 1, Duration.ZERO);
        Changed row = change(head, now, head.announced());
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
        jdbc.update("UPDATE held_event SET value = ? WHERE id = ?", value, head.heldEventId());
        Long version = jdbc.queryForObject(
                "UPDATE held_key SET version = version + 1 WHERE consumer_group = ? AND key_hash = ? RETURNING version",
                Long.class,
                consumerGroup,
                head.key().bytes());
        return required(version);
    }

    /** These heads are at work for so long at most: nobody takes them for overdue. Their rows are locked. */
    public void lease(Collection<LedgerKey> keys, Duration lease) {
        jdbc.update(connection -> {
            var update = connection.prepareStatement(LEASE);
            update.setLong(1, lease.toMillis());
            update.setString(2, consumerGroup);
            update.setArray(3, array(connection, "bytea", keys, LedgerKey::bytes));
            return update;
        });
    }

    /** Takes heads whose wake-up was lost: those that are overdue by so much. */
    public List<LedgerKey> takeOverdue(Duration grace, int limit) {
        return jdbc.query(OVERDUE, (row, n) -> LedgerKey.of(row.getBytes(1)), consumerGroup, grace.toMillis(), limit);
    }

    @Override
    public Optional<HeldUp> find(String topic, String key) {
        return heads(List.of(LedgerKey.of(topic, key.getBytes(UTF_8)))).stream()
                .findFirst()
                .filter(head -> head.lastError() != null)
                .flatMap(head -> announcements.describe(
                        head.record(), head.type(), required(head.lastError()), head.dead(), sinceOf(head)));
    }

    private Changed change(Head head, Next next, @Nullable String announced) {
        Long delay = next instanceof Next.Retry retry ? retry.delay().toMillis() : null;
        return single(jdbc.query(
                FAIL_KEY,
                (row, n) -> new Changed(row.getLong(1), instant(row, 2)),
                delay == null ? "DEAD" : "RETRYING",
                next.attempts(),
                next.deferrals(),
                announced,
                delay,
                consumerGroup,
                head.key().bytes()));
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
                            () -> log.debug("Holds {}, {}: {}", typeOf(record), said(next), failure.errorClass()));
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
        if (!RetryPolicy.isHeldUp(next) || state.equals(announced)) {
            return announced;
        }
        announcements.heldUp(record, type, failure.errorClass() + ": " + failure.message(), dead, since);
        return state;
    }

    private Set<LedgerKey> keys(String query, Collection<LedgerKey> keys) {
        return new HashSet<>(jdbc.query(
                connection -> {
                    var select = connection.prepareStatement(query);
                    select.setString(1, consumerGroup);
                    select.setArray(2, array(connection, "bytea", keys, LedgerKey::bytes));
                    return select;
                },
                (row, n) -> LedgerKey.of(row.getBytes(1))));
    }

    private List<Head> heads(String condition, Collection<LedgerKey> keys) {
        return jdbc.query(
                connection -> {
                    var select = connection.prepareStatement(HEADS + condition);
                    select.setString(1, consumerGroup);
                    select.setArray(2, array(connection, "bytea", keys, LedgerKey::bytes));
                    return select;
                },
                headMapper());
    }

    private static RowMapper<Head> headMapper() {
        return (row, n) -> {
            String errorClass = row.getString("error_class");
            Instant firstFailedAt = instant(row, "first_failed_at");
            String message = String.valueOf(row.getString("error_message"));
            boolean calling = row.getBoolean("calling");
            return new Head(
                    LedgerKey.of(row.getBytes("key_hash")),
                    row.getLong("id"),
                    new EventId(row.getString("source"), required(row.getObject("event_id", UUID.class))),
                    row.getString("type"),
                    record(row),
                    row.getString("state").equals("DEAD"),
                    row.getInt("attempts"),
                    row.getInt("deferrals"),
                    row.getLong("version"),
                    row.getString("announced"),
                    firstFailedAt,
                    errorClass == null ? null : errorClass + ": " + message,
                    errorClass == null || firstFailedAt != null
                            ? null
                            : new Failure(Failure.Kind.HOPELESS, errorClass, message, calling),
                    calling,
                    row.getInt("replays"));
        };
    }

    /** The record as it came. */
    @SuppressWarnings("NullAway") // Kafka's records have null keys and values
    private static ConsumerRecord<byte[], byte[]> record(ResultSet row) throws SQLException {
        byte[] key = row.getBytes("key");
        byte[] value = row.getBytes("value");
        return new ConsumerRecord<>(
                row.getString("topic"),
                row.getInt("partition"),
                row.getLong("record_offset"),
                required(instant(row, "recorded_at")).toEpochMilli(),
                TimestampType.CREATE_TIME,
                key == null ? -1 : key.length,
                value == null ? -1 : value.length,
                key,
                value,
                new RecordHeaders(HeaderBytes.read(row.getBytes("headers"))),
                Optional.empty());
    }

    /** The type that a record's header names, as a text column takes it. */
    private static @Nullable String typeOf(ConsumerRecord<byte[], byte[]> record) {
        String type = EventCodec.typeOf(record.headers());
        if (type == null) {
            return null;
        }
        return EventLog.printable(type);
    }

    private static Instant sinceOf(Head head) {
        return head.firstFailedAt() == null ? Instant.ofEpochMilli(head.record().timestamp()) : head.firstFailedAt();
    }

    private static <T> java.sql.Array array(
            Connection connection, String type, Collection<T> rows, Function<T, @Nullable Object> column)
            throws SQLException {
        Object[] values = rows.stream().map(column).toArray(n -> switch (type) {
            case "bytea" -> new byte[n][];
            case "uuid" -> new UUID[n];
            case "int4" -> new Integer[n];
            case "int8" -> new Long[n];
            case "bool" -> new Boolean[n];
            default -> new String[n];
        });
        return connection.createArrayOf(type, values);
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.withOffsetSameInstant(ZoneOffset.UTC).toInstant();
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        return instant(row, row.findColumn(column));
    }

    private static <T> T single(List<T> rows) {
        if (rows.isEmpty()) {
            throw new EmptyResultDataAccessException("The ledger has no row that was locked before", 1);
        }
        return rows.getFirst();
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("The ledger lacks a value that it always has");
        }
        return value;
    }

    /** A row after it changed. */
    private record Changed(long version, @Nullable Instant due) {}
}
