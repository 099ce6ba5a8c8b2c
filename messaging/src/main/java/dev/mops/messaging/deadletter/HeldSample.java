package dev.mops.messaging.deadletter;

import dev.mops.messaging.OutboxAge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What is held at one moment.
 *
 * @param retrying keys whose head runs again by itself
 * @param dead keys whose head an operator has to act on
 * @param followers events that wait behind heads
 * @param oldestRetryingSeconds since the first failure; 0 where there is none
 * @param oldestDeadSeconds likewise
 * @param deadByType how many heads of each type are dead
 * @param outboxDepth how many events wait for Kafka, counted up to a million
 * @param outboxAge how long the oldest of them has waited
 */
record HeldSample(
        long retrying,
        long dead,
        long followers,
        double oldestRetryingSeconds,
        double oldestDeadSeconds,
        Map<String, Long> deadByType,
        long outboxDepth,
        Duration outboxAge) {

    private static final String BY_STATE = """
            SELECT k.state, coalesce(e.type, 'unknown') AS type, count(*),
                coalesce(max(extract(epoch FROM clock_timestamp() - e.first_failed_at)), 0)
            FROM held_key k JOIN held_event e ON e.id = k.head WHERE k.consumer_group = ? GROUP BY 1, 2 ORDER BY 1, 2
            """;
    private static final String EVENTS = "SELECT count(*) FROM held_event WHERE consumer_group = ?";
    // During an outage it may become long, and the exact number of so many is worth no further look.
    private static final String DEPTH = "SELECT count(*) FROM (SELECT FROM outbox_event LIMIT 1000000) AS waiting";

    static HeldSample take(JdbcTemplate jdbc, String consumerGroup, OutboxAge outbox) {
        record Row(boolean dead, String type, long count, double oldest) {}
        List<Row> rows = new ArrayList<>(jdbc.query(
                BY_STATE,
                (row, n) ->
                        new Row(row.getString(1).equals("DEAD"), row.getString(2), row.getLong(3), row.getDouble(4)),
                consumerGroup));
        Long events = jdbc.queryForObject(EVENTS, Long.class, consumerGroup);
        Long depth = jdbc.queryForObject(DEPTH, Long.class);
        Map<String, Long> deadByType = new LinkedHashMap<>();
        rows.stream().filter(Row::dead).forEach(row -> deadByType.put(row.type(), row.count()));
        long heads = rows.stream().mapToLong(Row::count).sum();
        long dead = deadByType.values().stream().mapToLong(Long::longValue).sum();
        return new HeldSample(
                heads - dead,
                dead,
                Math.max(0, (events == null ? 0 : events) - heads),
                rows.stream()
                        .filter(row -> !row.dead())
                        .mapToDouble(Row::oldest)
                        .max()
                        .orElse(0),
                rows.stream().filter(Row::dead).mapToDouble(Row::oldest).max().orElse(0),
                deadByType,
                depth == null ? 0 : depth,
                outbox.age());
    }
}
