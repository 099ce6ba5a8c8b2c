package dev.mops.events;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an event beside its payload.
 *
 * @param id identifies the event together with {@code source}; a UUIDv7 where mo-ps published it
 * @param type the event type, for example {@code order.created}
 * @param version the version of the payload's schema
 * @param source who published it, for example {@code /order-service}
 * @param key whose history the event belongs to (the CloudEvents subject), for example the order id
 * @param time when it was published
 * @param correlationId the same for everything that one request from outside led to
 * @param causationId the id of the event whose handling published this one; null where a request did
 * @param traceparent the W3C trace context; null where there was none
 */
public record EventMetadata(
        UUID id,
        String type,
        EventVersion version,
        String source,
        String key,
        Instant time,
        String correlationId,
        @Nullable String causationId,
        @Nullable String traceparent) {

    /** The same, of an event that is written in another version. */
    public EventMetadata withVersion(EventVersion written) {
        return new EventMetadata(id, type, written, source, key, time, correlationId, causationId, traceparent);
    }
}
