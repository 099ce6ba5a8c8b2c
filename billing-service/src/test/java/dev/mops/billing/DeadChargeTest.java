package dev.mops.billing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.EventCodec;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.PaymentDeclined;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import tools.jackson.databind.JsonNode;

/** A charge that is a dead letter, and the cancellation of its order: from the topic to the operator and back. */
class DeadChargeTest extends BillingServiceTest {

    private final UUID orderId = EventCodec.newId();

    @Test
    void a_cancellation_that_waits_behind_a_dead_charge_refunds_it_after_the_replay() {
        long letter = deadCharge("tok_approved");

        act(letter, "replay");
        awaitHandled();

        UUID paymentId = payment(orderId).paymentId();
        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.REFUNDED);
        assertThat(published(orderId))
                .containsExactly(
                        new OrderPaid(orderId, paymentId, TOTAL), new OrderRefunded(orderId, paymentId, TOTAL));
        assertThat(books(orderId)).containsExactly(new Booking("REFUNDED", TOTAL.value(), 1, 0, 1));
        assertNothingIsHeld();
    }

    @Test
    void a_cancellation_that_waits_behind_a_dead_charge_ends_the_order_without_money_after_the_discard() {
        long letter = deadCharge("tok_approved");

        act(letter, "discard");
        awaitHandled();

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.DECLINED);
        assertDeclinedByTheDiscard();
        assertThat(books(orderId)).isEmpty();
        assertNothingIsHeld();
    }

    @Test
    void a_charge_whose_answer_was_lost_is_taken_back_after_the_discard_and_the_cancellation_changes_nothing() {
        deliver(created(orderId, "tok_unheard"), new InventoryReserved(orderId));
        long letter = deadLetter();
        assertThat(books(orderId)).containsExactly(new Booking("APPROVED", TOTAL.value(), 3, 0, 0));

        act(letter, "discard");
        awaitHandled();
        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", TOTAL.value(), 3, 1, 0));
        deliver(new CancellationRequested(orderId));

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.VOIDED);
        assertDeclinedByTheDiscard();
        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", TOTAL.value(), 3, 1, 0));
        assertNothingIsHeld();
    }

    @Test
    void a_charge_whose_answer_was_lost_is_taken_back_by_the_cancellation_that_waited_behind_it() {
        deliver(created(orderId, "tok_unheard"), new InventoryReserved(orderId), new CancellationRequested(orderId));
        long letter = deadLetter();

        act(letter, "discard");
        awaitHandled();

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.VOIDED);
        assertDeclinedByTheDiscard();
        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", TOTAL.value(), 3, 1, 0));
        assertNothingIsHeld();
    }

    /** The order is reserved and cancelled; its charge died before it was intended. Returns the dead letter. */
    private long deadCharge(String token) {
        post(
                "/actuator/failures",
                Map.of("key", orderId, "type", "order.inventory_reserved", "how", "poison", "times", 1));
        deliver(created(orderId, token), new InventoryReserved(orderId), new CancellationRequested(orderId));
        long letter = deadLetter();
        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.OPEN);
        assertThat(books(orderId)).isEmpty();
        assertThat(get("/actuator/deadletters/" + letter).path("waiting").valueStream())
                .extracting(waiting -> waiting.path("type").asString())
                .containsExactly("order.cancellation_requested");
        return letter;
    }

    private long deadLetter() {
        await().untilAsserted(() -> assertThat(letters().path("total").asInt()).isEqualTo(1));
        JsonNode letter = letters().path("deadLetters").path(0);
        assertThat(letter.path("type").asString()).isEqualTo("order.inventory_reserved");
        return letter.path("id").asLong();
    }

    private JsonNode letters() {
        return get("/actuator/deadletters?key=" + orderId);
    }

    private void act(long letter, String action) {
        post("/actuator/deadletters/" + letter, Map.of("action", action, "reason", "because of a test"));
    }

    private JsonNode get(String path) {
        return requireNonNull(http.get()
                .uri(path)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(JsonNode.class)
                .returnResult()
                .getResponseBody());
    }

    private void post(String path, Map<String, ?> body) {
        http.post()
                .uri(path)
                .header("X-Operator", "alice")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange()
                .expectStatus()
                .isOk();
    }

    private void assertDeclinedByTheDiscard() {
        assertThat(published(orderId))
                .isEqualTo(List.of(
                        new PaymentDeclined(orderId, payment(orderId).paymentId(), "Discarded by an operator")));
    }

    private void assertNothingIsHeld() {
        assertThat(jdbc.queryForObject("SELECT count(*) FROM held_event WHERE key = ?", Long.class, (Object)
                        orderId.toString().getBytes(UTF_8)))
                .isZero();
    }
}
