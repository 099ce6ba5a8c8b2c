package dev.mops.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderEvent;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

class CancelOrderTest extends OrderServiceTest {

    @Autowired
    @Qualifier("messagingEventConsumers") private SmartLifecycle consumers;

    @Test
    void a_cancellation_is_accepted_and_takes_effect_when_it_is_read_from_the_log() {
        UUID orderId = placed();

        cancel(orderId)
                .expectStatus()
                .isAccepted()
                .expectBody()
                .jsonPath("$.orderId")
                .isEqualTo(orderId.toString())
                .jsonPath("$.status")
                .isEqualTo("PLACED")
                .jsonPath("$.cancellationRequested")
                .isEqualTo(true);

        awaitStatus(orderId, OrderStatus.CANCELLED);
        assertThat(order(orderId).cancellationRequested()).isTrue();
        assertThat(timeline(orderId)).containsExactly("order.created", "order.cancellation_requested");
    }

    @Test
    void a_second_cancellation_is_accepted_without_a_second_event() {
        UUID orderId = placed();
        consumers.stop();

        cancel(orderId).expectStatus().isAccepted();
        cancel(orderId).expectStatus().isAccepted();

        consumers.start();
        awaitStatus(orderId, OrderStatus.CANCELLED);
        assertThat(topic.eventsOf(orderId.toString()))
                .filteredOn(envelope -> envelope.event() instanceof CancellationRequested)
                .hasSize(1);
    }

    @Test
    void a_final_order_can_not_be_cancelled() {
        UUID orderId = placed();
        published(shipped(orderId));
        awaitStatus(orderId, OrderStatus.SHIPPED);

        cancel(orderId)
                .expectStatus()
                .isEqualTo(HttpStatus.CONFLICT)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.detail")
                .value(String.class, detail -> assertThat(detail).contains(orderId.toString(), "SHIPPED"));

        assertThat(order(orderId).cancellationRequested()).isFalse();
    }

    @Test
    void an_unknown_order_can_not_be_cancelled() {
        cancel(UUID.randomUUID())
                .expectStatus()
                .isNotFound()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    @Test
    void a_shipment_that_stands_before_the_cancellation_in_the_log_wins() {
        UUID orderId = placed();
        awaitInLog(orderId, 1);
        // The service is behind: the order shipped, but it does not know.
        consumers.stop();
        published(shipped(orderId));

        cancel(orderId).expectStatus().isAccepted();

        awaitInLog(orderId, 4);
        consumers.start();
        awaitStatus(orderId, OrderStatus.SHIPPED);
        await().untilAsserted(() -> assertThat(timeline(orderId))
                .containsExactly("order.created", "order.shipped", "order.cancellation_requested"));
        assertThat(order(orderId).status()).isEqualTo(OrderStatus.SHIPPED);
        assertThat(order(orderId).cancellationRequested()).isTrue();
    }

    @Test
    void a_cancellation_that_stands_before_the_shipment_in_the_log_wins() {
        UUID orderId = placed();
        awaitInLog(orderId, 1);
        consumers.stop();
        cancel(orderId).expectStatus().isAccepted();
        awaitInLog(orderId, 2);

        OrderEvent[] late = {new InventoryReserved(orderId), shipped(orderId), new InventoryReleased(orderId)};
        published(late);

        consumers.start();
        awaitStatus(orderId, OrderStatus.CANCELLED);
        await().untilAsserted(() -> assertThat(timeline(orderId))
                .containsExactly(
                        "order.created",
                        "order.cancellation_requested",
                        "order.inventory_reserved",
                        "order.shipped",
                        "order.inventory_released"));
        assertThat(order(orderId).status()).isEqualTo(OrderStatus.CANCELLED);
    }

    private void awaitInLog(UUID orderId, int records) {
        await().untilAsserted(
                        () -> assertThat(topic.eventsOf(orderId.toString())).hasSize(records));
    }
}
