package dev.mops.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryRejected.Shortage;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.inventory.StockController.StockView;
import dev.mops.messaging.EventHandlers;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionTemplate;

/** Every event here is delivered twice. */
class ReservationTest extends InventoryServiceTest {

    private final UUID orderId = UUID.randomUUID();

    @Autowired
    private EventHandlers<OrderEvent> handlers;

    @Autowired
    private TransactionTemplate transaction;

    @Test
    void an_order_is_reserved_when_all_of_it_is_in_stock() {
        String one = product(10);
        String two = product(2);

        published(created(orderId, line(one, 3), line(two, 2)));

        awaitAnswers(new InventoryReserved(orderId));
        assertThat(stock(one)).isEqualTo(new StockView(one, 10, 3, 7));
        assertThat(stock(two)).isEqualTo(new StockView(two, 2, 2, 0));
    }

    @Test
    void an_order_of_which_a_line_is_short_is_rejected_whole_and_says_what_is_short_by_how_much() {
        String enough = product(10);
        String few = product(2);
        String none = product(0);

        published(created(orderId, line(enough, 1), line(few, 3), line(none, 1), line("NO-SUCH-SKU", 5)));

        awaitAnswers(new InventoryRejected(
                orderId,
                List.of(new Shortage(few, 3, 2), new Shortage(none, 1, 0), new Shortage("NO-SUCH-SKU", 5, 0))));
        assertThat(stock(enough)).isEqualTo(new StockView(enough, 10, 0, 10));
        assertThat(stock(few)).isEqualTo(new StockView(few, 2, 0, 2));
    }

    @ParameterizedTest
    @MethodSource("compensations")
    void what_was_reserved_is_back_in_stock_when_the_order_ends_badly(Compensation compensation) {
        String sku = product(10);
        published(created(orderId, line(sku, 4)));
        awaitAnswers(new InventoryReserved(orderId));

        published(compensation.event().apply(orderId));

        awaitAnswers(new InventoryReserved(orderId), new InventoryReleased(orderId));
        assertThat(stock(sku)).isEqualTo(new StockView(sku, 10, 0, 10));
    }

    @ParameterizedTest
    @MethodSource("compensations")
    void an_order_that_ended_before_it_was_heard_of_reserves_nothing(Compensation compensation) {
        String sku = product(10);

        published(compensation.event().apply(orderId), created(orderId, line(sku, 4)));

        awaitHeard(orderId);
        assertThat(answers(orderId)).isEmpty();
        assertThat(stock(sku)).isEqualTo(new StockView(sku, 10, 0, 10));
    }

    static Stream<Compensation> compensations() {
        return Stream.of(
                new Compensation("declined", id -> new PaymentDeclined(id, UUID.randomUUID(), "no money")),
                new Compensation("undeliverable", id -> new ShipmentFailed(id, UUID.randomUUID(), "nobody there")),
                new Compensation("cancelled", CancellationRequested::new));
    }

    @Test
    void what_ships_leaves_the_stock() {
        String sku = product(10);

        published(created(orderId, line(sku, 4)), shipped(orderId));

        await().untilAsserted(() -> assertThat(stock(sku)).isEqualTo(new StockView(sku, 6, 0, 6)));
        assertThat(answers(orderId)).containsExactly(new InventoryReserved(orderId));
    }

    @Test
    void what_comes_after_the_end_is_ignored() {
        String sku = product(10);
        UUID cancelled = UUID.randomUUID();
        UUID dispatched = UUID.randomUUID();
        UUID rejected = UUID.randomUUID();

        published(created(cancelled, line(sku, 1)), new CancellationRequested(cancelled), shipped(cancelled));
        published(created(dispatched, line(sku, 2)), shipped(dispatched), new CancellationRequested(dispatched));
        published(created(rejected, line(sku, 100)), new CancellationRequested(rejected), shipped(rejected));

        awaitHeard(cancelled);
        awaitHeard(dispatched);
        awaitHeard(rejected);
        assertThat(answers(cancelled))
                .containsExactly(new InventoryReserved(cancelled), new InventoryReleased(cancelled));
        assertThat(answers(dispatched)).containsExactly(new InventoryReserved(dispatched));
        assertThat(answers(rejected))
                .hasOnlyElementsOfType(InventoryRejected.class)
                .hasSize(1);
        assertThat(stock(sku)).isEqualTo(new StockView(sku, 8, 0, 8));
    }

    @Test
    void a_whole_history_that_is_delivered_again_changes_nothing() {
        String sku = product(10);
        List<Envelope<OrderEvent>> history = published(created(orderId, line(sku, 4)), shipped(orderId));
        await().untilAsserted(() -> assertThat(stock(sku).onHand()).isEqualTo(6));

        topic.deliver(history);

        awaitHeard(orderId);
        assertThat(stock(sku)).isEqualTo(new StockView(sku, 6, 0, 6));
        assertThat(answers(orderId)).containsExactly(new InventoryReserved(orderId));
    }

    @Test
    void a_released_product_can_be_reserved_by_the_next_order() {
        String sku = product(1);
        UUID first = UUID.randomUUID();
        published(created(first, line(sku, 1)), new CancellationRequested(first));
        awaitHeard(first);

        published(created(orderId, line(sku, 1)));

        awaitAnswers(new InventoryReserved(orderId));
        assertThat(stock(sku)).isEqualTo(new StockView(sku, 1, 1, 0));
    }

    @Test
    void an_order_whose_beginning_is_discarded_is_rejected_and_nothing_is_available_to_it() {
        String sku = product(10);
        OrderCreated created = created(orderId, line(sku, 4), line("NO-SUCH-SKU", 1));

        discard(created);
        discard(created);
        published(created, new CancellationRequested(orderId));

        awaitHeard(orderId);
        assertThat(answers(orderId))
                .containsExactly(new InventoryRejected(
                        orderId, List.of(new Shortage(sku, 4, 0), new Shortage("NO-SUCH-SKU", 1, 0))));
        assertThat(stock(sku)).isEqualTo(new StockView(sku, 10, 0, 10));
    }

    @Test
    void an_order_that_is_reserved_stays_so_when_its_beginning_is_discarded() {
        String sku = product(10);
        OrderCreated created = created(orderId, line(sku, 4));
        published(created);
        awaitAnswers(new InventoryReserved(orderId));

        discard(created);

        published(new CancellationRequested(orderId));
        awaitAnswers(new InventoryReserved(orderId), new InventoryReleased(orderId));
        assertThat(stock(sku)).isEqualTo(new StockView(sku, 10, 0, 10));
    }

    /** An operator discards an event. */
    private void discard(OrderEvent event) {
        transaction.executeWithoutResult(_ -> {
            handlers.prepare(List.of(event));
            handlers.discard(event, topic.envelope("/elsewhere", event).metadata());
        });
    }

    private void awaitAnswers(OrderEvent... expected) {
        await().untilAsserted(() -> assertThat(answers(orderId)).containsExactly(expected));
    }

    /** Awaits that all that was delivered of an order that has ended is heard, and the answers are published. */
    private void awaitHeard(UUID orderId) {
        // One event more, which a final state ignores: it stands behind the others in the log.
        UUID last = published(new CancellationRequested(orderId))
                .getFirst()
                .metadata()
                .id();
        await().untilAsserted(() ->
                assertThat(count("inbox_event WHERE event_id = '" + last + "'")).isEqualTo(1));
        await().untilAsserted(() -> assertThat(count("outbox_event")).isZero());
    }

    /** An event that ends an order badly. */
    record Compensation(String name, Function<UUID, OrderEvent> event) {

        @Override
        public String toString() {
            return name;
        }
    }
}
