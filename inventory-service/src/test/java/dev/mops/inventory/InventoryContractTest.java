package dev.mops.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryRejected.Shortage;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.test.OrderHistories;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.test.HandlerContract;
import dev.mops.messaging.test.Histories;
import dev.mops.messaging.test.MessagingTest;
import dev.mops.messaging.test.Scenario;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;

/** What inventory makes of events, in whatever way they are delivered. */
@MessagingTest
class InventoryContractTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private EventHandlers<OrderEvent> handlers;

    @Autowired
    private JdbcTemplate jdbc;

    private final UUID order = UUID.randomUUID();

    @Test
    void an_order_of_what_is_not_there_is_rejected() {
        scenario.when(OrderHistories.created(order, "sku-none", 2))
                .thenPublished(
                        InventoryRejected.class,
                        rejected -> assertThat(rejected.shortages()).containsExactly(new Shortage("sku-none", 2, 0)))
                .thenPublishedNothing();
    }

    @Test
    void the_handlers_keep_the_contract() {
        HandlerContract.of(handlers)
                // Few, since each is delivered in some fifteen ways.
                .generated(5, OrderHistories::of)
                .over(Histories.generated(3, OrderHistories::disturbed).refusedWith(IllegalStateException.class))
                // Enough for some orders, too little for others.
                .seeding(
                        history -> jdbc.update(
                                "INSERT INTO stock (sku, on_hand, reserved) VALUES ('sku-1', 4, 0), ('sku-2', 3, 0), ('sku-3', 2, 0)"))
                .ignoring("order.held_up.since")
                .verify();
    }
}
