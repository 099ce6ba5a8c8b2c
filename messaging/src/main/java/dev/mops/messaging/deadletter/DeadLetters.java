package dev.mops.messaging.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.messaging.deadletter.DeadLetterViews.Act;
import dev.mops.messaging.deadletter.DeadLetterViews.Bulk;
import dev.mops.messaging.deadletter.DeadLetterViews.Cause;
import dev.mops.messaging.deadletter.DeadLetterViews.Details;
import dev.mops.messaging.deadletter.DeadLetterViews.Letter;
import dev.mops.messaging.deadletter.DeadLetterViews.Matched;
import dev.mops.messaging.deadletter.DeadLetterViews.Page;
import dev.mops.messaging.deadletter.DeadLetterViews.Waiting;
import dev.mops.messaging.record.HeaderBytes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the dead letters of a consumer group, a page at a time. */
final class DeadLetters {

    private static final int LONGEST_WAITING_LIST = 100;
    private static final int LAST_BULKS = 5;

    private static final String FOLLOWERS = """
            (SELECT count(*) - 1 FROM held_event f
             WHERE f.consumer_group = k.consumer_group AND f.key_hash = k.key_hash) AS followers
            """;
    // Without payloads and headers: two hundred of them may be more than there is memory.
    private static final String LIST = """
            SELECT k.attempts, k.version, e.id, substring(e.key FOR 500) AS key, e.type, e.event_id, e.source, e.error_class,
                e.error_message, e.replays, e.first_failed_at, e.last_failed_at,
            """ + FOLLOWERS;
    private static final String HEAD = "SELECT k.state, k.attempts, k.version, k.due, e.*, " + FOLLOWERS + """
             FROM held_event e JOIN held_key k
                ON k.consumer_group = e.consumer_group AND k.key_hash = e.key_hash AND k.head = e.id
            WHERE e.consumer_group = ? AND e.id = ?
            """;
    private static final String WAITING = """
            SELECT id, type, event_id, held_at FROM held_event
            WHERE consumer_group = ? AND key_hash = ? AND id > ? ORDER BY id LIMIT ?
            """;
    private static final String BEHIND = """
            SELECT k.head FROM held_event e JOIN held_key k USING (consumer_group, key_hash)
            WHERE consumer_group = ? AND e.id = ?
            """;
    private static final String HISTORY = """
            SELECT acted_at, operator, verified, action, reason FROM dead_letter_audit
            WHERE held_event_id = ? ORDER BY id
            """;
    private static final String LAST_ACT =
            "SELECT action, operator FROM dead_letter_audit WHERE held_event_id = ? ORDER BY id DESC LIMIT 1";
    private static final String BULKS = """
            SELECT id, action, reason, operator, matched, acted, skipped, created_at, finished_at FROM dead_letter_bulk
            WHERE consumer_group = ? ORDER BY finished_at IS NULL DESC, id DESC LIMIT ?
            """;

    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcTemplate jdbc;
    private final String consumerGroup;

    DeadLetters(JdbcTemplate jdbc, String consumerGroup) {
        this.jdbc = jdbc;
        this.consumerGroup = consumerGroup;
    }

    Page list(Filter filter, int page, int size) {
        List<Cause> causes = jdbc.query(
                "SELECT type, error_class, count(*), sum(followers) FROM (SELECT e.type, e.error_class, " + FOLLOWERS
                        + filter.from() + ") AS dead GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
                (row, n) -> new Cause(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)),
                filter.parameters(consumerGroup).toArray());
        List<Object> parameters = new ArrayList<>(filter.parameters(consumerGroup));
        parameters.add(size);
        parameters.add((long) page * size);
        List<Letter> letters = jdbc.query(
                LIST + filter.from() + " ORDER BY k.head LIMIT ? OFFSET ?",
                (row, n) -> letter(row),
                parameters.toArray());
        List<Bulk> bulks = jdbc.query(
                BULKS,
                (row, n) -> new Bulk(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7),
                        Objects.requireNonNull(instant(row, "created_at")),
                        instant(row, "finished_at")),
                consumerGroup,
                LAST_BULKS);
        return new Page(
                consumerGroup,
                causes.stream().mapToLong(Cause::count).sum(),
                causes.stream().mapToLong(Cause::followers).sum(),
                causes,
                page,
                size,
                letters,
                bulks);
    }

    Matched count(Filter filter) {
        return Objects.requireNonNull(jdbc.queryForObject(
                "SELECT count(*), coalesce(sum(followers), 0) FROM (SELECT " + FOLLOWERS + filter.from() + ") AS dead",
                (row, n) -> new Matched(row.getLong(1), row.getLong(2)),
                filter.parameters(consumerGroup).toArray()));
    }

    Details show(long id) {
        return jdbc.query(HEAD, (row, n) -> details(row), consumerGroup, id).stream()
                .findFirst()
                .orElseThrow(() -> unknown(id));
    }

    /** Why nothing can be done to a head with this id. */
    RefusedException gone(long id) {
        return jdbc.query(LAST_ACT, (row, n) -> row.getString(1) + " by " + row.getString(2), id).stream()
                .findFirst()
                .map(act -> RefusedException.conflict("It is gone: the last act was a " + act))
                .orElseGet(() -> unknown(id));
    }

    private RefusedException unknown(long id) {
        return jdbc.queryForList(BEHIND, Long.class, consumerGroup, id).stream()
                .findFirst()
                .map(head -> RefusedException.conflict(
                        "The event " + id + " waits behind " + head + ": that one has to leave first"))
                .orElseGet(() -> RefusedException.notFound("There is no dead letter " + id + " here"));
    }

    private Details details(ResultSet row) throws SQLException {
        Letter letter = letter(row);
        byte[] value = row.getBytes("value");
        JsonNode payload = json(value);
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : HeaderBytes.read(row.getBytes("headers"))) {
            headers.put(header.key(), header.value() == null ? "" : new String(header.value(), UTF_8));
        }
        return new Details(
                letter.id(),
                letter.key(),
                letter.type(),
                letter.eventId(),
                letter.source(),
                letter.error(),
                letter.message(),
                letter.attempts(),
                letter.replays(),
                letter.followers(),
                letter.firstFailedAt(),
                letter.lastFailedAt(),
                letter.version(),
                row.getString("state"),
                instant(row, "due"),
                row.getString("topic"),
                row.getInt("partition"),
                row.getLong("record_offset"),
                Objects.requireNonNull(instant(row, "recorded_at")),
                headers,
                payload,
                payload == null && value != null ? Base64.getEncoder().encodeToString(value) : null,
                jdbc.query(
                        WAITING,
                        (waiting, n) -> new Waiting(
                                waiting.getLong(1),
                                waiting.getString(2),
                                waiting.getObject(3, UUID.class),
                                Objects.requireNonNull(instant(waiting, "held_at"))),
                        consumerGroup,
                        row.getBytes("key_hash"),
                        letter.id(),
                        LONGEST_WAITING_LIST),
                jdbc.query(
                        HISTORY,
                        (act, n) -> new Act(
                                Objects.requireNonNull(instant(act, "acted_at")),
                                act.getString(2),
                                act.getBoolean(3),
                                act.getString(4),
                                act.getString(5)),
                        letter.id()));
    }

    private static Letter letter(ResultSet row) throws SQLException {
        byte[] key = row.getBytes("key");
        return new Letter(
                row.getLong("id"),
                key == null ? null : new String(key, UTF_8),
                row.getString("type"),
                row.getObject("event_id", UUID.class),
                row.getString("source"),
                row.getString("error_class"),
                row.getString("error_message"),
                row.getInt("attempts"),
                row.getInt("replays"),
                row.getLong("followers"),
                instant(row, "first_failed_at"),
                instant(row, "last_failed_at"),
                row.getLong("version"));
    }

    private static @Nullable JsonNode json(byte @Nullable [] value) {
        try {
            return value == null ? null : JSON.readTree(value);
        } catch (JacksonException e) {
            // shown as bytes
            return null;
        }
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
