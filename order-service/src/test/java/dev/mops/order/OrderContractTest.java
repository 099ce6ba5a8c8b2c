package dev.mops.order;

import dev.mops.events.order.OrderEvent;
import dev.mops.events.test.OrderHistories;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.test.HandlerContract;
import dev.mops.messaging.test.MessagingTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;

/** What the order service makes of events, in whatever way they are delivered. */
@MessagingTest
class OrderContractTest {

    @Autowired
    private EventHandlers<OrderEvent> handlers;

    @Autowired
    private JdbcTemplate jdbc;

    @Test
    void the_handlers_keep_the_contract() {
        HandlerContract.of(handlers)
                // Few, since each is delivered in some fifteen ways.
                .generated(5, OrderHistories::of)
                .generated(3, OrderHistories::disturbed)
                .seeding(this::place)
                // When it went its last step, and when a failure began.
                .ignoring("orders.moved_at", "order.held_up.since")
                .verify();
    }

    /** Customers place orders over HTTP: no event does. */
    private void place(List<OrderEvent> history) {
        history.stream().map(OrderEvent::orderId).distinct().forEach(order -> jdbc.update("""
                        INSERT INTO orders (id, customer_id, status, cancellation_requested, total_value, total_currency,
                            timeline_length, placed_at, moved_at)
                        VALUES (?, 'c-42', 'PLACED', false, 4980, 'EUR', 0, now(), now())
                        """, order));
    }
}
