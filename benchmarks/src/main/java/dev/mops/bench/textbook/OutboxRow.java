package dev.mops.bench.textbook;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** An event that is to be sent, or was. */
@Entity
@Table(name = "outbox")
@SuppressWarnings("UnusedVariable") // Queries read them.
class OutboxRow {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private String topic;
    private String key;
    private String payload;
    private boolean sent;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected OutboxRow() {}

    OutboxRow(String topic, String key, String payload) {
        this.topic = topic;
        this.key = key;
        this.payload = payload;
    }

    String topic() {
        return topic;
    }

    String key() {
        return key;
    }

    String payload() {
        return payload;
    }

    void markSent() {
        sent = true;
    }
}
