package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.system.Views.Entry;
import dev.mops.system.Views.Order;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Every way through the saga that the customer's wish decides. The audit after the class compares all services. */
@SystemTest
class JourneysTest {

    private final Shop shop;

    JourneysTest(Shop shop) {
        this.shop = shop;
    }

    @Test
    void what_is_in_stock_paid_and_deliverable_ships() {
        UUID order = shop.placeOrder(Wish.of("KEYBOARD-DE", 1).and("MOUSE-WL", 2));

        Order shipped = shop.awaitStatus(order, "SHIPPED");

        assertThat(shipped.types())
                .containsExactly("order.created", "order.inventory_reserved", "order.paid", "order.shipped");
        assertThat(shipped.timeline())
                .extracting(Entry::source)
                .containsExactly("/order-service", "/inventory-service", "/billing-service", "/shipping-service");
        assertThat(shop.payment(order).orElseThrow().amount()).isEqualTo(new Views.Money(7_900 + 2 * 3_900, "EUR"));
    }

    @Test
    void what_is_out_of_stock_is_rejected_whole() {
        UUID order = shop.placeOrder(Wish.of("DESK-LAMP", 1).and("VINYL-SIGNED", 1_000));

        assertThat(shop.awaitStatus(order, "REJECTED").types())
                .containsExactly("order.created", "order.inventory_rejected");
    }

    @Test
    void a_declined_payment_releases_the_stock() {
        UUID order = shop.placeOrder(Wish.of("DESK-LAMP", 3).paidWith("tok_declined"));

        shop.awaitStatus(order, "DECLINED");

        assertThat(shop.awaitEvent(order, "order.inventory_released").types())
                .containsExactly(
                        "order.created",
                        "order.inventory_reserved",
                        "order.payment_declined",
                        "order.inventory_released");
    }

    @Test
    void an_invalid_card_is_declined() {
        UUID order = shop.placeOrder(Wish.of("DESK-LAMP", 1).paidWith("tok_4711"));

        shop.awaitStatus(order, "DECLINED");
    }

    @Test
    void what_cannot_be_delivered_is_refunded_and_released() {
        UUID order = shop.placeOrder(Wish.of("CHAIR-ERGO", 1).sentTo("00000"));

        shop.awaitStatus(order, "UNDELIVERABLE");
        shop.awaitEvent(order, "order.refunded");

        assertThat(shop.awaitEvent(order, "order.inventory_released").types())
                .startsWith("order.created", "order.inventory_reserved", "order.paid", "order.shipment_failed")
                .hasSize(6);
    }

    @Test
    void a_slow_gateway_only_takes_longer() {
        UUID order = shop.placeOrder(Wish.of("HEADSET-BT", 1).paidWith("tok_slow"));

        shop.awaitStatus(order, "RESERVED");
        shop.awaitStatus(order, "SHIPPED");

        assertThat(new Books(shop.platform()).charges())
                .containsEntry(order, new Books.Charge("APPROVED", 12_900, "1/0/0"));
    }

    @Test
    void a_gateway_that_is_away_for_a_while_charges_in_the_end() {
        UUID order = shop.placeOrder(Wish.of("HEADSET-BT", 1).paidWith("tok_unavailable"));

        shop.awaitStatus(order, "SHIPPED");
    }

    @Test
    void an_order_that_is_not_understood_is_refused_and_not_told() {
        String body = Shop.bodyOf(Wish.of("DESK-LAMP", 1));
        var orders = shop.url("order-service").resolve("/orders");

        HttpResponse<String> cut = shop.post(orders, body.substring(0, body.length() - 1), Map.of());
        HttpResponse<String> wrong = shop.post(orders, body.replace("\"DE\"", "\"Germany\""), Map.of());

        assertThat(cut.statusCode()).isEqualTo(400);
        assertThat(wrong.statusCode()).isIn(400, 422);
        assertThat(wrong.body()).contains("shippingAddress.country");
        assertThat(cut.body() + wrong.body()).doesNotContain(Shop.SECRETS);
    }
}
