package dev.mops.inventory;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
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
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.EventHandlers.Step;
import dev.mops.messaging.Outbox;
import dev.mops.messaging.test.StateTable;
import dev.mops.messaging.test.StateTable.Cell;
import dev.mops.messaging.test.StateTable.Outcome;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
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

/** The code does what the table of the reservation in {@code docs/state-tables.md} says, cell by cell. */
class StateTableTest {

    private static final StateTable TABLE = StateTable.of("Reservation");
    private static final StateTable DISCARDED = StateTable.of("Reservation, discarded");

    private static final UUID ORDER = UUID.randomUUID();
    private static final String SKU = "LAPTOP-14";
    private static final int ORDERED = 2;
    private static final int ENOUGH = 10;
    private static final int SHORT = 1;

    private static final OrderCreated CREATED = new OrderCreated(
            ORDER,
            "c-1",
            List.of(new OrderLine(SKU, ORDERED, new Money(100, "EUR"))),
            new Money(200, "EUR"),
            "tok_approved",
            new Address("a", List.of("b"), "c", "d", "DE"),
            null);
    private static final Map<String, OrderEvent> EVENTS = events();

    @Test
    void the_table_has_every_status_and_every_event() {
        assertThat(TABLE.states())
                .containsExactlyElementsOf(Arrays.stream(ReservationStatus.values())
                        .map(Enum::name)
                        .toList());
        assertThat(TABLE.events())
                .containsExactlyInAnyOrderElementsOf(OrderEvents.FAMILY.definitions().stream()
                        .map(EventDefinition::type)
                        .toList());
    }

    @Test
    void the_service_hears_what_the_table_says_and_nothing_else() {
        assertThat(new InventoryEventHandlers()
                        .handlers(mock(StockService.class))
                        .types())
                .containsExactlyInAnyOrderElementsOf(TABLE.heard());
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("cells")
    void the_code_does_what_the_cell_says(String type, ReservationStatus status) {
        OrderEvent event = event(type);
        Outcome unchanged = new Outcome(status.name(), Optional.empty(), Optional.empty());

        switch (TABLE.cell(type, status.name())) {
            case Cell.NotHeard _ -> assertThat(status.on(event, true)).isEqualTo(status);
            case Cell.Undone _ -> throw new AssertionError("Only a discard leaves something undone");
            case Cell.Ignored _ -> {
                Service service = new Service(status);
                long onHand = service.stock.onHand();
                long reserved = service.stock.reserved();

                assertThat(service.handle(event)).isEqualTo(unchanged);

                assertThat(service.stock.onHand()).isEqualTo(onHand);
                assertThat(service.stock.reserved()).isEqualTo(reserved);
            }
            case Cell.Refused _ -> {
                Service service = new Service(status);
                assertThatIllegalStateException()
                        .isThrownBy(() -> service.handle(event))
                        .withMessageContaining(ORDER.toString())
                        .withMessageContaining(status.name());
            }
            case Cell.Moves(var outcomes) ->
                assertThat(services(status)
                                .map(service -> service.handle(event))
                                .distinct())
                        .containsExactlyInAnyOrderElementsOf(outcomes);
        }
    }

    @Test
    void the_table_of_discards_has_every_status_and_every_event_that_is_heard() {
        assertThat(DISCARDED.states()).isEqualTo(TABLE.states());
        assertThat(DISCARDED.events()).containsExactlyInAnyOrderElementsOf(TABLE.heard());
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("discardedCells")
    void a_discard_does_what_the_cell_says_and_moves_no_stock(String type, ReservationStatus status) {
        Service service = new Service(status);
        long onHand = service.stock.onHand();
        long reserved = service.stock.reserved();

        Outcome outcome = service.discard(event(type));

        assertThat(DISCARDED.outcomes(type, status.name())).containsExactly(outcome);
        assertThat(service.stock.onHand()).isEqualTo(onHand);
        assertThat(service.stock.reserved()).isEqualTo(reserved);
    }

    static Stream<Arguments> discardedCells() {
        return DISCARDED.cells();
    }

    /** The service in a status; before the beginning with and without stock, on which the decision depends. */
    private static Stream<Service> services(ReservationStatus status) {
        return status == ReservationStatus.NEW
                ? Stream.of(new Service(status, ENOUGH), new Service(status, SHORT))
                : Stream.of(new Service(status));
    }

    static Stream<Arguments> cells() {
        return TABLE.events().stream()
                .flatMap(event -> Arrays.stream(ReservationStatus.values()).map(status -> Arguments.of(event, status)));
    }

    private static OrderEvent event(String type) {
        return requireNonNull(EVENTS.get(type), type);
    }

    private static Map<String, OrderEvent> events() {
        Money amount = new Money(200, "EUR");
        return Stream.of(
                        CREATED,
                        new InventoryReserved(ORDER),
                        new InventoryRejected(ORDER, List.of()),
                        new OrderPaid(ORDER, ORDER, amount),
                        new PaymentDeclined(ORDER, ORDER, "no money"),
                        new OrderShipped(ORDER, ORDER, "a carrier", "a number"),
                        new ShipmentFailed(ORDER, ORDER, "nobody lives there"),
                        new CancellationRequested(ORDER),
                        new InventoryReleased(ORDER),
                        new OrderRefunded(ORDER, ORDER, amount),
                        new OrderHeldUp(ORDER, "a-service", null, "a reason", true, Instant.EPOCH),
                        new OrderResumed(ORDER, "a-service"))
                .collect(Collectors.toMap(
                        event -> OrderEvents.FAMILY
                                .definitionOf(event.getClass())
                                .type(),
                        Function.identity()));
    }

    /** The service from its door for events to its stores, over one product and the reservation of one order. */
    private static final class Service {

        private final Stock stock;
        private final List<Reservation> reservations = new ArrayList<>();
        private final List<String> published = new ArrayList<>();
        private final EventHandlers<OrderEvent> handlers;

        Service(ReservationStatus status) {
            this(status, status == ReservationStatus.REJECTED ? SHORT : ENOUGH);
        }

        Service(ReservationStatus status, int onHand) {
            stock = new Stock(SKU, onHand);
            EntityManager store = mock(EntityManager.class);
            when(store.find(Stock.class, SKU)).thenReturn(stock);
            when(store.find(Reservation.class, ORDER))
                    .thenAnswer(_ -> reservations.stream().findFirst().orElse(null));
            when(store.contains(any())).thenAnswer(call -> reservations.contains(call.getArgument(0)));
            doAnswer(call -> reservations.add(call.getArgument(0))).when(store).persist(any());
            Outbox outbox = mock(Outbox.class);
            when(outbox.publish(any())).thenAnswer(call -> publish(call.getArgument(0)));
            handlers = new InventoryEventHandlers()
                    .handlers(new StockService(new Reservations(store), new Stocks(store), outbox));
            switch (status) {
                case NEW -> {}
                case RESERVED, REJECTED -> handle(CREATED);
                case RELEASED -> {
                    handle(CREATED);
                    handle(new CancellationRequested(ORDER));
                }
                case DISPATCHED -> {
                    handle(CREATED);
                    handle(event("order.shipped"));
                }
            }
        }

        Outcome discard(OrderEvent event) {
            published.clear();
            handlers.discard(event, metadata(event));
            return outcome();
        }

        Outcome handle(OrderEvent event) {
            published.clear();
            if (handlers.stepOf(event) instanceof Step.Handle<OrderEvent>(var handler)) {
                handler.accept(event, metadata(event));
            }
            return outcome();
        }

        private Outcome outcome() {
            assertThat(published).hasSizeLessThan(2);
            return new Outcome(
                    reservations.stream()
                            .findFirst()
                            .map(Reservation::status)
                            .orElse(ReservationStatus.NEW)
                            .name(),
                    published.stream().findFirst(),
                    Optional.empty());
        }

        private EventMetadata publish(Object event) {
            EventMetadata metadata = metadata((OrderEvent) event);
            published.add(metadata.type());
            return metadata;
        }

        private static EventMetadata metadata(OrderEvent event) {
            return new EventCodec<>(OrderEvents.FAMILY).describe(event, "/test", Instant.EPOCH, null, null, null);
        }
    }
}
