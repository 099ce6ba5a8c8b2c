package dev.mops.events.order;

import dev.mops.events.Envelope;
import dev.mops.events.EventMetadata;
import dev.mops.events.EventVersion;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One event of each released type and version, with fixed ids and times: what the wire samples under
 * {@code src/test/resources/wire} hold. A sample is never changed; a new version adds one and leaves the ones before, for
 * which it states what a reader of today makes of them.
 */
final class OrderEventSamples {

    private static final UUID ORDER = UUID.fromString("0199a3f0-5d00-7000-8000-000000000001");
    private static final UUID PAYMENT = UUID.fromString("0199a3f0-5d00-7000-8000-000000000002");
    private static final UUID SHIPMENT = UUID.fromString("0199a3f0-5d00-7000-8000-000000000003");
    private static final Money TOTAL = new Money(134_880, "EUR");

    private static final String CREATED = "0199a3f0-5d00-7000-8000-0000000000e1";
    private static final String RESERVED = "0199a3f0-5d00-7000-8000-0000000000e2";
    private static final String PAID = "0199a3f0-5d00-7000-8000-0000000000e3";
    private static final String CANCELLED = "0199a3f0-5d00-7000-8000-0000000000e4";

    static final List<Envelope<OrderEvent>> ALL = List.of(
            created(CREATED, "1.0", null, "Invalidenstraße 116"),
            created("0199a3f0-5d00-7000-8000-0000000000ed", "1.1", "web", "Invalidenstraße 116"),
            created("0199a3f0-5d00-7000-8000-0000000000ee", "2.0", "web", "Invalidenstraße 116", "Hinterhaus"),
            sample(RESERVED, "order.inventory_reserved", "/inventory-service", CREATED, new InventoryReserved(ORDER)),
            sample(
                    "0199a3f0-5d00-7000-8000-0000000000e5",
                    "order.inventory_rejected",
                    "/inventory-service",
                    CREATED,
                    new InventoryRejected(
                            ORDER,
                            List.of(
                                    new InventoryRejected.Shortage("espresso-machine", 1, 0),
                                    new InventoryRejected.Shortage("coffee-beans-1kg", 2, 1)))),
            sample(PAID, "order.paid", "/billing-service", RESERVED, new OrderPaid(ORDER, PAYMENT, TOTAL)),
            sample(
                    "0199a3f0-5d00-7000-8000-0000000000e6",
                    "order.payment_declined",
                    "/billing-service",
                    RESERVED,
                    new PaymentDeclined(ORDER, PAYMENT, "insufficient funds")),
            sample(
                    "0199a3f0-5d00-7000-8000-0000000000e7",
                    "order.shipped",
                    "/shipping-service",
                    PAID,
                    new OrderShipped(ORDER, SHIPMENT, "Simulated Carrier", "MOPS0000000042")),
            sample(
                    "0199a3f0-5d00-7000-8000-0000000000e8",
                    "order.shipment_failed",
                    "/shipping-service",
                    PAID,
                    new ShipmentFailed(ORDER, SHIPMENT, "no delivery to this postal code")),
            sample(CANCELLED, "order.cancellation_requested", "/order-service", null, new CancellationRequested(ORDER)),
            sample(
                    "0199a3f0-5d00-7000-8000-0000000000e9",
                    "order.inventory_released",
                    "/inventory-service",
                    CANCELLED,
                    new InventoryReleased(ORDER)),
            sample(
                    "0199a3f0-5d00-7000-8000-0000000000ea",
                    "order.refunded",
                    "/billing-service",
                    CANCELLED,
                    new OrderRefunded(ORDER, PAYMENT, TOTAL)),
            sample(
                    "0199a3f0-5d00-7000-8000-0000000000eb",
                    "order.held_up",
                    "/billing-service",
                    RESERVED,
                    new OrderHeldUp(
                            ORDER,
                            "billing-service",
                            "order.inventory_reserved",
                            "The payment gateway is away",
                            true,
                            Instant.parse("2026-03-01T10:14:19.654321Z"))),
            sample(
                    "0199a3f0-5d00-7000-8000-0000000000ec",
                    "order.resumed",
                    "/billing-service",
                    RESERVED,
                    new OrderResumed(ORDER, "billing-service")));

    private static Envelope<OrderEvent> created(
            String id, String version, @Nullable String channel, String... addressLines) {
        return sample(
                id,
                "order.created",
                version,
                "/order-service",
                null,
                new OrderCreated(
                        ORDER,
                        "c-42",
                        List.of(
                                new OrderLine("espresso-machine", 1, new Money(129_900, "EUR")),
                                new OrderLine("coffee-beans-1kg", 2, new Money(2_490, "EUR"))),
                        TOTAL,
                        "tok_approved",
                        new Address("Zoë Müller", List.of(addressLines), "Berlin", "10115", "DE"),
                        channel));
    }

    private static Envelope<OrderEvent> sample(
            String id, String type, String source, @Nullable String causationId, OrderEvent event) {
        return sample(id, type, "1.0", source, causationId, event);
    }

    private static Envelope<OrderEvent> sample(
            String id, String type, String version, String source, @Nullable String causationId, OrderEvent event) {
        return new Envelope<>(
                new EventMetadata(
                        UUID.fromString(id),
                        type,
                        EventVersion.of(version),
                        source,
                        ORDER.toString(),
                        Instant.parse("2026-03-01T10:15:30.123456Z"),
                        CREATED,
                        causationId,
                        causationId == null ? null : "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                event);
    }

    private OrderEventSamples() {}
}
