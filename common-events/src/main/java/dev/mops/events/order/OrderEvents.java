package dev.mops.events.order;

import dev.mops.events.EventFamily;

/** The family of the order events. */
public final class OrderEvents {

    /** Type, version, record, schema, topic and key of every order event. */
    public static final EventFamily<OrderEvent> FAMILY = EventFamily.of(OrderEvent.class)
            .topic("orders")
            .key(event -> event.orderId().toString())
            .event(OrderCreated.class, "order.created", "1.0", "1.1", "2.0")
            .change("order.created", 2, new AddressLines())
            .event(InventoryReserved.class, "order.inventory_reserved", "1.0")
            .event(InventoryRejected.class, "order.inventory_rejected", "1.0")
            .event(OrderPaid.class, "order.paid", "1.0")
            .event(PaymentDeclined.class, "order.payment_declined", "1.0")
            .event(OrderShipped.class, "order.shipped", "1.0")
            .event(ShipmentFailed.class, "order.shipment_failed", "1.0")
            .event(CancellationRequested.class, "order.cancellation_requested", "1.0")
            .event(InventoryReleased.class, "order.inventory_released", "1.0")
            .event(OrderRefunded.class, "order.refunded", "1.0")
            .event(OrderHeldUp.class, "order.held_up", "1.0")
            .event(OrderResumed.class, "order.resumed", "1.0")
            .build();

    private OrderEvents() {}
}
