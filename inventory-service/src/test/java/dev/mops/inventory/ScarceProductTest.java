package dev.mops.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderEvent;
import dev.mops.inventory.StockController.StockView;
import dev.mops.test.TestServers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.MediaType;

/** Many orders want the same products at once. Every event here is delivered twice. */
class ScarceProductTest extends InventoryServiceTest {

    @Autowired
    @Qualifier("messagingEventConsumers") private SmartLifecycle consumers;

    /** A batch that deadlocks is rolled back and runs again, which nobody sees but the server's log. */
    @AfterEach
    void nothing_deadlocked() {
        assertThat(TestServers.postgres().log()).doesNotContain("deadlock detected");
    }

    @Test
    void a_hundred_orders_at_once_for_seven_pieces_reserve_seven() {
        String sku = product(7);
        List<UUID> orders = ids(100);

        published(orders.stream().map(orderId -> created(orderId, line(sku, 1))).toArray(OrderEvent[]::new));

        await().untilAsserted(() -> assertThat(orders)
                .allSatisfy(orderId -> assertThat(answers(orderId)).hasSize(1)));
        assertThat(orders)
                .filteredOn(orderId -> answers(orderId).getFirst() instanceof InventoryReserved)
                .hasSize(7);
        assertThat(stock(sku)).isEqualTo(new StockView(sku, 7, 7, 0));
    }

    @Test
    void stock_adds_up_when_orders_receipts_cancellations_and_shipments_come_in_one_batch() {
        String one = product(1_000);
        String two = product(1_000);
        List<UUID> orders = ids(300);
        List<OrderEvent> events = new ArrayList<>();
        for (int n = 0; n < orders.size(); n++) {
            UUID orderId = orders.get(n);
            // The lines in one order and the other: batches that meet must not deadlock.
            events.add(
                    n % 2 == 0
                            ? created(orderId, line(one, 1), line(two, 2))
                            : created(orderId, line(two, 2), line(one, 1)));
        }
        for (int n = 0; n < orders.size(); n++) {
            switch (n % 3) {
                case 0 -> events.add(new CancellationRequested(orders.get(n)));
                case 1 -> events.add(shipped(orders.get(n)));
                default -> {}
            }
        }
        // All of it waits in the log, so that it comes in few, large batches.
        consumers.stop();
        published(events.toArray(OrderEvent[]::new));

        consumers.start();
        for (int n = 0; n < 10; n++) {
            http.post()
                    .uri("/stock/{sku}/receipts", one)
                    .contentType(MediaType.APPLICATION_JSON)
                    .body("{\"quantity\":10}")
                    .exchange()
                    .expectStatus()
                    .isOk();
        }

        // 300 orders: a third was cancelled, a third has shipped, a third is reserved.
        await().untilAsserted(() -> assertThat(stock(one)).isEqualTo(new StockView(one, 1_000 + 100 - 100, 100, 900)));
        await().untilAsserted(() -> assertThat(stock(two)).isEqualTo(new StockView(two, 1_000 - 200, 200, 600)));
        assertThat(jdbc.queryForObject("""
                        SELECT sum(quantity) FROM reservation_line JOIN reservation USING (order_id)
                         WHERE status = 'RESERVED' AND sku = ?
                        """, Long.class, two)).isEqualTo(200);
    }

    private static List<UUID> ids(int count) {
        return IntStream.range(0, count).mapToObj(n -> UUID.randomUUID()).toList();
    }
}
