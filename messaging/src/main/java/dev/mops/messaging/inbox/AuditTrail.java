package dev.mops.messaging.inbox;

import java.time.Duration;
import org.springframework.jdbc.core.JdbcTemplate;

/** What operators did to the dead letters of a consumer group, as far as it is forgotten again. */
final class AuditTrail {

    // What was done to an event that is still held is asked for as long as it is.
    private static final String PURGE = """
            DELETE FROM dead_letter_audit WHERE id = ANY(ARRAY(
                SELECT id FROM dead_letter_audit a
                WHERE consumer_group = ? AND acted_at < statement_timestamp() - ?::bigint * interval '1 millisecond'
                    AND NOT EXISTS (SELECT FROM held_event h WHERE h.id = a.held_event_id)
                ORDER BY acted_at LIMIT ?))
            """;
    // A few in a year: without an index.
    private static final String PURGE_BULKS = """
            DELETE FROM dead_letter_bulk
            WHERE consumer_group = ? AND finished_at < statement_timestamp() - ?::bigint * interval '1 millisecond'
            """;

    private final JdbcTemplate jdbc;
    private final String consumerGroup;

    AuditTrail(JdbcTemplate jdbc, String consumerGroup) {
        this.jdbc = jdbc;
        this.consumerGroup = consumerGroup;
    }

    /** Forgets acts that are older, but not on what is still held; so many at most. Returns how many. */
    int purge(Duration age, int limit) {
        return jdbc.update(PURGE, consumerGroup, age.toMillis(), limit);
    }

    /** Forgets acts on many dead letters that ended so long ago. */
    void purgeBulks(Duration age) {
        jdbc.update(PURGE_BULKS, consumerGroup, age.toMillis());
    }
}
