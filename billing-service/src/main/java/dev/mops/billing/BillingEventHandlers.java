package dev.mops.billing;

import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.messaging.EventHandlers;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The door for events: what the billing service hears. */
@Configuration(proxyBeanMethods = false)
class BillingEventHandlers {

    @Bean
    EventHandlers<OrderEvent> handlers(PaymentService payments) {
        return EventHandlers.of(OrderEvents.FAMILY)
                .prepare(payments::lock)
                .on(OrderCreated.class, payments::follow)
                .on(InventoryReserved.class, payments::intend, payments::call, payments::record)
                .on(InventoryRejected.class, payments::intend, payments::call, payments::record)
                .on(OrderShipped.class, payments::follow)
                .on(ShipmentFailed.class, payments::intend, payments::call, payments::record)
                .on(CancellationRequested.class, payments::intend, payments::call, payments::record)
                .build();
    }
}
