package dev.mops.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.test.OrderHistories;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.test.HandlerContract;
import dev.mops.messaging.test.Histories;
import dev.mops.messaging.test.MessagingTest;
import dev.mops.messaging.test.Scenario;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What billing makes of events, in whatever way they are delivered. */
@MessagingTest
class BillingContractTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private EventHandlers<OrderEvent> handlers;

    private final UUID order = UUID.randomUUID();

    @Test
    void an_order_whose_stock_is_reserved_is_charged() {
        scenario.given(OrderHistories.created(order, "coffee-beans-1kg", 2))
                .when(new InventoryReserved(order))
                .thenPublished(
                        OrderPaid.class, paid -> assertThat(paid.amount()).isEqualTo(new Money(4_980, "EUR")))
                .thenPublishedNothing();
    }

    @Test
    void an_order_that_nobody_placed_is_not_charged() {
        scenario.when(new InventoryReserved(order)).thenFailed(IllegalStateException.class);
    }

    @Test
    void the_handlers_keep_the_contract() {
        HandlerContract.of(handlers)
                // Few, since each is delivered in some fifteen ways.
                .generated(5, OrderHistories::of)
                .over(Histories.generated(3, OrderHistories::disturbed).refusedWith(IllegalStateException.class))
                // Drawn with the payment, and when a failure began.
                .ignoring("payment.payment_id", "order.paid.paymentId", "order.payment_declined.paymentId")
                .ignoring("order.refunded.paymentId", "order.held_up.since")
                // The gateway may be called twice; what it has done may not differ.
                .ignoring("simulator_charge.charge_calls", "simulator_charge.void_calls")
                .ignoring("simulator_charge.refund_calls")
                .verify();
    }
}
