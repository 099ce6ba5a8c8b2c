package dev.mops.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.events.EventCodec;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.messaging.EventHandlers;
import dev.mops.shipping.Carrier.Answer;
import dev.mops.shipping.Carrier.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionTemplate;

/** The ways of a shipment, each event delivered twice and more. */
class ShipmentsTest extends ShippingServiceTest {

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private EventHandlers<OrderEvent> handlers;

    private final UUID order = UUID.randomUUID();

    @Test
    void an_order_that_is_paid_ships() {
        deliver(created(order), paid(order));

        ShipmentView shipment = shipment(order);
        assertThat(shipment.status()).isEqualTo(ShipmentStatus.SHIPPED);
        assertThat(published(order))
                .containsExactly(new OrderShipped(
                        order,
                        shipment.shipmentId(),
                        SimulatedCarrier.NAME,
                        Objects.requireNonNull(shipment.trackingNumber())));
        assertThat(calls(order)).contains(new Calls(1, 0));
    }

    @Test
    void an_order_waits_for_its_payment() {
        deliver(created(order));

        assertThat(shipment(order).status()).isEqualTo(ShipmentStatus.PENDING);
        assertThat(published(order)).isEmpty();
        assertThat(calls(order)).isEmpty();
    }

    @Test
    void an_order_to_where_the_carrier_does_not_deliver_fails_and_its_address_is_forgotten() {
        deliver(created(order, SimulatedCarrier.UNDELIVERABLE_POSTAL_CODE), paid(order));

        ShipmentView shipment = shipment(order);
        assertThat(shipment.status()).isEqualTo(ShipmentStatus.FAILED);
        assertThat(published(order))
                .containsExactly(new ShipmentFailed(
                        order, shipment.shipmentId(), "The carrier does not deliver to this postal code"));
        assertThat(storedRecipient(order)).isEmpty();
        assertThat(calls(order)).contains(new Calls(1, 0));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void an_order_that_ends_before_it_is_paid_never_reaches_the_carrier(Function<UUID, OrderEvent> ending) {
        deliver(created(order), ending.apply(order), paid(order));

        assertVoidedWithoutCalls();
    }

    @ParameterizedTest
    @MethodSource("endings")
    void an_end_that_comes_before_the_beginning_leaves_a_tombstone(Function<UUID, OrderEvent> ending) {
        deliver(ending.apply(order));
        assertVoidedWithoutCalls();

        deliver(created(order), paid(order));
        assertVoidedWithoutCalls();
    }

    static Stream<Named<Function<UUID, OrderEvent>>> endings() {
        return Stream.of(
                Named.of("cancelled", CancellationRequested::new),
                Named.of(
                        "rejected",
                        order -> new InventoryRejected(
                                order, List.of(new InventoryRejected.Shortage("LAPTOP-14", 1, 0)))),
                Named.of("declined", order -> new PaymentDeclined(order, UUID.randomUUID(), "no money")));
    }

    @Test
    void a_cancellation_that_stands_in_the_log_before_order_shipped_voids_the_label() {
        deliver(created(order));
        // The row is locked until the cancellation stands in the log behind the payment.
        transaction.executeWithoutResult(_ -> {
            jdbc.queryForList("SELECT * FROM shipment WHERE order_id = ? FOR UPDATE", order);
            send(paid(order), new CancellationRequested(order));
        });
        awaitHandled();

        assertThat(shipment(order).status()).isEqualTo(ShipmentStatus.VOIDED);
        assertThat(published(order)).hasExactlyElementsOfTypes(OrderShipped.class);
        assertThat(calls(order)).contains(new Calls(1, 1));
        assertThat(storedRecipient(order)).isEmpty();
    }

    @Test
    void a_cancellation_after_order_shipped_comes_too_late() {
        deliver(created(order), paid(order));
        deliver(new CancellationRequested(order));

        assertThat(shipment(order).status()).isEqualTo(ShipmentStatus.SHIPPED);
        assertThat(published(order)).hasExactlyElementsOfTypes(OrderShipped.class);
        assertThat(calls(order)).contains(new Calls(1, 0));
        assertThat(storedRecipient(order)).isNotEmpty();
    }

    @Test
    void a_cancellation_after_the_carrier_refused_changes_nothing() {
        deliver(created(order, SimulatedCarrier.UNDELIVERABLE_POSTAL_CODE), paid(order));
        deliver(new CancellationRequested(order));

        assertThat(shipment(order).status()).isEqualTo(ShipmentStatus.FAILED);
        assertThat(calls(order)).contains(new Calls(1, 0));
    }

    @Test
    void an_intent_whose_call_was_never_made_is_made_when_the_event_comes_again() {
        deliver(created(order));
        Request request = service.intend(paid(order)).orElseThrow();

        assertThat(shipment(order).status()).isEqualTo(ShipmentStatus.LABELLING);
        assertThat(service.intend(paid(order))).contains(request);

        deliver(paid(order));
        assertThat(shipment(order).status()).isEqualTo(ShipmentStatus.SHIPPED);
        assertThat(calls(order)).contains(new Calls(1, 0));
    }

    @Test
    void a_call_whose_answer_was_lost_is_made_again_and_gets_the_same_label() {
        deliver(created(order));
        Answer lost = service.call(service.intend(paid(order)).orElseThrow());

        deliver(paid(order));

        assertThat(lost)
                .isInstanceOfSatisfying(
                        Answer.Made.class,
                        made -> assertThat(shipment(order).trackingNumber()).isEqualTo(made.trackingNumber()));
        assertThat(calls(order)).contains(new Calls(2, 0));
    }

    @Test
    void a_consumer_that_sleeps_through_the_cancellation_gets_no_label_and_records_nothing() {
        deliver(created(order));
        OrderPaid paid = paid(order);
        Request request = service.intend(paid).orElseThrow();

        deliver(new CancellationRequested(order));

        assertThat(shipment(order).status()).isEqualTo(ShipmentStatus.VOIDED);
        assertThat(calls(order)).contains(new Calls(0, 1));
        assertThatThrownBy(() -> service.call(request)).hasMessageContaining("was voided before it was asked for");
    }

    @Test
    void an_answer_that_comes_after_the_state_has_moved_is_not_recorded() {
        deliver(created(order));
        OrderPaid paid = paid(order);
        Answer made = service.call(service.intend(paid).orElseThrow());

        deliver(new CancellationRequested(order));

        assertThatThrownBy(() -> service.record(paid, made))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("Made", "VOIDED");
        assertThat(published(order)).isEmpty();
        assertThat(calls(order)).contains(new Calls(1, 1));
    }

    @Test
    void an_order_whose_beginning_is_discarded_fails_and_never_reaches_the_carrier() {
        discard(created(order));
        deliver(paid(order));

        assertDiscarded(ShipmentStatus.FAILED);
        assertThat(calls(order)).isEmpty();
    }

    @Test
    void a_payment_that_is_discarded_before_the_label_fails_the_shipment() {
        deliver(created(order));

        discard(paid(order));
        discard(paid(order));
        deliver(new CancellationRequested(order));

        assertDiscarded(ShipmentStatus.FAILED);
        assertThat(calls(order)).isEmpty();
    }

    @Test
    void a_payment_that_is_discarded_after_the_label_changes_nothing() {
        deliver(created(order), paid(order));

        discard(paid(order));
        awaitHandled();

        assertThat(shipment(order).status()).isEqualTo(ShipmentStatus.SHIPPED);
        assertThat(published(order)).hasExactlyElementsOfTypes(OrderShipped.class);
    }

    @Test
    void a_label_whose_answer_is_unknown_and_that_is_then_discarded_and_then_cancelled_is_voided_once() {
        deliver(created(order));
        service.call(service.intend(paid(order)).orElseThrow());

        discard(paid(order));
        awaitHandled();
        assertDiscarded(ShipmentStatus.VOIDED);
        deliver(new CancellationRequested(order));

        assertDiscarded(ShipmentStatus.VOIDED);
        assertThat(calls(order)).contains(new Calls(1, 1));
    }

    @Test
    void a_cancellation_that_stands_before_the_discarded_label_in_the_log_voids_it_too() {
        deliver(created(order));
        service.call(service.intend(paid(order)).orElseThrow());

        // The row of the shipment is locked until the cancellation stands in the log.
        transaction.executeWithoutResult(_ -> {
            discard(paid(order));
            send(new CancellationRequested(order));
        });
        awaitHandled();

        assertDiscarded(ShipmentStatus.VOIDED);
        assertThat(calls(order)).contains(new Calls(1, 1));
    }

    @Test
    void an_order_whose_cancellation_is_discarded_before_it_is_paid_gets_no_label() {
        deliver(created(order));

        discard(new CancellationRequested(order));
        deliver(paid(order));

        assertVoidedWithoutCalls();
    }

    @Test
    void many_orders_in_one_batch_each_go_their_own_way() {
        List<UUID> ship = orders(40);
        List<UUID> fail = orders(10);
        List<UUID> cancel = orders(10);
        List<OrderEvent> events = new ArrayList<>();
        ship.forEach(id -> events.add(created(id)));
        fail.forEach(id -> events.add(created(id, SimulatedCarrier.UNDELIVERABLE_POSTAL_CODE)));
        cancel.forEach(id -> events.add(created(id)));
        cancel.forEach(id -> events.add(new CancellationRequested(id)));
        Stream.of(ship, fail, cancel).flatMap(List::stream).forEach(id -> events.add(paid(id)));

        deliver(events.toArray(OrderEvent[]::new));

        assertThat(ship).allSatisfy(id -> assertThat(shipment(id).status()).isEqualTo(ShipmentStatus.SHIPPED));
        assertThat(fail).allSatisfy(id -> assertThat(shipment(id).status()).isEqualTo(ShipmentStatus.FAILED));
        assertThat(cancel).allSatisfy(id -> assertThat(shipment(id).status()).isEqualTo(ShipmentStatus.VOIDED));
        assertThat(ship).extracting(id -> shipment(id).trackingNumber()).doesNotHaveDuplicates();
        assertThat(Stream.concat(ship.stream(), fail.stream()))
                .allSatisfy(id -> assertThat(calls(id)).contains(new Calls(1, 0)));
    }

    private static List<UUID> orders(int count) {
        return Stream.generate(UUID::randomUUID).limit(count).toList();
    }

    /** An operator discards an event. */
    private void discard(OrderEvent event) {
        transaction.executeWithoutResult(_ -> {
            handlers.prepare(List.of(event));
            handlers.discard(
                    event,
                    new EventCodec<>(OrderEvents.FAMILY)
                            .describe(event, "/elsewhere", Instant.EPOCH, null, null, null));
        });
    }

    private void assertDiscarded(ShipmentStatus status) {
        ShipmentView shipment = shipment(order);
        assertThat(shipment.status()).isEqualTo(status);
        assertThat(published(order))
                .containsExactly(new ShipmentFailed(order, shipment.shipmentId(), "Discarded by an operator"));
        assertThat(storedRecipient(order)).isEmpty();
    }

    private void assertVoidedWithoutCalls() {
        assertThat(shipment(order).status()).isEqualTo(ShipmentStatus.VOIDED);
        assertThat(published(order)).isEmpty();
        assertThat(calls(order)).isEmpty();
        assertThat(storedRecipient(order)).isEmpty();
    }
}
