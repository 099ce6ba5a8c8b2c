package dev.mops.inventory;

import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderLine;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** What is reserved for an order. */
@Entity
class Reservation {

    @Id
    private UUID orderId;

    @Enumerated(EnumType.STRING)
    private ReservationStatus status;

    @ElementCollection
    @CollectionTable(name = "reservation_line", joinColumns = @JoinColumn(name = "order_id"))
    private Set<Line> lines = new HashSet<>();

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected Reservation() {}

    Reservation(UUID orderId) {
        this.orderId = orderId;
        this.status = ReservationStatus.NEW;
    }

    /** Takes a new order: its lines are kept if all of it is in stock. */
    void on(OrderCreated order, boolean inStock) {
        status = status.on(order, inStock);
        if (status == ReservationStatus.RESERVED) {
            for (OrderLine line : order.lines()) {
                lines.add(new Line(line.sku(), line.quantity()));
            }
        }
    }

    /**
     * Takes an event from the log.
     *
     * @return whether the reservation ended with it, so that its lines are due
     */
    boolean endedBy(OrderEvent event) {
        boolean held = status == ReservationStatus.RESERVED;
        status = status.on(event, false);
        return held && status != ReservationStatus.RESERVED;
    }

    ReservationStatus status() {
        return status;
    }

    Set<Line> lines() {
        return Set.copyOf(lines);
    }

    /** So many pieces of a product. */
    @Embeddable
    record Line(String sku, int quantity) {}
}
