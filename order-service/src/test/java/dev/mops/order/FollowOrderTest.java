package dev.mops.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryRejected.Shortage;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every event here is delivered twice. */
class FollowOrderTest extends OrderServiceTest {

    @Test
    void an_order_follows_the_log_step_by_step_until_it_is_shipped() {
        UUID orderId = placed();

        published(new InventoryReserved(orderId));
        awaitStatus(orderId, OrderStatus.RESERVED);
        published(paid(orderId));
        awaitStatus(orderId, OrderStatus.PAID);
        published(shipped(orderId));
        awaitStatus(orderId, OrderStatus.SHIPPED);

        assertThat(timeline(orderId))
                .containsExactly("order.created", "order.inventory_reserved", "order.paid", "order.shipped");
        assertThat(order(orderId).timeline())
                .extracting(OrderView.Entry::source)
                .containsExactly("/order-service", "/inventory-service", "/billing-service", "/shipping-service");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void an_order_ends_with_the_first_final_event_and_shows_the_later_ones(Way way) {
        UUID orderId = placed();
        OrderEvent[] events = way.events().apply(orderId);

        published(events);

        List<String> expected = Stream.concat(
                        Stream.of("order.created"), Arrays.stream(events).map(FollowOrderTest::typeOf))
                .toList();
        await().untilAsserted(() -> assertThat(timeline(orderId)).isEqualTo(expected));
        assertThat(order(orderId).status()).isEqualTo(way.end());
    }

    static Stream<Way> ways() {
        return Stream.of(
                new Way(OrderStatus.REJECTED, id ->
                        new OrderEvent[] {new InventoryRejected(id, List.of(new Shortage("LAPTOP-14", 1, 0)))}),
                new Way(OrderStatus.DECLINED, id -> new OrderEvent[] {
                    new InventoryReserved(id),
                    new PaymentDeclined(id, UUID.randomUUID(), "no money"),
                    new InventoryReleased(id)
                }),
                new Way(OrderStatus.UNDELIVERABLE, id -> new OrderEvent[] {
                    new InventoryReserved(id),
                    paid(id),
                    new ShipmentFailed(id, UUID.randomUUID(), "nobody lives there"),
                    new OrderRefunded(id, UUID.randomUUID(), new Money(129_900, "EUR")),
                    new InventoryReleased(id)
                }),
                new Way(OrderStatus.SHIPPED, id -> new OrderEvent[] {
                    shipped(id),
                    paid(id),
                    new PaymentDeclined(id, UUID.randomUUID(), "too late"),
                    new ShipmentFailed(id, UUID.randomUUID(), "too late")
                }));
    }

    @Test
    void a_whole_history_that_is_delivered_again_changes_nothing() {
        UUID orderId = placed();
        List<Envelope<OrderEvent>> history = published(new InventoryReserved(orderId), paid(orderId), shipped(orderId));
        awaitStatus(orderId, OrderStatus.SHIPPED);
        OrderView before = order(orderId);

        topic.deliver(history);
        published(new InventoryReleased(orderId));

        // What is behind the second delivery in the log has arrived, so the second delivery has been, too.
        await().untilAsserted(() -> assertThat(timeline(orderId)).endsWith("order.inventory_released"));
        assertThat(order(orderId).timeline()).startsWith(before.timeline().toArray(OrderView.Entry[]::new));
        assertThat(timeline(orderId)).hasSize(5);
        assertThat(order(orderId).status()).isEqualTo(OrderStatus.SHIPPED);
    }

    @Test
    void an_order_that_was_not_placed_here_holds_up_nobody() {
        UUID known = placed();

        published(new InventoryReserved(UUID.randomUUID()), new InventoryReserved(known));

        awaitStatus(known, OrderStatus.RESERVED);
    }

    @Test
    void many_orders_follow_the_log_at_once() {
        List<UUID> orders = IntStream.range(0, 20).mapToObj(n -> placed()).toList();
        List<OrderEvent> events = new ArrayList<>();
        orders.forEach(orderId -> events.add(new InventoryReserved(orderId)));
        orders.forEach(orderId -> events.add(paid(orderId)));
        orders.forEach(orderId -> events.add(shipped(orderId)));

        published(events.toArray(OrderEvent[]::new));

        orders.forEach(orderId -> awaitStatus(orderId, OrderStatus.SHIPPED));
        assertThat(orders)
                .allSatisfy(orderId -> assertThat(timeline(orderId))
                        .containsExactly("order.created", "order.inventory_reserved", "order.paid", "order.shipped"));
    }

    private static String typeOf(OrderEvent event) {
        return OrderEvents.FAMILY.definitionOf(event.getClass()).type();
    }

    /** What the other services say of an order, and where it ends. */
    record Way(OrderStatus end, Function<UUID, OrderEvent[]> events) {

        @Override
        public String toString() {
            return end.name();
        }
    }
}
