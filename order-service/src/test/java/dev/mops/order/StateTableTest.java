package dev.mops.order;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import dev.mops.events.EventCodec;
import dev.mops.events.EventDefinition;
import dev.mops.events.EventMetadata;
import dev.mops.events.order.Address;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderLine;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.OrderResumed;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.messaging.Outbox;
import dev.mops.messaging.test.StateTable;
import dev.mops.messaging.test.StateTable.Cell;
import dev.mops.messaging.test.StateTable.Outcome;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The code does what the table of the order in {@code docs/state-tables.md} says, cell by cell. */
class StateTableTest {

    private static final StateTable TABLE = StateTable.of("Order");
    private static final StateTable DISCARDED = StateTable.of("Order, discarded");
    private static final UUID ID = UUID.randomUUID();
    private static final Map<String, OrderEvent> EVENTS = events();

    /** What leads from PLACED to a status. */
    private static final Map<OrderStatus, List<OrderEvent>> WAYS = Map.of(
            OrderStatus.RESERVED, List.of(new InventoryReserved(ID)),
            OrderStatus.PAID, List.of(new OrderPaid(ID, ID, new Money(100, "EUR"))),
            OrderStatus.SHIPPED, List.of(new OrderShipped(ID, ID, "a carrier", "a number")),
            OrderStatus.REJECTED, List.of(new InventoryRejected(ID, List.of())),
            OrderStatus.DECLINED, List.of(new PaymentDeclined(ID, ID, "no money")),
            OrderStatus.UNDELIVERABLE, List.of(new ShipmentFailed(ID, ID, "nobody lives there")),
            OrderStatus.CANCELLED, List.of(new CancellationRequested(ID)));

    @Test
    void the_table_has_every_status_and_every_event() {
        assertThat(TABLE.states())
                .containsExactlyElementsOf(
                        Arrays.stream(OrderStatus.values()).map(Enum::name).toList());
        assertThat(TABLE.events())
                .containsExactlyInAnyOrderElementsOf(OrderEvents.FAMILY.definitions().stream()
                        .map(EventDefinition::type)
                        .toList());
    }

    @Test
    void the_service_hears_what_the_table_says_and_nothing_else() {
        assertThat(new OrderEventHandlers().handlers(mock(OrderService.class)).types())
                .containsExactlyInAnyOrderElementsOf(TABLE.heard());
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("cells")
    void the_code_does_what_the_cell_says(String type, OrderStatus status) {
        OrderEvent event = requireNonNull(EVENTS.get(type), type);
        Cell expected = TABLE.cell(type, status.name());

        OrderStatus next = status.on(event);
        switch (expected) {
            case Cell.Ignored _, Cell.NotHeard _ -> assertThat(next).isEqualTo(status);
            case Cell.Moves(var outcomes) ->
                assertThat(outcomes).containsExactly(new Outcome(next.name(), Optional.empty(), Optional.empty()));
            case Cell.Refused _, Cell.Undone _ -> throw new AssertionError("An order refuses nothing");
        }
    }

    @Test
    void the_table_of_discards_has_every_status_and_every_event_that_is_heard() {
        assertThat(DISCARDED.states()).isEqualTo(TABLE.states());
        assertThat(DISCARDED.events()).containsExactlyInAnyOrderElementsOf(TABLE.heard());
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("discardedCells")
    void a_discard_does_what_the_cell_says_and_shows_nothing_on_the_timeline(String type, OrderStatus status) {
        Order order = new Order(ID, "c-1", List.of(), new Money(100, "EUR"), Instant.EPOCH);
        WAYS.getOrDefault(status, List.of()).forEach(event -> order.on(event, Instant.EPOCH));
        assertThat(order.status()).isEqualTo(status);
        EntityManager store = mock(EntityManager.class);
        when(store.find(Order.class, ID)).thenReturn(order);
        Outbox outbox = mock(Outbox.class);
        OrderService service = new OrderService(
                new Orders(store), mock(Admission.class), mock(EndedOrders.class), outbox, InstantSource.system());
        OrderEvent event = requireNonNull(EVENTS.get(type), type);

        new OrderEventHandlers().handlers(service).discard(event, metadata(event));

        assertThat(DISCARDED.outcomes(type, status.name()))
                .containsExactly(new Outcome(order.status().name(), Optional.empty(), Optional.empty()));
        verify(store, never()).persist(any());
        verifyNoInteractions(outbox);
    }

    static Stream<Arguments> discardedCells() {
        return DISCARDED.cells();
    }

    private static EventMetadata metadata(OrderEvent event) {
        return new EventCodec<>(OrderEvents.FAMILY).describe(event, "/test", Instant.EPOCH, null, null, null);
    }

    static Stream<Arguments> cells() {
        return TABLE.events().stream()
                .flatMap(event -> Arrays.stream(OrderStatus.values()).map(status -> Arguments.of(event, status)));
    }

    private static Map<String, OrderEvent> events() {
        UUID id = ID;
        Money amount = new Money(100, "EUR");
        return Stream.of(
                        new OrderCreated(
                                id,
                                "c-1",
                                List.of(new OrderLine("LAPTOP-14", 1, amount)),
                                amount,
                                "tok_approved",
                                new Address("a", List.of("b"), "c", "d", "DE"),
                                null),
                        new InventoryReserved(id),
                        new InventoryRejected(id, List.of()),
                        new OrderPaid(id, id, amount),
                        new PaymentDeclined(id, id, "no money"),
                        new OrderShipped(id, id, "a carrier", "a number"),
                        new ShipmentFailed(id, id, "nobody lives there"),
                        new CancellationRequested(id),
                        new InventoryReleased(id),
                        new OrderRefunded(id, id, amount),
                        new OrderHeldUp(id, "a-service", null, "a reason", true, Instant.EPOCH),
                        new OrderResumed(id, "a-service"))
                .collect(Collectors.toMap(
                        event -> OrderEvents.FAMILY
                                .definitionOf(event.getClass())
                                .type(),
                        Function.identity()));
    }
}
