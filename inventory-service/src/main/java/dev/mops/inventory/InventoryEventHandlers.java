package dev.mops.inventory;

import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderResumed;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.messaging.EventHandlers;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The door for events: what the inventory service hears, and what it publishes. */
@Configuration(proxyBeanMethods = false)
class InventoryEventHandlers {

    @Bean
    EventHandlers<OrderEvent> handlers(StockService stock) {
        return EventHandlers.of(OrderEvents.FAMILY)
                .prepare(stock::lock)
                .on(OrderCreated.class, stock::reserve)
                .on(PaymentDeclined.class, stock::release)
                .on(ShipmentFailed.class, stock::release)
                .on(CancellationRequested.class, stock::release)
                .on(OrderShipped.class, stock::dispatch)
                .discarded(OrderCreated.class, stock::discard)
                .announcing(OrderHeldUp::of, OrderResumed::of)
                .publishes(
                        InventoryReserved.class,
                        InventoryRejected.class,
                        InventoryReleased.class,
                        OrderHeldUp.class,
                        OrderResumed.class)
                .build();
    }
}
