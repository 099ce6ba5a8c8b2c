package dev.mops.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.test.OrderHistories;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.test.HandlerContract;
import dev.mops.messaging.test.Histories;
import dev.mops.messaging.test.MessagingTest;
import dev.mops.messaging.test.Scenario;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What shipping makes of events, in whatever way they are delivered. */
@MessagingTest
class ShippingContractTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private EventHandlers<OrderEvent> handlers;

    private final UUID order = UUID.randomUUID();

    @Test
    void an_order_that_is_paid_ships() {
        scenario.given(ShippingServiceTest.created(order))
                .when(ShippingServiceTest.paid(order))
                .thenPublished(
                        OrderShipped.class,
                        shipped -> assertThat(shipped.orderId()).isEqualTo(order))
                .thenPublishedNothing();
    }

    @Test
    void the_handlers_keep_the_contract() {
        HandlerContract.of(handlers)
                // Few, since each is delivered in some fifteen ways.
                .generated(5, OrderHistories::of)
                .over(Histories.generated(3, OrderHistories::disturbed).refusedWith(IllegalStateException.class))
                // Drawn with the shipment or by the carrier, and when a failure began.
                .ignoring("shipment.shipment_id", "order.shipped.shipmentId", "order.shipment_failed.shipmentId")
                .ignoring("shipment.tracking_number", "order.shipped.trackingNumber", "order.held_up.since")
                // The day after that of the call.
                .ignoring("shipment.pickup_from", "shipment.pickup_to")
                .ignoring("simulator_label.pickup_from", "simulator_label.pickup_to")
                // The carrier may be called twice; what it has done may not differ.
                .ignoring("simulator_label.label_calls", "simulator_label.void_calls")
                .verify();
    }
}
