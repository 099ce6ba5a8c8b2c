package dev.mops.messaging.inbox;

import dev.mops.events.EventMetadata;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCreator;

/**
 * The events that took effect in a consumer group. A claim is part of the transaction of the effect: both are there or
 * neither is.
 */
final class Inbox {

    // Sorted, so that two transactions that claim the same events wait for each other instead of deadlocking.
    private static final String CLAIM = """
            INSERT INTO inbox_event (consumer_group, source, event_id)
            SELECT ?, source, event_id FROM unnest(?::text[], ?::uuid[]) AS e (source, event_id)
            ORDER BY source, event_id
            ON CONFLICT DO NOTHING
            RETURNING source, event_id
            """;
    private static final String CLAIMED = """
            SELECT source, event_id FROM inbox_event
            JOIN unnest(?::text[], ?::uuid[]) AS e (source, event_id) USING (source, event_id)
            WHERE consumer_group = ?
            """;

    private final JdbcTemplate jdbc;
    private final String consumerGroup;

    Inbox(JdbcTemplate jdbc, String consumerGroup) {
        this.jdbc = jdbc;
        this.consumerGroup = consumerGroup;
    }

    /** Claims these events in the running transaction and returns those that nobody had claimed. */
    Set<EventId> claim(Collection<EventId> events) {
        return query(connection -> {
            var statement = connection.prepareStatement(CLAIM);
            statement.setString(1, consumerGroup);
            statement.setArray(2, connection.createArrayOf("text", sources(events)));
            statement.setArray(3, connection.createArrayOf("uuid", ids(events)));
            return statement;
        });
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

    /** What identifies an event: CloudEvents promises that source and id together are unique. */
    record EventId(String source, UUID id) {

        static EventId of(EventMetadata metadata) {
            return new EventId(metadata.source(), metadata.id());
        }
    }
}
