package dev.mops.order;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderHeldUp;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.transaction.support.TransactionTemplate;

class StuckOrdersTest extends OrderServiceTest {

    @Autowired
    private StuckOrders stuckOrders;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private TransactionTemplate transaction;

    @AfterEach
    void nothing_stands_still() {
        jdbc.update("UPDATE orders SET moved_at = now()");
    }

    @Test
    void an_order_that_has_not_moved_for_long_is_counted_and_the_one_that_stands_longest_is_named() {
        UUID oldest = standingStillSince("2020-02-01T00:00:00Z");
        standingStillSince("2020-02-02T00:00:00Z");

        stuckOrders.look();

        assertThat(stuck()).isEqualTo(2);
        health().jsonPath("$.status")
                .isEqualTo("UP")
                .jsonPath("$.components.orders.status")
                .isEqualTo("UP")
                .jsonPath("$.components.orders.details.stuck")
                .isEqualTo(2)
                .jsonPath("$.components.orders.details.inFlight")
                .isNumber()
                .jsonPath("$.components.orders.details.oldest.orderId")
                .isEqualTo(oldest.toString())
                .jsonPath("$.components.orders.details.oldest.status")
                .isEqualTo("PLACED")
                .jsonPath("$.components.orders.details.oldest.minutes")
                .isNumber();
    }

    @Test
    void an_order_that_moves_or_is_final_is_not_stuck() {
        UUID moved = standingStillSince("2020-02-01T00:00:00Z");
        published(new InventoryReserved(moved));
        awaitStatus(moved, OrderStatus.RESERVED);
        UUID done = standingStillSince("2020-02-01T00:00:00Z");
        published(shipped(done));
        awaitStatus(done, OrderStatus.SHIPPED);
        jdbc.update("UPDATE orders SET moved_at = '2020-02-01' WHERE id = ?", done);
        placed();

        stuckOrders.look();

        assertThat(stuck()).isZero();
        health().jsonPath("$.components.orders.details.stuck")
                .isEqualTo(0)
                .jsonPath("$.components.orders.details.oldest")
                .doesNotExist();
    }

    @Test
    void an_order_that_is_said_to_be_held_up_stands_still_all_the_same() {
        UUID orderId = standingStillSince("2020-02-01T00:00:00Z");
        published(new OrderHeldUp(orderId, "billing-service", null, "a reason", true, Instant.EPOCH));
        await().untilAsserted(() -> assertThat(timeline(orderId)).endsWith("order.held_up"));

        stuckOrders.look();

        assertThat(stuck()).isEqualTo(1);
    }

    @Test
    void the_look_is_one_into_an_index_that_holds_no_final_order() {
        List<String> plan = requireNonNull(transaction.execute(_ -> {
            // Of a few orders the planner takes any way. None but this index gives them sorted.
            jdbc.execute("SET LOCAL enable_seqscan = off");
            jdbc.execute("SET LOCAL enable_sort = off");
            return jdbc.queryForList("EXPLAIN " + Orders.STUCK.replace(":moved", "now()"), String.class);
        }));

        assertThat(plan).anyMatch(line -> line.contains("orders_open_by_move"));
        assertThat(OrderStatus.OPEN)
                .allSatisfy(status -> assertThat(Orders.STUCK).contains("'" + status + "'"))
                .hasSize(3);
    }

    private UUID standingStillSince(String moved) {
        UUID orderId = placed();
        jdbc.update("UPDATE orders SET moved_at = ?::timestamptz WHERE id = ?", moved, orderId);
        return orderId;
    }

    private double stuck() {
        return meters.get("mops.orders.stuck").gauge().value();
    }

    private RestTestClient.BodyContentSpec health() {
        return http.get()
                .uri("/actuator/health")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody();
    }
}
