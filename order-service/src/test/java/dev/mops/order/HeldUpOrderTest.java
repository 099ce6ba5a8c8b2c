package dev.mops.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderResumed;
import dev.mops.messaging.EventHandlers;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionTemplate;

/** An order of which an event fails somewhere, so that later ones wait. */
class HeldUpOrderTest extends OrderServiceTest {

    private static final Instant SINCE = Instant.parse("2026-03-01T10:14:19.654321Z");

    @Autowired
    private EventHandlers<OrderEvent> handlers;

    @Autowired
    private TransactionTemplate transaction;

    @Test
    void an_order_that_goes_its_way_is_not_held_up() {
        assertThat(order(placed()).heldUp()).isEmpty();
    }

    @Test
    void an_order_that_is_held_up_says_where_and_why_until_it_goes_on() {
        UUID orderId = placed();

        published(held(orderId, "billing-service", false));
        awaitHeldUp(orderId, hold("billing-service", false));

        published(held(orderId, "billing-service", true));
        awaitHeldUp(orderId, hold("billing-service", true));

        published(new OrderResumed(orderId, "billing-service"));
        awaitHeldUp(orderId);
        assertThat(timeline(orderId))
                .containsExactly("order.created", "order.held_up", "order.held_up", "order.resumed");
        // Where, by what and why stays to be read when it is over.
        assertThat(order(orderId).timeline())
                .extracting(entry -> Objects.toString(entry.note(), ""))
                .containsExactly(
                        "",
                        "order.inventory_reserved is tried again: a reason",
                        "order.inventory_reserved is a dead letter: a reason",
                        "");
    }

    @Test
    void an_order_may_be_held_up_in_several_services() {
        UUID orderId = placed();

        published(held(orderId, "shipping-service", true), held(orderId, "billing-service", false));
        awaitHeldUp(orderId, hold("billing-service", false), hold("shipping-service", true));

        published(new OrderResumed(orderId, "shipping-service"));
        awaitHeldUp(orderId, hold("billing-service", false));
    }

    @Test
    void an_event_whose_record_does_not_say_its_type_holds_an_order_up_like_any_other() {
        UUID orderId = placed();

        published(new OrderHeldUp(orderId, "billing-service", null, "a\0b", true, SINCE));

        awaitHeldUp(orderId, new OrderView.Hold("billing-service", null, "a b", true, SINCE));
    }

    @Test
    void an_order_that_is_final_shows_all_the_same_that_it_is_held_up() {
        UUID orderId = placed();
        published(new CancellationRequested(orderId));
        awaitStatus(orderId, OrderStatus.CANCELLED);

        published(held(orderId, "billing-service", true));

        awaitHeldUp(orderId, hold("billing-service", true));
        assertThat(order(orderId).status()).isEqualTo(OrderStatus.CANCELLED);
    }

    @Test
    void an_order_of_which_an_event_fails_here_says_so_though_it_can_not_hear_of_it() {
        UUID orderId = placed();
        // The place of the next event on the timeline is taken.
        jdbc.update(
                "INSERT INTO order_timeline (order_id, position, event_id, type, at, source) VALUES (?, 1, ?, '-', now(), '-')",
                orderId,
                UUID.randomUUID());

        published(paid(orderId), shipped(orderId));

        await().untilAsserted(() -> assertThat(order(orderId).heldUp())
                .singleElement()
                .satisfies(hold -> {
                    assertThat(hold.service()).isEqualTo("order-service");
                    assertThat(hold.eventType()).isEqualTo("order.paid");
                    assertThat(hold.dead()).isFalse();
                    assertThat(hold.reason()).contains("order_timeline");
                }));
        assertThat(order(orderId).status()).isEqualTo(OrderStatus.PLACED);

        jdbc.update("DELETE FROM order_timeline WHERE order_id = ? AND type = '-'", orderId);
        awaitStatus(orderId, OrderStatus.SHIPPED);
        assertThat(order(orderId).heldUp()).isEmpty();
        assertThat(timeline(orderId)).containsExactly("order.created", "order.paid", "order.shipped");
    }

    @ParameterizedTest
    @EnumSource(
            value = OrderStatus.class,
            names = {"SHIPPED", "CANCELLED"})
    void a_final_event_that_is_discarded_ends_the_order_and_is_not_shown(OrderStatus end) {
        UUID orderId = placed();

        discard(end == OrderStatus.SHIPPED ? shipped(orderId) : new CancellationRequested(orderId));

        assertThat(order(orderId).status()).isEqualTo(end);
        assertThat(timeline(orderId)).containsExactly("order.created");
    }

    @Test
    void a_final_event_that_is_discarded_behind_the_end_changes_nothing() {
        UUID orderId = placed();
        discard(new CancellationRequested(orderId));

        discard(shipped(orderId));

        assertThat(order(orderId).status()).isEqualTo(OrderStatus.CANCELLED);
    }

    @Test
    void an_order_whose_resumption_is_discarded_is_held_up_no_longer() {
        UUID orderId = placed();
        published(held(orderId, "billing-service", true));
        awaitHeldUp(orderId, hold("billing-service", true));

        discard(new OrderResumed(orderId, "billing-service"));

        assertThat(order(orderId).heldUp()).isEmpty();
    }

    private void awaitHeldUp(UUID orderId, OrderView.Hold... holds) {
        await().untilAsserted(() -> assertThat(order(orderId).heldUp()).containsExactly(holds));
    }

    private void discard(OrderEvent event) {
        transaction.executeWithoutResult(_ -> {
            handlers.prepare(List.of(event));
            handlers.discard(event, topic.envelope("/elsewhere", event).metadata());
        });
    }

    private static OrderHeldUp held(UUID orderId, String service, boolean dead) {
        return new OrderHeldUp(orderId, service, "order.inventory_reserved", "a reason", dead, SINCE);
    }

    private static OrderView.Hold hold(String service, boolean dead) {
        return new OrderView.Hold(service, "order.inventory_reserved", "a reason", dead, SINCE);
    }
}
