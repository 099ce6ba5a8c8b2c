package dev.mops.order;

import dev.mops.events.EventMetadata;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One event in an order's timeline. */
@Entity
@Table(name = "order_timeline")
class TimelineEntry {

    // Read by JPA alone.
    @SuppressWarnings("UnusedVariable")
    @EmbeddedId
    private Position position;

    private UUID eventId;
    private String type;
    private Instant at;
    private String source;
    private @Nullable String note;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected TimelineEntry() {}

    /** @param note what is worth knowing of it beside its type; null for nothing */
    TimelineEntry(UUID orderId, int position, EventMetadata event, @Nullable String note) {
        this.position = new Position(orderId, position);
        this.eventId = event.id();
        this.type = event.type();
        this.at = event.time();
        this.source = event.source();
        this.note = note;
    }

    UUID eventId() {
        return eventId;
    }

    String type() {
        return type;
    }

    Instant at() {
        return at;
    }

    String source() {
        return source;
    }

    @Nullable String note() {
        return note;
    }

    /** The place in the timeline of an order. */
    @Embeddable
    record Position(UUID orderId, int position) {}
}
