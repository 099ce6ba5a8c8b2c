package dev.mops.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import dev.mops.billing.PaymentGateway.Answer;
import dev.mops.billing.PaymentGateway.Request;
import dev.mops.events.EventCodec;
import dev.mops.events.EventDefinition;
import dev.mops.events.EventMetadata;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.EventHandlers.Step;
import dev.mops.messaging.Outbox;
import dev.mops.messaging.test.StateTable;
import dev.mops.messaging.test.StateTable.Outcome;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the code against the table of the payment, cell by cell. */
class StateTableTest {

    private static final StateTable TABLE = StateTable.of("Payment");
    private static final StateTable DISCARDED = StateTable.of("Payment, discarded");
    private static final EventHandlers<OrderEvent> HANDLERS =
            new BillingEventHandlers().handlers(mock(PaymentService.class));

    private static final UUID ID = new UUID(0, 1);
    private static final OrderEvent CREATED = BillingServiceTest.created(ID, "tok_approved");
    private static final OrderEvent RESERVED = new InventoryReserved(ID);
    private static final OrderEvent SHIPPED = new OrderShipped(ID, ID, "carrier", "T-1");
    private static final OrderEvent CANCELLED = new CancellationRequested(ID);

    /** What a payment takes, by the rows of the table. */
    private static final Map<String, Object> TAKEN = Map.ofEntries(
            Map.entry("order.created", CREATED),
            Map.entry("order.inventory_reserved", RESERVED),
            Map.entry("order.inventory_rejected", new InventoryRejected(ID, List.of())),
            Map.entry("order.payment_declined", new PaymentDeclined(ID, ID, "no money")),
            Map.entry("order.shipped", SHIPPED),
            Map.entry("order.shipment_failed", new ShipmentFailed(ID, ID, "no such place")),
            Map.entry("order.cancellation_requested", CANCELLED),
            Map.entry("charge: approved", new Answer.Approved()),
            Map.entry("charge: declined", new Answer.Declined("no money")),
            Map.entry("void: done", new Answer.Voided()),
            Map.entry("refund: done", new Answer.Refunded()));

    @Test
    void the_table_states_every_status_and_no_other() {
        assertThat(TABLE.states())
                .containsExactlyElementsOf(
                        Arrays.stream(PaymentStatus.values()).map(Enum::name).toList());
    }

    @Test
    void the_table_states_every_event_and_every_answer_and_no_other() {
        Set<String> rows = new HashSet<>(TAKEN.keySet());
        OrderEvents.FAMILY.definitions().stream().map(EventDefinition::type).forEach(rows::add);

        assertThat(TABLE.events()).containsExactlyInAnyOrderElementsOf(rows);
        assertThat(TAKEN.values().stream().filter(Answer.class::isInstance).map(Object::getClass))
                .containsExactlyInAnyOrder(Answer.class.getPermittedSubclasses());
    }

    @Test
    void the_service_hears_what_the_table_hears_and_nothing_else() {
        assertThat(HANDLERS.types())
                .containsExactlyInAnyOrderElementsOf(TABLE.heard().stream()
                        .filter(row -> TAKEN.get(row) instanceof OrderEvent)
                        .toList());
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("cells")
    void the_code_does_what_the_cell_says(String row, PaymentStatus before) {
        Payment payment = paymentIn(before);
        Object taken = Objects.requireNonNull(TAKEN.get(row));
        List<Outcome> expected = TABLE.outcomes(row, before.name());

        if (expected.isEmpty()) {
            assertThatThrownBy(() -> take(payment, taken))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(before.name())
                    .hasMessageContaining(taken.getClass().getSimpleName());
        } else {
            assertThat(expected).containsExactly(take(payment, taken));
        }
    }

    static Stream<Arguments> cells() {
        return TABLE.cells();
    }

    @Test
    void the_table_of_discards_has_every_status_and_every_event_that_is_heard() {
        assertThat(DISCARDED.states()).isEqualTo(TABLE.states());
        assertThat(DISCARDED.events()).containsExactlyInAnyOrderElementsOf(HANDLERS.types());
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("discardedCells")
    void a_discard_does_what_the_cell_says_and_calls_nobody(String row, PaymentStatus before) {
        OrderEvent event = (OrderEvent) Objects.requireNonNull(TAKEN.get(row));
        Payment payment = paymentIn(before);
        List<Payment> stored = new ArrayList<>(before == PaymentStatus.NEW ? List.of() : List.of(payment));
        EntityManager store = mock(EntityManager.class);
        when(store.contains(any())).thenAnswer(call -> stored.contains(call.getArgument(0)));
        when(store.find(Payment.class, ID))
                .thenAnswer(_ -> stored.stream().findFirst().orElse(null));
        doAnswer(call -> stored.add(call.getArgument(0))).when(store).persist(any());
        List<Object> published = new ArrayList<>();
        Outbox outbox = mock(Outbox.class);
        when(outbox.publish(any())).thenAnswer(call -> {
            published.add(call.getArgument(0));
            return describe(event);
        });
        PaymentGateway outside = mock(PaymentGateway.class);
        PaymentService service = new PaymentService(new Payments(store), outside, outbox);

        new BillingEventHandlers().handlers(service).discard(event, describe(event));

        Outcome outcome = new Outcome(
                stored.stream()
                        .findFirst()
                        .map(Payment::status)
                        .orElse(PaymentStatus.NEW)
                        .name(),
                published.stream()
                        .map(told ->
                                OrderEvents.FAMILY.definitionOf(told.getClass()).type())
                        .findFirst(),
                Optional.empty());
        assertThat(DISCARDED.outcomes(row, before.name())).containsExactly(outcome);
        assertThat(published).hasSizeLessThan(2);
        verifyNoInteractions(outside);
    }

    static Stream<Arguments> discardedCells() {
        return DISCARDED.cells();
    }

    private static EventMetadata describe(OrderEvent event) {
        return new EventCodec<>(OrderEvents.FAMILY).describe(event, "/test", Instant.EPOCH, null, null, null);
    }

    private static Outcome take(Payment payment, Object taken) {
        Optional<OrderEvent> published = Optional.empty();
        Optional<Request> request = Optional.empty();
        switch (taken) {
            case OrderEvent event -> {
                payment.on(event);
                if (HANDLERS.stepOf(event) instanceof Step.Call) {
                    request = payment.dueRequest();
                }
            }
            case Answer answer -> published = payment.on(answer);
            default -> throw new AssertionError(taken);
        }
        return new Outcome(
                payment.status().name(),
                published.map(event ->
                        OrderEvents.FAMILY.definitionOf(event.getClass()).type()),
                request.map(StateTableTest::nameOf));
    }

    private static String nameOf(Request request) {
        return switch (request) {
            case Request.Charge _ -> "charge";
            case Request.VoidCharge _ -> "void";
            case Request.Refund _ -> "refund";
        };
    }

    /** A payment that came into this status on the way of the table. */
    private static Payment paymentIn(PaymentStatus status) {
        return switch (status) {
            case NEW -> new Payment(ID, ID);
            case OPEN -> after(PaymentStatus.NEW, CREATED);
            case CHARGING -> after(PaymentStatus.OPEN, RESERVED);
            case PAID -> after(PaymentStatus.CHARGING, new Answer.Approved());
            case DECLINED -> after(PaymentStatus.CHARGING, new Answer.Declined("no money"));
            case VOIDING -> after(PaymentStatus.CHARGING, CANCELLED);
            case VOIDED -> after(PaymentStatus.VOIDING, new Answer.Voided());
            case REFUNDING -> after(PaymentStatus.PAID, CANCELLED);
            case REFUNDED -> after(PaymentStatus.REFUNDING, new Answer.Refunded());
            case SETTLED -> after(PaymentStatus.PAID, SHIPPED);
        };
    }

    private static Payment after(PaymentStatus before, Object taken) {
        Payment payment = paymentIn(before);
        take(payment, taken);
        return payment;
    }
}
