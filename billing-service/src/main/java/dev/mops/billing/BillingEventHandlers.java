package dev.mops.billing;

import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
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

/** The door for events: what the billing service hears, and what it publishes. */
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
                // Its own event, too: a charge that was discarded while its answer was not known is taken back.
                .on(PaymentDeclined.class, payments::intend, payments::call, payments::record)
                .discarded(OrderCreated.class, payments::discard)
                .discarded(InventoryReserved.class, payments::discard)
                .discarded(InventoryRejected.class, payments::discard)
                .discarded(OrderShipped.class, payments::discard)
                .discarded(ShipmentFailed.class, payments::discard)
                .discarded(CancellationRequested.class, payments::discard)
                .discarded(PaymentDeclined.class, payments::discard)
                .announcing(OrderHeldUp::of, OrderResumed::of)
                .publishes(
                        OrderPaid.class,
                        PaymentDeclined.class,
                        OrderRefunded.class,
                        OrderHeldUp.class,
                        OrderResumed.class)
                .build();
    }
}
