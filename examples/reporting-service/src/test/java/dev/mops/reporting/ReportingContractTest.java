package dev.mops.reporting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.test.OrderHistories;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.test.HandlerContract;
import dev.mops.messaging.test.Histories;
import dev.mops.messaging.test.MessagingTest;
import dev.mops.messaging.test.Scenario;
import dev.mops.reporting.Sales.Product;
import java.math.BigInteger;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What reporting makes of events, in whatever way they are delivered. */
@MessagingTest
class ReportingContractTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private EventHandlers<OrderEvent> handlers;

    @Autowired
    private Sales sales;

    private final UUID order = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();
    private final Money paid = new Money(4_980, "EUR");

    @Test
    void an_order_counts_from_its_payment_until_the_money_goes_back_and_nobody_is_told() {
        scenario.given(
                        OrderHistories.created(order, "coffee-beans-1kg", 2),
                        OrderHistories.created(other, "coffee-beans-1kg", 3),
                        new InventoryReserved(order))
                .when(new OrderPaid(order, order, paid), new OrderPaid(other, other, new Money(7_470, "EUR")))
                .thenPublishedNothing();
        assertThat(sales.products())
                .containsExactly(new Product("coffee-beans-1kg", "EUR", 5L, BigInteger.valueOf(12_450)));
        assertThat(sales.hours())
                .singleElement()
                .satisfies(hour -> assertThat(hour.orders()).isEqualTo(2));

        scenario.when(new OrderRefunded(order, order, paid)).thenPublishedNothing();
        assertThat(sales.products())
                .containsExactly(new Product("coffee-beans-1kg", "EUR", 3L, BigInteger.valueOf(7_470)));
    }

    @Test
    void an_order_whose_beginning_was_not_heard_is_not_reported() {
        scenario.when(new OrderPaid(order, order, paid), new OrderRefunded(order, order, paid))
                .thenPublishedNothing();

        assertThat(sales.products()).isEmpty();
        assertThat(sales.hours()).isEmpty();
    }

    @Test
    void the_handlers_keep_the_contract() {
        HandlerContract.of(handlers)
                // Few, since each is delivered in some fifteen ways.
                .generated(5, OrderHistories::of)
                .over(Histories.generated(3, OrderHistories::disturbed))
                .verify();
    }
}
