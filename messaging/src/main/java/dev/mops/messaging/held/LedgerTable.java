package dev.mops.messaging.held;

import dev.mops.events.EventCodec;
import dev.mops.messaging.held.RetryPolicy.Next;
import dev.mops.messaging.record.HeaderBytes;
import dev.mops.messaging.trace.EventLog;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.EmptyResultDataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCreator;
import org.springframework.jdbc.core.RowMapper;

/** The statements on {@code held_key} and {@code held_event}, for one consumer group. */
final class LedgerTable {

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
    private static final String UNTOLD = """
             AND k.state = 'DEAD' AND k.announced IS NULL AND EXISTS (
                SELECT FROM held_event f WHERE f.consumer_group = k.consumer_group AND f.key_hash = k.key_hash
                    AND f.id > k.head AND f.error_class IS NULL)
            ORDER BY k.key_hash
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

    private static final String ANNOUNCED =
            "UPDATE held_key SET announced = ? WHERE consumer_group = ? AND key_hash = ?";
    private static final String EDIT_EVENT = "UPDATE held_event SET value = ? WHERE id = ?";
    private static final String EDIT_KEY =
            "UPDATE held_key SET version = version + 1 WHERE consumer_group = ? AND key_hash = ? RETURNING version";
    private static final String REPLAY_EVENT =
            "UPDATE held_event SET replays = replays + 1, away_since = NULL WHERE id = ?";

    private static final long YEAR_2100_MILLIS = 4_102_444_800_000L;

    private static final List<Column<HeldRecord>> EVENTS = List.of(
            new Column<>("bytea", held -> held.key().bytes()),
            new Column<>("text", held -> held.id().source()),
            new Column<>("uuid", held -> held.id().id()),
            new Column<>("text", held -> typeOf(held.record())),
            new Column<>("text", held -> held.record().topic()),
            new Column<>("int4", held -> held.record().partition()),
            new Column<>("int8", held -> held.record().offset()),
            new Column<>("int8", held -> Math.clamp(held.record().timestamp(), 0, YEAR_2100_MILLIS)),
            new Column<>("bytea", held -> held.record().key()),
            new Column<>("bytea", held -> held.record().value()),
            new Column<>("bytea", held -> HeaderBytes.write(held.record().headers())),
            new Column<>(
                    "text",
                    held -> held.failure() == null ? null : held.failure().errorClass()),
            new Column<>(
                    "text",
                    held -> held.failure() == null ? null : held.failure().message()),
            new Column<>(
                    "bool", held -> held.failure() != null && held.failure().calling()),
            new Column<>("bool", HeldRecord::isHead));
    private static final List<Column<NewHead>> KEYS = List.of(
            new Column<>("bytea", head -> head.held().key().bytes()),
            new Column<>("text", head -> head.held().record().topic()),
            new Column<>("int8", NewHead::id),
            new Column<>("int4", head -> head.next().attempts()),
            new Column<>("int4", head -> head.next().deferrals()),
            new Column<>("int8", NewHead::delayMillis));

    private final JdbcTemplate jdbc;
    private final String consumerGroup;

    LedgerTable(JdbcTemplate jdbc, String consumerGroup) {
        this.jdbc = jdbc;
        this.consumerGroup = consumerGroup;
    }

    /** A row of {@code held_event} that was added. */
    record Inserted(long id, LedgerKey key, @Nullable Instant failedAt) {}

    /** A head whose key is not held yet. */
    record NewHead(HeldRecord held, Failure failure, long id, Instant failedAt, Next next) {

        @Nullable Long delayMillis() {
            return next instanceof Next.Retry retry ? retry.delay().toMillis() : null;
        }
    }

    /** A row of {@code held_key} after it changed. */
    record Changed(long version, @Nullable Instant due) {}

    /** When a head failed; {@code awaySince} is now, unless the outside world was away before. */
    record Failed(Instant first, Instant last, Instant awaySince) {}

    Set<LedgerKey> held(Collection<LedgerKey> keys) {
        return keys(HELD, keys);
    }

    Set<LedgerKey> lock(Collection<LedgerKey> keys) {
        return keys(LOCK, keys);
    }

    private Set<LedgerKey> keys(String query, Collection<LedgerKey> keys) {
        return new HashSet<>(jdbc.query(
                connection -> {
                    PreparedStatement select = connection.prepareStatement(query);
                    select.setString(1, consumerGroup);
                    select.setArray(2, keyHashes(connection, keys));
                    return select;
                },
                (row, n) -> LedgerKey.of(row.getBytes(1))));
    }

    List<Inserted> insertEvents(List<HeldRecord> records) {
        return jdbc.query(
                inserting(INSERT_EVENTS, EVENTS, records),
                (row, n) -> new Inserted(row.getLong(1), LedgerKey.of(row.getBytes(2)), instant(row, 3)));
    }

    /** Without the keys that are held already. */
    Map<LedgerKey, Changed> insertKeys(List<NewHead> heads) {
        Map<LedgerKey, Changed> inserted = new HashMap<>();
        jdbc.query(inserting(INSERT_KEYS, KEYS, heads), row -> {
            inserted.put(LedgerKey.of(row.getBytes(1)), new Changed(row.getLong(2), instant(row, 3)));
        });
        return inserted;
    }

    private <T> PreparedStatementCreator inserting(String statement, List<Column<T>> columns, List<T> rows) {
        return connection -> {
            PreparedStatement insert = connection.prepareStatement(statement);
            insert.setString(1, consumerGroup);
            for (int i = 0; i < columns.size(); i++) {
                insert.setArray(i + 2, columns.get(i).of(rows, connection));
            }
            return insert;
        };
    }

    List<Head> heads(Collection<LedgerKey> keys) {
        return heads("k.key_hash = ANY(?) ORDER BY k.key_hash", keys);
    }

    List<Head> dueHeads(Collection<LedgerKey> keys) {
        return heads("k.key_hash = ANY(?) AND k.due <= clock_timestamp() ORDER BY k.key_hash", keys);
    }

    private List<Head> heads(String condition, Collection<LedgerKey> keys) {
        return jdbc.query(
                connection -> {
                    PreparedStatement select = connection.prepareStatement(HEADS + condition);
                    select.setString(1, consumerGroup);
                    select.setArray(2, keyHashes(connection, keys));
                    return select;
                },
                headMapper());
    }

    /** The dead heads of these keys of which nobody was told, though something waits behind them that may take effect. */
    List<Head> untoldHeads(Collection<LedgerKey> keys) {
        return heads("k.key_hash = ANY(?)" + UNTOLD, keys);
    }

    Optional<Head> head(long heldEventId) {
        return jdbc.query(HEADS + " e.id = ?", headMapper(), consumerGroup, heldEventId).stream()
                .findFirst();
    }

    void deleteEvents(List<Head> heads) {
        jdbc.update(connection -> {
            PreparedStatement delete = connection.prepareStatement(DELETE_EVENTS);
            delete.setArray(1, new Column<>("int8", Head::heldEventId).of(heads, connection));
            return delete;
        });
    }

    /** Makes the next event of each of these keys its head, due now; returns those that have one. */
    Set<LedgerKey> promote(Collection<LedgerKey> keys) {
        return new HashSet<>(jdbc.query(
                connection -> {
                    PreparedStatement promote = connection.prepareStatement(PROMOTE);
                    promote.setArray(1, keyHashes(connection, keys));
                    promote.setString(2, consumerGroup);
                    promote.setString(3, consumerGroup);
                    return promote;
                },
                (row, n) -> LedgerKey.of(row.getBytes(1))));
    }

    void deleteKeys(Collection<LedgerKey> keys) {
        jdbc.update(connection -> {
            PreparedStatement delete = connection.prepareStatement(DELETE_KEYS);
            delete.setString(1, consumerGroup);
            delete.setArray(2, keyHashes(connection, keys));
            return delete;
        });
    }

    Failed fail(Head head, Failure failure) {
        return single(jdbc.query(
                FAIL_EVENT,
                (row, n) -> new Failed(required(instant(row, 1)), required(instant(row, 2)), required(instant(row, 3))),
                failure.errorClass(),
                failure.message(),
                failure.calling(),
                failure.kind() == Failure.Kind.OUTSIDE_AWAY,
                head.heldEventId()));
    }

    Changed change(LedgerKey key, Next next, @Nullable String announced) {
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
                key.bytes()));
    }

    void announced(LedgerKey key, String announced) {
        jdbc.update(ANNOUNCED, announced, consumerGroup, key.bytes());
    }

    void replay(Head head) {
        jdbc.update(REPLAY_EVENT, head.heldEventId());
    }

    /** Returns the version of the key's row. */
    long edit(Head head, byte[] value) {
        jdbc.update(EDIT_EVENT, value, head.heldEventId());
        return required(jdbc.queryForObject(
                EDIT_KEY, Long.class, consumerGroup, head.key().bytes()));
    }

    void lease(Collection<LedgerKey> keys, Duration lease) {
        jdbc.update(connection -> {
            PreparedStatement update = connection.prepareStatement(LEASE);
            update.setLong(1, lease.toMillis());
            update.setString(2, consumerGroup);
            update.setArray(3, keyHashes(connection, keys));
            return update;
        });
    }

    List<LedgerKey> takeOverdue(Duration grace, int limit) {
        return jdbc.query(OVERDUE, (row, n) -> LedgerKey.of(row.getBytes(1)), consumerGroup, grace.toMillis(), limit);
    }

    /** The type that a record's header names, as a text column takes it. */
    static @Nullable String typeOf(ConsumerRecord<byte[], byte[]> record) {
        String type = EventCodec.typeOf(record.headers());
        return type == null ? null : EventLog.printable(type);
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
                            : new Failure(Failure.Kind.FORGOTTEN, errorClass, message, calling),
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

    private static Array keyHashes(Connection connection, Collection<LedgerKey> keys) throws SQLException {
        return new Column<>("bytea", LedgerKey::bytes).of(keys, connection);
    }

    /** A column of many rows, as an array. */
    private record Column<T>(String type, Function<T, @Nullable Object> value) {

        Array of(Collection<T> rows, Connection connection) throws SQLException {
            Object[] values = rows.stream().map(value).toArray(n -> switch (type) {
                case "bytea" -> new byte[n][];
                case "uuid" -> new UUID[n];
                case "int4" -> new Integer[n];
                case "int8" -> new Long[n];
                case "bool" -> new Boolean[n];
                default -> new String[n];
            });
            return connection.createArrayOf(type, values);
        }
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

    static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("The ledger lacks a value that it always has");
        }
        return value;
    }
}
