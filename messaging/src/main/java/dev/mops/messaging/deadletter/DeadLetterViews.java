package dev.mops.messaging.deadletter;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What operators are shown. */
final class DeadLetterViews {

    private DeadLetterViews() {}

    /**
     * A page of dead letters.
     *
     * @param total of all that match, not of the page
     * @param followers the events that wait behind all that match
     */
    record Page(
            String consumerGroup,
            long total,
            long followers,
            List<Cause> causes,
            int page,
            int size,
            List<Letter> deadLetters,
            List<Bulk> bulks) {}

    /** How many died of one thing. */
    record Cause(@Nullable String type, @Nullable String error, long count, long followers) {}

    /** A dead letter in a list. */
    record Letter(
            long id,
            @Nullable String key,
            @Nullable String type,
            UUID eventId,
            String source,
            @Nullable String error,
            @Nullable String message,
            int attempts,
            int replays,
            long followers,
            @Nullable Instant firstFailedAt,
            @Nullable Instant lastFailedAt,
            long version) {}

    /** A dead letter, all of it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Details(
            long id,
            @Nullable String key,
            @Nullable String type,
            UUID eventId,
            String source,
            @Nullable String error,
            @Nullable String message,
            int attempts,
            int replays,
            long followers,
            @Nullable Instant firstFailedAt,
            @Nullable Instant lastFailedAt,
            long version,
            String state,
            @Nullable Instant due,
            String topic,
            int partition,
            long offset,
            Instant recordedAt,
            Map<String, String> headers,
            @Nullable JsonNode payload,
            @Nullable String payloadBase64,
            List<Waiting> waiting,
            List<Act> history) {}

    /** An event that waits behind. */
    record Waiting(long id, @Nullable String type, UUID eventId, Instant heldAt) {}

    /** What an operator did. */
    record Act(Instant at, String operator, boolean verified, String action, String reason) {}

    /** An act on many. */
    record Bulk(
            long id,
            String action,
            String reason,
            String operator,
            long matched,
            long acted,
            long skipped,
            Instant createdAt,
            @Nullable Instant finishedAt) {}

    /** What an act has led to. */
    record Acted(
            long id, String action, String state, @Nullable Long version) {}

    /** What a bulk act would touch. */
    record Matched(long matched, long followers) {}

    /** A bulk act that has begun. */
    record Begun(long bulkId, long matched) {}
}
