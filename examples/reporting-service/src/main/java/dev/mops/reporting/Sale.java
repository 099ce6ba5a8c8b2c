package dev.mops.reporting;

import static java.util.stream.Collectors.toMap;

import dev.mops.events.order.Money;
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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** An order, as far as the reports need it. */
@Entity
class Sale {

    @Id
    private UUID orderId;

    @SuppressWarnings("unused") // queries read it
    private Instant placedHour;

    @Enumerated(EnumType.STRING)
    private SaleStatus status;

    @ElementCollection
    @CollectionTable(name = "sale_line", joinColumns = @JoinColumn(name = "order_id"))
    private Set<Line> lines = new HashSet<>();

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected Sale() {}

    Sale(OrderCreated order, Instant placedAt) {
        this.orderId = order.orderId();
        this.placedHour = placedAt.truncatedTo(ChronoUnit.HOURS);
        this.status = SaleStatus.PLACED;
        // An order has each SKU once. A line that comes twice all the same counts twice, which a set would not see.
        order.lines().stream()
                .collect(toMap(line -> new Priced(line.sku(), line.unitPrice()), OrderLine::quantity, Math::addExact))
                .forEach((product, quantity) -> lines.add(new Line(
                        product.sku(),
                        quantity,
                        product.price().value(),
                        product.price().currency())));
    }

    void on(OrderEvent event) {
        status = status.on(event);
    }

    private record Priced(String sku, Money price) {}

    /** So many pieces of a product; the price is that of one, in minor units. */
    @Embeddable
    record Line(String sku, int quantity, long unitPrice, String currency) {}
}
