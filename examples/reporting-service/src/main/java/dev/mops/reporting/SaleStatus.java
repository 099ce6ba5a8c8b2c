package dev.mops.reporting;

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

/** Whether an order is revenue: from its payment on, until the money goes back. */
enum SaleStatus {
    PLACED,
    PAID,
    REFUNDED;

    /** The status after an event was read from the log. */
    SaleStatus on(OrderEvent event) {
        return switch (event) {
            case OrderPaid _ -> this == PLACED ? PAID : this;
            case OrderRefunded _ -> REFUNDED;
            case OrderCreated _,
                    InventoryReserved _,
                    InventoryRejected _,
                    InventoryReleased _,
                    PaymentDeclined _,
                    OrderShipped _,
                    ShipmentFailed _,
                    CancellationRequested _,
                    OrderHeldUp _,
                    OrderResumed _ -> this;
        };
    }
}
