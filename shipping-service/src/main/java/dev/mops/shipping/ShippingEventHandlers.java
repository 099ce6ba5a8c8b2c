package dev.mops.shipping;

import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderResumed;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.messaging.EventHandlers;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The door for events: what the shipping service hears, and what it publishes. */
@Configuration(proxyBeanMethods = false)
class ShippingEventHandlers {

    @Bean
    EventHandlers<OrderEvent> handlers(ShippingService shipments) {
        return EventHandlers.of(OrderEvents.FAMILY)
                .prepare(shipments::lock)
                .on(OrderCreated.class, shipments::follow)
                .on(OrderPaid.class, shipments::intend, shipments::call, shipments::record)
                .on(InventoryRejected.class, shipments::intend, shipments::call, shipments::record)
                .on(PaymentDeclined.class, shipments::intend, shipments::call, shipments::record)
                .on(CancellationRequested.class, shipments::intend, shipments::call, shipments::record)
                // Its own event, too: a label that was discarded while its answer was not known is voided.
                .on(ShipmentFailed.class, shipments::intend, shipments::call, shipments::record)
                .discarded(OrderCreated.class, shipments::discard)
                .discarded(OrderPaid.class, shipments::discard)
                .discarded(InventoryRejected.class, shipments::discard)
                .discarded(PaymentDeclined.class, shipments::discard)
                .discarded(CancellationRequested.class, shipments::discard)
                .discarded(ShipmentFailed.class, shipments::discard)
                .discarded(OrderShipped.class, shipments::discard)
                .announcing(OrderHeldUp::of, OrderResumed::of)
                .publishes(OrderShipped.class, ShipmentFailed.class, OrderHeldUp.class, OrderResumed.class)
                // Its own event, too: a shipment is irrevocable from its place in the log.
                .on(OrderShipped.class, shipments::follow)
                .build();
    }
}
