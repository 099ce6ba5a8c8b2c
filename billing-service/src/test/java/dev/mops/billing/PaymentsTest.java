package dev.mops.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mops.billing.PaymentController.PaymentView;
import dev.mops.billing.PaymentGateway.Answer;
import dev.mops.billing.PaymentGateway.Request;
import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.OrderResumed;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.messaging.EventHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionTemplate;

/** The ways of a payment, from the topic to the topic. Every event is delivered twice. */
@ExtendWith(OutputCaptureExtension.class)
class PaymentsTest extends BillingServiceTest {

    private final UUID orderId = EventCodec.newId();

    @Autowired
    PaymentService service;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    EventHandlers<OrderEvent> handlers;

    @Test
    void an_order_that_is_reserved_is_charged_and_one_that_has_shipped_is_settled() {
        deliver(created(orderId, "tok_approved"), reserved());

        PaymentView payment = payment(orderId);
        assertThat(payment.status()).isEqualTo(PaymentStatus.PAID);
        assertThat(payment.amount()).isEqualTo(TOTAL);
        assertThat(payment.refunded()).isFalse();

        deliver(shipped());

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.SETTLED);
        assertThat(published(orderId)).containsExactly(new OrderPaid(orderId, payment.paymentId(), TOTAL));
        assertThat(books(orderId)).containsExactly(new Booking("APPROVED", TOTAL.value(), 1, 0, 0));
    }

    @Test
    void an_order_that_is_not_reserved_is_not_charged() {
        deliver(created(orderId, "tok_approved"));

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.OPEN);
        assertThat(published(orderId)).isEmpty();
        assertThat(books(orderId)).isEmpty();
    }

    @Test
    void what_is_published_names_the_event_that_led_to_it() {
        Envelope<OrderEvent> reserved =
                deliver(created(orderId, "tok_approved"), reserved()).getLast();

        assertThat(publishedEnvelopes(orderId))
                .singleElement()
                .extracting(Envelope::metadata)
                .satisfies(paid -> {
                    assertThat(paid.causationId())
                            .isEqualTo(reserved.metadata().id().toString());
                    assertThat(paid.correlationId())
                            .isEqualTo(reserved.metadata().correlationId());
                });
    }

    @Test
    void a_declined_payment_says_why() {
        deliver(created(orderId, "tok_declined"), reserved());

        assertDeclined("The card was declined");
    }

    @Test
    void a_token_that_the_gateway_does_not_know_is_an_invalid_card() {
        deliver(created(orderId, "tok_what"), reserved());

        assertDeclined("The card is invalid");
    }

    @Test
    void an_order_that_ends_after_its_payment_was_declined_is_not_refunded() {
        deliver(created(orderId, "tok_declined"), reserved(), cancelled());

        assertDeclined("The card was declined");
    }

    @Test
    void a_slow_gateway_charges_once() {
        deliver(created(orderId, "tok_slow"), reserved());

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.PAID);
        assertThat(books(orderId)).containsExactly(new Booking("APPROVED", TOTAL.value(), 1, 0, 0));
    }

    @Test
    void a_gateway_that_is_away_is_asked_until_it_is_back_and_the_others_hear_that_the_order_waits(
            CapturedOutput output) {
        deliver(created(orderId, "tok_unavailable"), reserved());

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.PAID);
        assertThat(books(orderId)).containsExactly(new Booking("APPROVED", TOTAL.value(), 4, 0, 0));
        assertThat(published(orderId)).hasOnlyElementsOfType(OrderPaid.class).hasSize(1);
        assertThat(output).contains("no answer to charge:" + orderId).doesNotContain("tok_");
        assertThat(publishedEnvelopes(orderId))
                .extracting(Envelope::event)
                .filteredOn(event -> !(event instanceof OrderPaid))
                .satisfiesExactly(
                        first -> assertThat(first).isInstanceOfSatisfying(OrderHeldUp.class, held -> {
                            assertThat(held.service()).isEqualTo("billing-service");
                            assertThat(held.eventType()).isEqualTo("order.inventory_reserved");
                            assertThat(held.reason()).contains("no answer to charge:" + orderId);
                            assertThat(held.dead()).isFalse();
                        }),
                        last -> assertThat(last).isEqualTo(new OrderResumed(orderId, "billing-service")));
    }

    @Test
    void a_payment_of_a_gateway_that_was_away_is_refunded_like_any_other() {
        deliver(created(orderId, "tok_unavailable"), reserved(), cancelled());

        assertRefunded(1);
    }

    @Test
    void an_order_that_is_out_of_stock_is_not_charged() {
        deliver(created(orderId, "tok_approved"), rejected());

        assertVoidedWithoutCharge();
        assertThat(payment(orderId).amount()).isEqualTo(TOTAL);
    }

    @Test
    void an_order_that_is_cancelled_before_it_is_reserved_is_not_charged() {
        deliver(created(orderId, "tok_approved"), cancelled(), reserved());

        assertVoidedWithoutCharge();
    }

    @Test
    void a_cancellation_that_comes_first_leaves_a_tombstone() {
        deliver(cancelled(), created(orderId, "tok_approved"), reserved());

        assertVoidedWithoutCharge();
        assertThat(payment(orderId).amount()).isNull();
    }

    @Test
    void an_order_that_is_cancelled_after_it_was_paid_is_refunded() {
        deliver(created(orderId, "tok_approved"), reserved());
        deliver(cancelled(), shipped());

        assertRefunded(1);
    }

    @Test
    void an_order_that_the_carrier_can_not_deliver_is_refunded() {
        deliver(created(orderId, "tok_approved"), reserved(), shipmentFailed(), cancelled());

        assertRefunded(1);
    }

    @Test
    void an_order_that_has_shipped_is_not_refunded() {
        deliver(created(orderId, "tok_approved"), reserved(), shipped(), cancelled(), shipmentFailed());

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.SETTLED);
        assertThat(published(orderId)).hasOnlyElementsOfType(OrderPaid.class).hasSize(1);
    }

    @Test
    void what_billing_does_not_hear_changes_nothing() {
        deliver(created(orderId, "tok_approved"), new InventoryReleased(orderId));

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.OPEN);
    }

    @Test
    void the_payment_token_is_kept_until_it_was_charged_and_then_forgotten() {
        deliver(created(orderId, "tok_approved"));
        assertThat(storedToken()).isEqualTo("tok_approved");

        deliver(reserved());
        assertThat(storedToken()).isNull();
    }

    @Test
    void an_event_that_comes_before_its_time_is_not_lost(CapturedOutput output) {
        Envelope<OrderEvent> early = send(reserved()).getFirst();
        await().untilAsserted(() -> assertThat(output)
                .contains(early.metadata().id().toString())
                .contains("A payment in NEW can't take InventoryReserved"));

        service.follow(created(orderId, "tok_approved"));
        awaitHandled();

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.PAID);
    }

    @Test
    void a_crash_after_the_intent_charges_once() {
        deliver(created(orderId, "tok_approved"));
        service.intend(reserved());

        deliver(reserved());

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.PAID);
        assertThat(books(orderId)).containsExactly(new Booking("APPROVED", TOTAL.value(), 1, 0, 0));
    }

    @Test
    void a_crash_after_the_charge_charges_once() {
        deliver(created(orderId, "tok_approved"));
        service.call(service.intend(reserved()).orElseThrow());

        deliver(reserved());

        assertThat(published(orderId)).hasOnlyElementsOfType(OrderPaid.class).hasSize(1);
        assertThat(books(orderId)).containsExactly(new Booking("APPROVED", TOTAL.value(), 2, 0, 0));
    }

    @Test
    void a_crash_after_the_refund_refunds_once() {
        deliver(created(orderId, "tok_approved"), reserved());
        service.call(service.intend(cancelled()).orElseThrow());

        deliver(cancelled());

        assertRefunded(2);
    }

    @Test
    void a_charge_whose_answer_nobody_heard_is_taken_back_by_a_cancellation() {
        deliver(created(orderId, "tok_approved"));
        service.call(service.intend(reserved()).orElseThrow());

        deliver(cancelled(), reserved());

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.VOIDED);
        assertThat(published(orderId)).isEmpty();
        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", TOTAL.value(), 1, 1, 0));
    }

    @Test
    void a_charge_that_arrives_after_it_was_voided_takes_no_money() {
        deliver(created(orderId, "tok_approved"));
        Request charge = service.intend(reserved()).orElseThrow();
        deliver(cancelled());

        Answer answer = service.call(charge);

        assertThat(answer).isEqualTo(new Answer.Declined("voided"));
        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", null, 1, 1, 0));
        assertThatThrownBy(() -> service.record(reserved(), answer))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("A payment in VOIDED can't take Declined");
        assertThat(published(orderId)).isEmpty();
    }

    @Test
    void an_order_whose_beginning_is_discarded_is_declined_and_never_charged() {
        discard(created(orderId, "tok_approved"));
        deliver(reserved());

        assertDiscarded(PaymentStatus.DECLINED);
        assertThat(books(orderId)).isEmpty();
        assertThat(storedToken()).isNull();
    }

    @Test
    void a_reservation_that_is_discarded_before_the_charge_declines_the_order() {
        deliver(created(orderId, "tok_approved"));

        discard(reserved());
        discard(reserved());
        deliver(cancelled());

        assertDiscarded(PaymentStatus.DECLINED);
        assertThat(books(orderId)).isEmpty();
        assertThat(storedToken()).isNull();
    }

    @Test
    void a_reservation_that_is_discarded_after_the_charge_changes_nothing() {
        deliver(created(orderId, "tok_approved"), reserved());

        discard(reserved());
        awaitHandled();

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.PAID);
        assertThat(published(orderId)).hasOnlyElementsOfType(OrderPaid.class).hasSize(1);
    }

    @Test
    void a_charge_whose_outcome_is_unknown_and_that_is_then_discarded_and_then_cancelled_is_taken_back_once() {
        deliver(created(orderId, "tok_approved"));
        service.call(service.intend(reserved()).orElseThrow());

        discard(reserved());
        awaitHandled();
        assertDiscarded(PaymentStatus.VOIDED);
        deliver(cancelled());

        assertDiscarded(PaymentStatus.VOIDED);
        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", TOTAL.value(), 1, 1, 0));
    }

    @Test
    void a_cancellation_that_stands_before_the_discarded_charge_in_the_log_takes_it_back_too() {
        deliver(created(orderId, "tok_approved"));
        service.call(service.intend(reserved()).orElseThrow());

        // The row of the payment is locked until the cancellation stands in the log.
        transaction.executeWithoutResult(_ -> {
            discard(reserved());
            send(cancelled());
        });
        awaitHandled();

        assertDiscarded(PaymentStatus.VOIDED);
        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", TOTAL.value(), 1, 1, 0));
    }

    @Test
    void a_charge_that_arrives_after_it_was_discarded_takes_no_money() {
        deliver(created(orderId, "tok_approved"));
        Request charge = service.intend(reserved()).orElseThrow();
        discard(reserved());
        awaitHandled();

        Answer answer = service.call(charge);

        assertThat(answer).isEqualTo(new Answer.Declined("voided"));
        assertDiscarded(PaymentStatus.VOIDED);
        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", null, 1, 1, 0));
    }

    @Test
    void an_order_whose_cancellation_is_discarded_before_it_is_charged_is_not_charged() {
        deliver(created(orderId, "tok_approved"));

        discard(cancelled());
        deliver(reserved());

        assertVoidedWithoutCharge();
    }

    @Test
    void a_shipment_that_is_discarded_settles_the_payment_all_the_same() {
        deliver(created(orderId, "tok_approved"), reserved());

        discard(shipped());
        deliver(cancelled());

        assertThat(payment(orderId).status()).isEqualTo(PaymentStatus.SETTLED);
        assertThat(published(orderId)).hasOnlyElementsOfType(OrderPaid.class).hasSize(1);
    }

    @Test
    void the_gateway_is_never_called_inside_a_transaction() {
        Request request = new Request.VoidCharge("charge:" + orderId);

        assertThatThrownBy(() -> transaction.execute(status -> service.call(request)))
                .isInstanceOf(IllegalTransactionStateException.class);
        assertThat(books(orderId)).isEmpty();
    }

    @Test
    void many_orders_at_once_are_each_charged_and_refunded_at_most_once() {
        long seed = 42;
        Random random = new Random(seed);
        List<List<OrderEvent>> histories = Stream.generate(() -> history(EventCodec.newId(), random))
                .limit(100)
                .toList();
        OrderEvent[] interleaved = IntStream.range(0, 4)
                .boxed()
                .flatMap(step -> histories.stream()
                        .flatMap(history -> history.stream().skip(step).limit(1)))
                .toArray(OrderEvent[]::new);

        deliver(interleaved);

        for (List<OrderEvent> history : histories) {
            UUID id = history.getFirst().orderId();
            assertThat(payment(id).status()).as("%s (seed %s)", history, seed).isEqualTo(expected(history));
            assertThat(published(id)).as("%s (seed %s)", history, seed).doesNotHaveDuplicates();
        }
    }

    /** A history in which the customer may cancel at any time. */
    private static List<OrderEvent> history(UUID id, Random random) {
        List<String> tokens = List.of("tok_approved", "tok_approved", "tok_declined");
        List<OrderEvent> events = new ArrayList<>();
        events.add(created(id, tokens.get(random.nextInt(tokens.size()))));
        if (random.nextInt(5) == 0) {
            events.add(new InventoryRejected(id, List.of(new InventoryRejected.Shortage("LAPTOP-14", 1, 0))));
        } else {
            events.add(new InventoryReserved(id));
            events.add(
                    random.nextBoolean()
                            ? new OrderShipped(id, id, "carrier", "T-1")
                            : new ShipmentFailed(id, id, "no such place"));
        }
        if (random.nextBoolean()) {
            events.add(random.nextInt(events.size() + 1), new CancellationRequested(id));
        }
        return events;
    }

    /** Where a history leads to: its first final event decides. */
    private static PaymentStatus expected(List<OrderEvent> history) {
        boolean approved = history.stream()
                .anyMatch(event -> event instanceof OrderCreated created
                        && created.paymentToken().equals("tok_approved"));
        boolean paid = false;
        for (OrderEvent event : history) {
            switch (event) {
                case InventoryReserved _
                when !approved -> {
                    return PaymentStatus.DECLINED;
                }
                case InventoryReserved _ -> paid = true;
                case OrderShipped _ -> {
                    return PaymentStatus.SETTLED;
                }
                case InventoryRejected _, ShipmentFailed _, CancellationRequested _ -> {
                    return paid ? PaymentStatus.REFUNDED : PaymentStatus.VOIDED;
                }
                default -> {}
            }
        }
        throw new AssertionError("A history without an end: " + history);
    }

    private void assertDeclined(String reason) {
        PaymentView payment = payment(orderId);
        assertThat(payment.status()).isEqualTo(PaymentStatus.DECLINED);
        assertThat(payment.refunded()).isFalse();
        assertThat(published(orderId)).containsExactly(new PaymentDeclined(orderId, payment.paymentId(), reason));
        assertThat(books(orderId)).containsExactly(new Booking("DECLINED", null, 1, 0, 0));
        assertThat(storedToken()).isNull();
    }

    private void assertDiscarded(PaymentStatus status) {
        PaymentView payment = payment(orderId);
        assertThat(payment.status()).isEqualTo(status);
        assertThat(published(orderId))
                .containsExactly(new PaymentDeclined(orderId, payment.paymentId(), "Discarded by an operator"));
    }

    private void assertVoidedWithoutCharge() {
        PaymentView payment = payment(orderId);
        assertThat(payment.status()).isEqualTo(PaymentStatus.VOIDED);
        assertThat(payment.refunded()).isFalse();
        assertThat(published(orderId)).isEmpty();
        assertThat(books(orderId)).isEmpty();
        assertThat(storedToken()).isNull();
    }

    private void assertRefunded(int calls) {
        PaymentView payment = payment(orderId);
        assertThat(payment.status()).isEqualTo(PaymentStatus.REFUNDED);
        assertThat(payment.refunded()).isTrue();
        assertThat(published(orderId))
                .containsExactly(
                        new OrderPaid(orderId, payment.paymentId(), TOTAL),
                        new OrderRefunded(orderId, payment.paymentId(), TOTAL));
        assertThat(books(orderId)).singleElement().satisfies(booking -> {
            assertThat(booking.state()).isEqualTo("REFUNDED");
            assertThat(booking.refundCalls()).isEqualTo(calls);
        });
    }

    /** An operator discards an event. */
    private void discard(OrderEvent event) {
        transaction.executeWithoutResult(_ -> {
            handlers.prepare(List.of(event));
            handlers.discard(event, envelope(event).metadata());
        });
    }

    private @Nullable String storedToken() {
        return jdbc.queryForObject("SELECT payment_token FROM payment WHERE order_id = ?", String.class, orderId);
    }

    private InventoryReserved reserved() {
        return new InventoryReserved(orderId);
    }

    private InventoryRejected rejected() {
        return new InventoryRejected(orderId, List.of(new InventoryRejected.Shortage("LAPTOP-14", 1, 0)));
    }

    private OrderShipped shipped() {
        return new OrderShipped(orderId, EventCodec.newId(), "mops-parcel", "MP-1");
    }

    private ShipmentFailed shipmentFailed() {
        return new ShipmentFailed(orderId, EventCodec.newId(), "Nobody delivers there");
    }

    private CancellationRequested cancelled() {
        return new CancellationRequested(orderId);
    }
}
