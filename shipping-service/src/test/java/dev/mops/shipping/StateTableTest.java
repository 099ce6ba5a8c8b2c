package dev.mops.shipping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import dev.mops.events.EventCodec;
import dev.mops.events.EventMetadata;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
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
import dev.mops.shipping.Carrier.Answer;
import dev.mops.shipping.Carrier.Request;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the code against every cell of the shipment's table. */
class StateTableTest {

    private static final StateTable TABLE = StateTable.of("Shipment");
    private static final StateTable DISCARDED = StateTable.of("Shipment, discarded");
    private static final EventHandlers<OrderEvent> HANDLERS =
            new ShippingEventHandlers().handlers(mock(ShippingService.class));

    private static final UUID ORDER = new UUID(0, 1);
    private static final UUID SHIPMENT = new UUID(0, 2);
    private static final OrderEvent CREATED = ShippingServiceTest.created(ORDER, "10115");
    private static final OrderEvent PAID = ShippingServiceTest.paid(ORDER);
    private static final OrderEvent SHIPPED = new OrderShipped(ORDER, SHIPMENT, "Carrier", "T-1");
    private static final OrderEvent CANCELLED = new CancellationRequested(ORDER);
    private static final Answer MADE = new Answer.Made("Carrier", "T-1", Instant.EPOCH, Instant.EPOCH);
    private static final Answer UNDELIVERABLE = new Answer.Undeliverable("nobody lives there");
    private static final Answer VOIDED = new Answer.Voided();

    /** What stands for each row that is heard: an event of its type, or the answer. */
    private static final Map<String, Object> ROWS = Map.of(
            "order.created", CREATED,
            "order.inventory_rejected", new InventoryRejected(ORDER, List.of()),
            "order.paid", PAID,
            "order.payment_declined", new PaymentDeclined(ORDER, ORDER, "no money"),
            "order.shipped", SHIPPED,
            "order.shipment_failed", new ShipmentFailed(ORDER, SHIPMENT, "nobody lives there"),
            "order.cancellation_requested", CANCELLED,
            "label: made", MADE,
            "label: undeliverable", UNDELIVERABLE,
            "void: done", VOIDED);

    @Test
    void the_table_has_every_status_and_no_other() {
        assertThat(TABLE.states())
                .containsExactlyElementsOf(
                        Arrays.stream(ShipmentStatus.values()).map(Enum::name).toList());
    }

    @Test
    void the_table_has_every_event_and_every_answer_and_no_other() {
        Set<String> rows = new HashSet<>(ROWS.keySet());
        OrderEvents.FAMILY.definitions().forEach(definition -> rows.add(definition.type()));

        assertThat(TABLE.events()).containsExactlyInAnyOrderElementsOf(rows);
        assertThat(ROWS.values().stream().filter(Answer.class::isInstance).map(Object::getClass))
                .containsExactlyInAnyOrder(Answer.class.getPermittedSubclasses());
    }

    @Test
    void the_service_hears_what_the_table_hears_and_nothing_else() {
        assertThat(HANDLERS.types())
                .containsExactlyInAnyOrderElementsOf(TABLE.heard().stream()
                        .filter(row -> ROWS.get(row) instanceof OrderEvent)
                        .toList());
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("cells")
    void the_shipment_does_what_the_cell_says(String row, ShipmentStatus status) {
        Shipment shipment = shipmentIn(status);
        Object input = requireNonNull(ROWS.get(row));
        List<Outcome> expected = TABLE.outcomes(row, status.name());

        if (expected.isEmpty()) {
            assertThatThrownBy(() -> outcome(shipment, input))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(status.name())
                    .hasMessageContaining(input.getClass().getSimpleName());
            assertThat(shipment.status()).isEqualTo(status);
        } else {
            assertThat(expected).containsExactly(outcome(shipment, input));
        }
    }

    static Stream<Arguments> cells() {
        return TABLE.cells();
    }

    @ParameterizedTest
    @MethodSource("statuses")
    void the_address_is_kept_as_long_as_something_may_ship(ShipmentStatus status) {
        boolean kept =
                switch (status) {
                    case PENDING, LABELLING, LABELLED, SHIPPED -> true;
                    case NEW, FAILED, VOIDING, VOIDED -> false;
                };

        assertThat(shipmentIn(status).recipient().isPresent()).isEqualTo(kept);
    }

    static Stream<ShipmentStatus> statuses() {
        return Arrays.stream(ShipmentStatus.values());
    }

    @Test
    void the_table_of_discards_has_every_status_and_every_event_that_is_heard() {
        assertThat(DISCARDED.states()).isEqualTo(TABLE.states());
        assertThat(DISCARDED.events()).containsExactlyInAnyOrderElementsOf(HANDLERS.types());
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("discardedCells")
    void a_discard_does_what_the_cell_says_and_calls_nobody(String row, ShipmentStatus before) {
        OrderEvent event = (OrderEvent) requireNonNull(ROWS.get(row));
        Shipment shipment = shipmentIn(before);
        List<Shipment> stored = new ArrayList<>(before == ShipmentStatus.NEW ? List.of() : List.of(shipment));
        EntityManager store = mock(EntityManager.class);
        when(store.contains(any())).thenAnswer(call -> stored.contains(call.getArgument(0)));
        when(store.find(Shipment.class, ORDER))
                .thenAnswer(_ -> stored.stream().findFirst().orElse(null));
        doAnswer(call -> stored.add(call.getArgument(0))).when(store).persist(any());
        List<Object> published = new ArrayList<>();
        Outbox outbox = mock(Outbox.class);
        when(outbox.publish(any())).thenAnswer(call -> {
            published.add(call.getArgument(0));
            return describe(event);
        });
        Carrier outside = mock(Carrier.class);
        ShippingService service = new ShippingService(new Shipments(store), outside, outbox);

        new ShippingEventHandlers().handlers(service).discard(event, describe(event));

        Outcome outcome = new Outcome(
                stored.stream()
                        .findFirst()
                        .map(Shipment::status)
                        .orElse(ShipmentStatus.NEW)
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

    private static Outcome outcome(Shipment shipment, Object input) {
        Optional<OrderEvent> published = Optional.empty();
        Optional<Request> request = Optional.empty();
        switch (input) {
            case OrderEvent event -> {
                shipment.on(event);
                if (HANDLERS.stepOf(event) instanceof Step.Call) {
                    request = shipment.dueRequest();
                }
            }
            case Answer answer -> published = shipment.on(answer);
            default -> throw new AssertionError(input);
        }
        return new Outcome(
                shipment.status().name(),
                published.map(event ->
                        OrderEvents.FAMILY.definitionOf(event.getClass()).type()),
                request.map(StateTableTest::nameOf));
    }

    private static String nameOf(Request request) {
        return switch (request) {
            case Request.MakeLabel _ -> "label";
            case Request.VoidLabel _ -> "void";
        };
    }

    /** A shipment that has come this far. */
    private static Shipment shipmentIn(ShipmentStatus status) {
        return switch (status) {
            case NEW -> new Shipment(ORDER, SHIPMENT);
            case PENDING -> shipment(ShipmentStatus.NEW, CREATED);
            case LABELLING -> shipment(ShipmentStatus.PENDING, PAID);
            case LABELLED -> shipment(ShipmentStatus.LABELLING, MADE);
            case SHIPPED -> shipment(ShipmentStatus.LABELLED, SHIPPED);
            case FAILED -> shipment(ShipmentStatus.LABELLING, UNDELIVERABLE);
            case VOIDING -> shipment(ShipmentStatus.LABELLED, CANCELLED);
            case VOIDED -> shipment(ShipmentStatus.VOIDING, VOIDED);
        };
    }

    private static Shipment shipment(ShipmentStatus before, Object input) {
        Shipment shipment = shipmentIn(before);
        outcome(shipment, input);
        return shipment;
    }
}
