package dev.mops.bench.textbook;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.UuidGenerator;

/** An order. Its id rises with time: {@code Round} counts on it, and the index is the better for it. */
@Entity
@Table(name = "orders")
@SuppressWarnings("UnusedVariable") // What is written, and read by nobody here.
class Order {

    @Id
    @GeneratedValue
    @UuidGenerator(style = UuidGenerator.Style.VERSION_7)
    private UUID id;

    private String customerId;
    private String status;
    private String details;
    private Instant placedAt;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected Order() {}

    @SuppressWarnings("NullAway.Init")
    Order(String customerId, String details) {
        this.customerId = customerId;
        this.status = "PLACED";
        this.details = details;
        this.placedAt = Instant.now();
    }

    UUID id() {
        return id;
    }

    void ship() {
        status = "SHIPPED";
    }
}
