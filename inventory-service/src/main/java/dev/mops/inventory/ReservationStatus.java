package dev.mops.inventory;

import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.OrderResumed;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;

/** What became of an order's reservation. The table stands in {@code docs/state-tables.md}. */
enum ReservationStatus {
    /** There is no row yet. */
    NEW,
    RESERVED,
    REJECTED,
    RELEASED,
    DISPATCHED;

    /**
     * The status after an event was read from the log.
     *
     * @param inStock whether all that the order asks for is available
     * @throws IllegalStateException if the event can't come in this status
     */
    ReservationStatus on(OrderEvent event, boolean inStock) {
        return switch (event) {
            case OrderCreated _ when this == NEW -> inStock ? RESERVED : REJECTED;
            case OrderCreated _ -> this;
            case PaymentDeclined _, ShipmentFailed _, CancellationRequested _ ->
                // Released before it was reserved: a tombstone, so that the late order is ignored.
                this == RESERVED || this == NEW ? RELEASED : this;
            case OrderShipped _
            when this == NEW ->
                throw new IllegalStateException(
                        "The order %s shipped, but its reservation is %s".formatted(event.orderId(), this));
            case OrderShipped _ -> this == RESERVED ? DISPATCHED : this;
            case InventoryReserved _,
                    InventoryRejected _,
                    InventoryReleased _,
                    OrderPaid _,
                    OrderRefunded _,
                    OrderHeldUp _,
                    OrderResumed _ -> this;
        };
    }
}
