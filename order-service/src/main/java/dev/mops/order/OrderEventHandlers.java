package dev.mops.order;

import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.OrderResumed;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.messaging.EventHandlers;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The door for events: what the order service hears, and what it publishes. */
@Configuration(proxyBeanMethods = false)
class OrderEventHandlers {

    @Bean
    EventHandlers<OrderEvent> handlers(OrderService orders) {
        return EventHandlers.of(OrderEvents.FAMILY)
                .prepare(orders::lock)
                .on(InventoryReserved.class, orders::follow)
                .on(InventoryRejected.class, orders::follow)
                .on(OrderPaid.class, orders::follow)
                .on(PaymentDeclined.class, orders::follow)
                .on(OrderShipped.class, orders::follow)
                .on(ShipmentFailed.class, orders::follow)
                // Its own event, too: a cancellation counts from its place in the log.
                .on(CancellationRequested.class, orders::follow)
                .on(InventoryReleased.class, orders::follow)
                .on(OrderRefunded.class, orders::follow)
                .on(OrderHeldUp.class, orders::follow)
                .on(OrderResumed.class, orders::follow)
                .discarded(InventoryRejected.class, orders::discard)
                .discarded(PaymentDeclined.class, orders::discard)
                .discarded(OrderShipped.class, orders::discard)
                .discarded(ShipmentFailed.class, orders::discard)
                .discarded(CancellationRequested.class, orders::discard)
                .discarded(OrderResumed.class, orders::discard)
                .announcing(OrderHeldUp::of, OrderResumed::of)
                .publishes(OrderCreated.class, CancellationRequested.class, OrderHeldUp.class, OrderResumed.class)
                .build();
    }
}
