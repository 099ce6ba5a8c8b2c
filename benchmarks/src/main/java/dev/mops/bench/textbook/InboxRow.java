package dev.mops.bench.textbook;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/** An event that was handled. */
@Entity
@Table(name = "inbox")
@SuppressWarnings("UnusedVariable") // Written, and looked for by its id.
class InboxRow {

    @Id
    private UUID eventId;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected InboxRow() {}

    InboxRow(UUID eventId) {
        this.eventId = eventId;
    }
}
