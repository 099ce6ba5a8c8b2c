package dev.mops.messaging.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters; null is any.
 *
 * @param type the event type
 * @param error the exception's class, by its full or its simple name
 * @param key the key
 * @param deadBefore those that failed last before this
 */
record Filter(
        @Nullable String type,
        @Nullable String error,
        @Nullable String key,
        @Nullable Instant deadBefore) {

    static Filter of(
            @Nullable String type,
            @Nullable String error,
            @Nullable String key,
            @Nullable Duration olderThan,
            Instant now) {
        return new Filter(type, error, key, olderThan == null ? null : now.minus(olderThan));
    }

    /** The tables and the condition of a query; {@code k} is the key's row, {@code e} its head. */
    String from() {
        StringBuilder sql = new StringBuilder("""
                 FROM held_key k JOIN held_event e ON e.id = k.head
                WHERE k.consumer_group = ? AND k.state = 'DEAD'""");
        if (type != null) {
            sql.append(" AND e.type = ?");
        }
        if (error != null) {
            sql.append(" AND (e.error_class = ? OR right(e.error_class, length(?) + 1) IN ('.' || ?, '$' || ?))");
        }
        if (key != null) {
            sql.append(" AND e.key = ?");
        }
        if (deadBefore != null) {
            sql.append(" AND e.last_failed_at < ?");
        }
        return sql.toString();
    }

    List<Object> parameters(String consumerGroup) {
        List<Object> parameters = new ArrayList<>();
        parameters.add(consumerGroup);
        if (type != null) {
            parameters.add(type);
        }
        if (error != null) {
            parameters.addAll(List.of(error, error, error, error));
        }
        if (key != null) {
            parameters.add(key.getBytes(UTF_8));
        }
        if (deadBefore != null) {
            parameters.add(deadBefore.atOffset(ZoneOffset.UTC));
        }
        return parameters;
    }
}
