package dev.mops.messaging.inbox;

import dev.mops.messaging.held.EventId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCreator;

/**
 * The events that took effect in a consumer group. A claim is part of the transaction of the effect: both are there or
 * neither is.
 */
final class Inbox {

    // Sorted, so that two transactions that claim the same events wait for each other instead of deadlocking.
    private static final String CLAIM = """
            INSERT INTO inbox_event (consumer_group, source, event_id, recorded_at)
            SELECT ?, source, event_id, least(to_timestamp(recorded_at / 1000.0), clock_timestamp())
            FROM unnest(?::text[], ?::uuid[], ?::bigint[]) AS e (source, event_id, recorded_at)
            ORDER BY source, event_id
            ON CONFLICT DO NOTHING
            RETURNING source, event_id
            """;
    private static final String CLAIMED = """
            SELECT source, event_id FROM inbox_event
            JOIN unnest(?::text[], ?::uuid[]) AS e (source, event_id) USING (source, event_id)
            WHERE consumer_group = ?
            """;

    private static final String HORIZON = "SELECT recorded_at FROM inbox_horizon WHERE consumer_group = ?";

    // What has a ledger entry may be needed for as long as it has. Not clock_timestamp(): no index knows what differs
    // from row to row.
    private static final String PURGE = """
            WITH purged AS (
                DELETE FROM inbox_event WHERE ctid = ANY(ARRAY(
                    SELECT ctid FROM inbox_event i
                    WHERE consumer_group = ? AND claimed_at < statement_timestamp() - ?::bigint * interval '1 millisecond'
                        AND NOT EXISTS (SELECT FROM held_event h WHERE h.consumer_group = i.consumer_group
                            AND h.source = i.source AND h.event_id = i.event_id)
                    ORDER BY claimed_at LIMIT ?))
                RETURNING coalesce(recorded_at, claimed_at) AS recorded_at),
            horizon AS (
                INSERT INTO inbox_horizon (consumer_group, recorded_at)
                SELECT ?, max(recorded_at) FROM purged HAVING max(recorded_at) IS NOT NULL
                ON CONFLICT (consumer_group) DO UPDATE
                    SET recorded_at = greatest(inbox_horizon.recorded_at, excluded.recorded_at))
            SELECT count(*) FROM purged
            """;

    private static final long YEAR_2100_MILLIS = 4_102_444_800_000L;

    private final JdbcTemplate jdbc;
    private final String consumerGroup;
    private volatile @Nullable Instant knownHorizon;

    Inbox(JdbcTemplate jdbc, String consumerGroup) {
        this.jdbc = jdbc;
        this.consumerGroup = consumerGroup;
    }

    /** Claims these events in the running transaction and returns those that nobody had claimed. */
    <E> Set<EventId> claim(Collection<Item<E>> items) {
        List<EventId> events = items.stream().map(Item::id).toList();
        return query(connection -> {
            var statement = connection.prepareStatement(CLAIM);
            statement.setString(1, consumerGroup);
            statement.setArray(2, connection.createArrayOf("text", sources(events)));
            statement.setArray(3, connection.createArrayOf("uuid", ids(events)));
            statement.setArray(
                    4,
                    connection.createArrayOf(
                            "bigint",
                            items.stream()
                                    .map(item -> Math.clamp(item.record().timestamp(), 0, YEAR_2100_MILLIS))
                                    .toArray(Long[]::new)));
            return statement;
        });
    }

    /** The time of the youngest record that the purge has forgotten. */
    Instant horizon() {
        return jdbc
                .query(
                        HORIZON,
                        (row, n) -> row.getObject(1, OffsetDateTime.class).toInstant(),
                        consumerGroup)
                .stream()
                .findFirst()
                .orElse(Instant.MIN);
    }

    /** The same as it was when it was read last: not older than what this instance has purged since it started. */
    Instant knownHorizon() {
        Instant known = knownHorizon;
        if (known == null) {
            known = horizon();
            knownHorizon = known;
        }
        return known;
    }

    /** Forgets claims that are older, but not of what the ledger holds; so many at most. Returns how many. */
    int purge(Duration age, int limit) {
        Integer purged = jdbc.queryForObject(PURGE, Integer.class, consumerGroup, age.toMillis(), limit, consumerGroup);
        knownHorizon = horizon();
        return purged == null ? 0 : purged;
    }

    /** Those of these events that are claimed already. */
    Set<EventId> claimed(Collection<EventId> events) {
        return query(connection -> {
            var statement = connection.prepareStatement(CLAIMED);
            statement.setArray(1, connection.createArrayOf("text", sources(events)));
            statement.setArray(2, connection.createArrayOf("uuid", ids(events)));
            statement.setString(3, consumerGroup);
            return statement;
        });
    }

    private Set<EventId> query(PreparedStatementCreator statement) {
        return new HashSet<>(jdbc.query(statement, (result, row) -> eventId(result)));
    }

    private static EventId eventId(ResultSet result) throws SQLException {
        return new EventId(result.getString(1), result.getObject(2, UUID.class));
    }

    private static String[] sources(Collection<EventId> events) {
        return events.stream().map(EventId::source).toArray(String[]::new);
    }

    private static UUID[] ids(Collection<EventId> events) {
        return events.stream().map(EventId::id).toArray(UUID[]::new);
    }
}
