package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.ServiceProcess;
import dev.mops.system.Views.Order;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Cancellations before, in and after each step. The audit after the class looks for what was left behind. */
@SystemTest
class CancellationTest {

    private final Shop shop;

    CancellationTest(Shop shop) {
        this.shop = shop;
    }

    @Test
    @Tag(SystemTest.PROCESSES)
    void an_order_cancelled_before_its_stock_is_reserved_gives_it_back() {
        UUID order = whilePaused("inventory-service", () -> {
            UUID placed = shop.placeOrder(Wish.of("DOCK-USBC", 2));
            cancelInTime(placed);
            return placed;
        });

        assertThat(shop.awaitEvent(order, "order.inventory_released").types())
                .containsExactly(
                        "order.created",
                        "order.cancellation_requested",
                        "order.inventory_reserved",
                        "order.inventory_released");
        assertThat(shop.payment(order).orElseThrow().status()).isEqualTo("VOIDED");
    }

    @Test
    @Tag(SystemTest.PROCESSES)
    void an_order_cancelled_before_it_is_charged_is_not_charged() {
        UUID order = whilePaused("billing-service", () -> {
            UUID placed = shop.placeOrder(Wish.of("DOCK-USBC", 2));
            shop.awaitStatus(placed, "RESERVED");
            cancelInTime(placed);
            return placed;
        });

        // The charge was due before the cancellation stood in the log: it is made, and given back.
        assertThat(shop.awaitEvent(order, "order.refunded").types())
                .startsWith("order.created", "order.inventory_reserved", "order.cancellation_requested")
                .contains("order.inventory_released", "order.paid");
    }

    @Test
    void an_order_cancelled_while_it_is_charged_is_refunded() {
        UUID order = shop.placeOrder(Wish.of("DOCK-USBC", 1).paidWith("tok_slow"));
        shop.awaitStatus(order, "RESERVED");

        cancelInTime(order);

        assertThat(shop.awaitEvent(order, "order.refunded").status()).isEqualTo("CANCELLED");
    }

    @Test
    @Tag(SystemTest.PROCESSES)
    void an_order_cancelled_before_its_label_is_made_is_refunded_and_its_label_voided() {
        UUID order = whilePaused("shipping-service", () -> {
            UUID placed = shop.placeOrder(Wish.of("DOCK-USBC", 1));
            shop.awaitStatus(placed, "PAID");
            cancelInTime(placed);
            shop.awaitEvent(placed, "order.refunded");
            return placed;
        });

        // Shipping reads of the payment first: what it ships then, all ignore.
        assertThat(shop.awaitEvent(order, "order.shipped").status()).isEqualTo("CANCELLED");
    }

    @Test
    void an_order_cancelled_at_once_ends_one_way_or_the_other() {
        UUID order = shop.placeOrder(Wish.of("DOCK-USBC", 1));

        assertThat(shop.cancel(order)).isIn(202, 409);

        shop.awaitEnd(order);
    }

    @Test
    void to_cancel_twice_is_to_cancel_once() {
        UUID order = shop.placeOrder(Wish.of("DOCK-USBC", 1).paidWith("tok_slow"));

        assertThat(shop.cancel(order)).isEqualTo(202);
        assertThat(shop.cancel(order)).isIn(202, 409);

        assertThat(shop.awaitStatus(order, "CANCELLED").types()).containsOnlyOnce("order.cancellation_requested");
    }

    @Test
    void an_order_that_has_ended_can_not_be_cancelled() {
        UUID shipped = shop.placeOrder(Wish.of("DOCK-USBC", 1));
        UUID rejected = shop.placeOrder(Wish.of("VINYL-SIGNED", 1_000));
        UUID declined = shop.placeOrder(Wish.of("DOCK-USBC", 1).paidWith("tok_declined"));
        UUID undeliverable = shop.placeOrder(Wish.of("DOCK-USBC", 1).sentTo("00000"));
        shop.awaitStatus(shipped, "SHIPPED");
        shop.awaitStatus(rejected, "REJECTED");
        shop.awaitStatus(declined, "DECLINED");
        shop.awaitStatus(undeliverable, "UNDELIVERABLE");

        for (UUID ended : new UUID[] {shipped, rejected, declined, undeliverable}) {
            assertThat(shop.cancel(ended)).isEqualTo(409);
            assertThat(shop.order(ended).cancellationRequested()).isFalse();
        }
    }

    private void cancelInTime(UUID order) {
        assertThat(shop.cancel(order)).isEqualTo(202);
        Order cancelled = shop.awaitStatus(order, "CANCELLED");
        assertThat(cancelled.cancellationRequested()).isTrue();
        assertThat(shop.cancel(order)).isEqualTo(409);
    }

    /** The service stands still while the story is told, as if the machine had forgotten it, and then goes on. */
    private UUID whilePaused(String service, Story story) {
        ServiceProcess process = shop.platform().service(service);
        process.pause();
        try {
            return story.tell();
        } finally {
            process.resume();
        }
    }

    private interface Story {
        UUID tell();
    }
}
