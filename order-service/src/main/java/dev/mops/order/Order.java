package dev.mops.order;

import dev.mops.events.EventMetadata;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderLine;
import dev.mops.events.order.OrderResumed;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.MapKeyColumn;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An order: what was ordered, and how far it is. */
@Entity
@Table(name = "orders")
class Order {

    @Id
    private UUID id;

    private String customerId;

    @Enumerated(EnumType.STRING)
    private OrderStatus status;

    private boolean cancellationRequested;
    private long totalValue;
    private String totalCurrency;
    private int timelineLength;
    private Instant placedAt;

    // Read by the look for orders that stand still alone.
    @SuppressWarnings("UnusedVariable")
    private Instant movedAt;

    @ElementCollection
    @CollectionTable(name = "order_line", joinColumns = @JoinColumn(name = "order_id"))
    @OrderColumn(name = "line_no")
    private List<Line> lines = new ArrayList<>();

    /** What holds it up, by service. */
    @ElementCollection
    @CollectionTable(name = "order_hold", joinColumns = @JoinColumn(name = "order_id"))
    @MapKeyColumn(name = "service")
    private Map<String, Hold> holds = new HashMap<>();

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected Order() {}

    Order(UUID id, String customerId, List<OrderLine> lines, Money total, Instant placedAt) {
        this.id = id;
        this.customerId = customerId;
        this.status = OrderStatus.PLACED;
        this.totalValue = total.value();
        this.totalCurrency = total.currency();
        this.placedAt = placedAt;
        this.movedAt = placedAt;
        lines.forEach(line -> this.lines.add(new Line(
                line.sku(),
                line.quantity(),
                line.unitPrice().value(),
                line.unitPrice().currency())));
    }

    /**
     * The customer wants to cancel. Decided is nothing yet: the log decides which final event came first.
     *
     * @return whether this is the first time, so that it is to be published
     */
    boolean requestCancellation() {
        boolean first = !cancellationRequested;
        cancellationRequested = true;
        return first;
    }

    /** Takes an event from the log. */
    void on(OrderEvent event, Instant now) {
        status = status.on(event);
        if (event instanceof OrderHeldUp held) {
            // An order that is held up stands still: that it is said is no step of its own.
            holds.put(held.service(), new Hold(held.eventType(), held.reason(), held.dead(), held.since()));
            return;
        }
        if (event instanceof OrderResumed resumed) {
            holds.remove(resumed.service());
        }
        movedAt = now;
    }

    /** The next entry of the timeline. */
    TimelineEntry record(OrderEvent event, EventMetadata metadata) {
        String note = event instanceof OrderHeldUp held ? note(held) : null;
        return new TimelineEntry(id, timelineLength++, metadata, note);
    }

    private static String note(OrderHeldUp held) {
        return (held.eventType() == null ? "An event" : held.eventType())
                + (held.dead() ? " is a dead letter: " : " is tried again: ")
                + held.reason();
    }

    UUID id() {
        return id;
    }

    String customerId() {
        return customerId;
    }

    OrderStatus status() {
        return status;
    }

    boolean isCancellationRequested() {
        return cancellationRequested;
    }

    Money total() {
        return new Money(totalValue, totalCurrency);
    }

    Instant placedAt() {
        return placedAt;
    }

    /** What holds it up, by service, as the services said. */
    Map<String, Hold> holds() {
        return Map.copyOf(holds);
    }

    List<OrderLine> lines() {
        return lines.stream()
                .map(line -> new OrderLine(line.sku, line.quantity, new Money(line.priceValue, line.priceCurrency)))
                .toList();
    }

    /** What holds it up in a service; the columns are those of {@link OrderHeldUp}. */
    @Embeddable
    record Hold(@Nullable String eventType, String reason, boolean dead, Instant since) {}

    /** A line as it is stored. */
    @Embeddable
    static class Line {

        private String sku;
        private int quantity;
        private long priceValue;
        private String priceCurrency;

        /** For JPA. */
        @SuppressWarnings("NullAway.Init")
        protected Line() {}

        Line(String sku, int quantity, long priceValue, String priceCurrency) {
            this.sku = sku;
            this.quantity = quantity;
            this.priceValue = priceValue;
            this.priceCurrency = priceCurrency;
        }
    }
}
