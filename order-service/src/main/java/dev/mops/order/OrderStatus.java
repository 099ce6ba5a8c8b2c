package dev.mops.order;

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
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** How far an order is. The table stands in {@code docs/state-tables.md}. */
enum OrderStatus {
    PLACED,
    RESERVED,
    PAID,
    SHIPPED,
    REJECTED,
    DECLINED,
    UNDELIVERABLE,
    CANCELLED;

    /** All that are not final. */
    static final Set<OrderStatus> OPEN =
            Arrays.stream(values()).filter(status -> !status.isFinal()).collect(Collectors.toUnmodifiableSet());

    boolean isFinal() {
        return switch (this) {
            case PLACED, RESERVED, PAID -> false;
            case SHIPPED, REJECTED, DECLINED, UNDELIVERABLE, CANCELLED -> true;
        };
    }

    /** The status after an event was read from the log: the first final one wins, a step never goes back. */
    OrderStatus on(OrderEvent event) {
        if (isFinal()) {
            return this;
        }
        return switch (event) {
            case InventoryReserved _ -> this == PLACED ? RESERVED : this;
            case OrderPaid _ -> PAID;
            case InventoryRejected _ -> REJECTED;
            case PaymentDeclined _ -> DECLINED;
            case OrderShipped _ -> SHIPPED;
            case ShipmentFailed _ -> UNDELIVERABLE;
            case CancellationRequested _ -> CANCELLED;
            case OrderCreated _, InventoryReleased _, OrderRefunded _, OrderHeldUp _, OrderResumed _ -> this;
        };
    }
}
