package dev.mops.bench.textbook;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a service does for an order: reserve, charge or ship it. */
@Entity
@SuppressWarnings("UnusedVariable") // What is written, and read by nobody here.
class Step {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private UUID orderId;
    private String type;
    private Instant at;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected Step() {}

    Step(UUID orderId, String type) {
        this.orderId = orderId;
        this.type = type;
        this.at = Instant.now();
    }
}
