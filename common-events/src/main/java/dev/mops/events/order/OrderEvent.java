package dev.mops.events.order;

import java.util.UUID;

/**
 * Something that happened to an order. The first final event in the log wins, in every service; final are
 * {@link InventoryRejected}, {@link PaymentDeclined}, {@link OrderShipped}, {@link ShipmentFailed} and
 * {@link CancellationRequested}.
 */
public sealed interface OrderEvent
        permits OrderCreated,
                InventoryReserved,
                InventoryRejected,
                OrderPaid,
                PaymentDeclined,
                OrderShipped,
                ShipmentFailed,
                CancellationRequested,
                InventoryReleased,
                OrderRefunded,
                OrderHeldUp,
                OrderResumed {

    /** The order that it happened to, and the key that keeps its events in order. */
    UUID orderId();
}
