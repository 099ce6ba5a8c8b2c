package dev.mops.system.model;

import static dev.mops.system.model.Service.BILLING;
import static dev.mops.system.model.Service.INVENTORY;
import static dev.mops.system.model.Service.ORDER;
import static dev.mops.system.model.Service.SHIPPING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.messaging.test.StateTable.Cell;
import dev.mops.messaging.test.StateTable.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All interleavings of one order over the state tables; each service's own tests hold its code against the same tables. */
class OrderModelTest {

    private static final int CRASHES = 1;

    @Test
    void whatever_interleaves_every_order_ends_once_and_all_services_agree() {
        Exploration exploration = Exploration.of(new Model(Tables.ofThePage()), Moment.placed(CRASHES, 0));

        System.out.println("Model of an order: " + exploration.moments() + " moments, ends " + exploration.ends());
        assertThat(exploration.wrong()).isEmpty();
        // To the number: a model that has shrunk finds nothing wrong either. Who changes it sees what that does to it.
        assertThat(exploration.moments()).isEqualTo(123_717);
        assertThat(exploration.ends())
                .isEqualTo(
                        Map.of("SHIPPED", 29, "REJECTED", 11, "DECLINED", 48, "UNDELIVERABLE", 252, "CANCELLED", 619));
    }

    @Test
    void whatever_event_is_discarded_the_order_ends_and_all_services_agree() {
        Exploration exploration = Exploration.of(new Model(Tables.ofThePage()), Moment.placed(CRASHES, 1));

        System.out.println("Model of an order, of which an event is discarded: " + exploration.moments()
                + " moments, ends " + exploration.ends());
        assertThat(exploration.wrong()).isEmpty();
        assertThat(exploration.moments()).isEqualTo(878_141);
        assertThat(exploration.ends())
                .isEqualTo(Map.of(
                        "SHIPPED", 58, "REJECTED", 82, "DECLINED", 520, "UNDELIVERABLE", 2_047, "CANCELLED", 2_947));
    }

    @Test
    void what_changes_nothing_when_it_is_handled_changes_nothing_when_it_is_discarded() {
        Tables tables = Tables.ofThePage();
        for (Service service : Service.values()) {
            for (String event : tables.heard(service)) {
                for (String state : tables.states(service)) {
                    if (event.startsWith("order.") && tables.cell(service, event, state) instanceof Cell.Ignored) {
                        assertThat(tables.discarded(service, event, state))
                                .as("%s discards %s in %s", service, event, state)
                                .isInstanceOf(Cell.Ignored.class);
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void a_mistake_in_one_cell_is_found(
            String mistake, Service service, String event, String state, Cell cell, String found) {
        Tables tables = Tables.ofThePage().with(service, event, state, cell);

        assertFinds(new Model(tables), mistake, found);
    }

    static Stream<Arguments> mistakes() {
        String cancelled = "order.cancellation_requested";
        return Stream.of(
                Arguments.of(
                        "order takes a shipment after its cancellation",
                        ORDER,
                        "order.shipped",
                        "CANCELLED",
                        to("SHIPPED"),
                        "leaves CANCELLED"),
                Arguments.of(
                        "order does not hear of its cancellation when paid",
                        ORDER,
                        cancelled,
                        "PAID",
                        ignored(),
                        "ORDER ends in"),
                Arguments.of(
                        "order does not hear that it is out of stock",
                        ORDER,
                        "order.inventory_rejected",
                        "PLACED",
                        ignored(),
                        "ORDER ends in PLACED"),
                Arguments.of(
                        "inventory keeps the stock of an undeliverable order",
                        INVENTORY,
                        "order.shipment_failed",
                        "RESERVED",
                        ignored(),
                        "INVENTORY ends in RESERVED"),
                Arguments.of(
                        "inventory puts stock back and tells nobody",
                        INVENTORY,
                        "order.payment_declined",
                        "RESERVED",
                        to("RELEASED"),
                        "the log is"),
                Arguments.of(
                        "inventory reserves again for an order whose stock is back",
                        INVENTORY,
                        "order.shipped",
                        "RELEASED",
                        to("DISPATCHED"),
                        "leaves RELEASED"),
                Arguments.of(
                        "billing charges after a cancellation",
                        BILLING,
                        "order.inventory_reserved",
                        "VOIDED",
                        calling("CHARGING", "charge"),
                        "leaves VOIDED"),
                Arguments.of(
                        "billing keeps the money of a cancelled order",
                        BILLING,
                        cancelled,
                        "PAID",
                        ignored(),
                        "BILLING ends in PAID"),
                Arguments.of(
                        "billing forgets its charge in a crash",
                        BILLING,
                        "order.inventory_reserved",
                        "CHARGING",
                        ignored(),
                        "Nothing moves any more"),
                Arguments.of(
                        "billing settles and still refunds",
                        BILLING,
                        cancelled,
                        "SETTLED",
                        calling("REFUNDING", "refund"),
                        "leaves SETTLED"),
                Arguments.of(
                        "billing forgets its refund in a crash",
                        BILLING,
                        cancelled,
                        "REFUNDING",
                        ignored(),
                        "BILLING ends in REFUNDING"),
                Arguments.of(
                        "shipping takes LABELLED for irrevocable",
                        SHIPPING,
                        cancelled,
                        "LABELLED",
                        ignored(),
                        "SHIPPING ends in SHIPPED"),
                Arguments.of(
                        "shipping leaves no tombstone for an order that ended before its label",
                        SHIPPING,
                        cancelled,
                        "PENDING",
                        ignored(),
                        "SHIPPING ends in PENDING"),
                Arguments.of(
                        "shipping forgets to void in a crash",
                        SHIPPING,
                        cancelled,
                        "VOIDING",
                        to("VOIDED"),
                        "the label is DONE"),
                Arguments.of(
                        "shipping does not wait for its own event",
                        SHIPPING,
                        "label: made",
                        "LABELLING",
                        publishing("SHIPPED", "order.shipped"),
                        "SHIPPING ends in SHIPPED"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakesOfADiscard")
    void a_mistake_in_one_cell_of_a_discard_is_found(
            String mistake, Service service, String event, String state, Cell cell, String found) {
        Tables tables = Tables.ofThePage().withDiscard(service, event, state, cell);

        assertFinds(new Model(tables), mistake, found);
    }

    static Stream<Arguments> mistakesOfADiscard() {
        return Stream.of(
                Arguments.of(
                        "inventory discards an order and tells nobody",
                        INVENTORY,
                        "order.created",
                        "NEW",
                        to("REJECTED"),
                        "Nothing moves any more"),
                Arguments.of(
                        "billing discards an order and opens its payment",
                        BILLING,
                        "order.created",
                        "NEW",
                        publishing("OPEN", "order.payment_declined"),
                        "BILLING publishes order.payment_declined a second time"),
                Arguments.of(
                        "billing takes a charge that was discarded for one that was not made",
                        BILLING,
                        "order.inventory_reserved",
                        "CHARGING",
                        publishing("DECLINED", "order.payment_declined"),
                        "the charge is DONE"),
                Arguments.of(
                        "billing forgets a cancellation that was discarded",
                        BILLING,
                        "order.cancellation_requested",
                        "OPEN",
                        ignored(),
                        "BILLING ends in PAID"),
                Arguments.of(
                        "billing forgets that an order has shipped",
                        BILLING,
                        "order.shipped",
                        "PAID",
                        ignored(),
                        "BILLING ends in"),
                Arguments.of(
                        "shipping takes a label that was discarded for one that was not made",
                        SHIPPING,
                        "order.paid",
                        "LABELLING",
                        publishing("FAILED", "order.shipment_failed"),
                        "the label is DONE"),
                Arguments.of(
                        "order does not end with a shipment that it discards",
                        ORDER,
                        "order.shipped",
                        "PAID",
                        ignored(),
                        "ORDER ends in PAID"));
    }

    @Test
    void a_service_that_does_not_hear_its_own_discard_leaves_a_void_undone() {
        Tables tables = Tables.ofThePage().with(BILLING, "order.payment_declined", "VOIDING", ignored());

        assertFinds(
                new Model(tables), "billing does not hear its own order.payment_declined", "BILLING ends in VOIDING");
    }

    @Test
    void to_count_an_own_event_when_it_is_written_is_found_wrong() {
        assertFinds(new Model(Tables.ofThePage(), true), "own events count when they are written", "ends in");
    }

    private static void assertFinds(Model model, String mistake, String found) {
        Exploration exploration = Exploration.of(model, Moment.placed(CRASHES, 1));

        System.out.println("If " + mistake + ":\n  " + exploration.wrong().orElse("nothing"));
        assertThat(exploration.wrong())
                .hasValueSatisfying(history -> assertThat(history).contains(found));
    }

    private static Cell ignored() {
        return new Cell.Ignored();
    }

    private static Cell to(String state) {
        return new Cell.Moves(List.of(new Outcome(state, Optional.empty(), Optional.empty())));
    }

    private static Cell publishing(String state, String event) {
        return new Cell.Moves(List.of(new Outcome(state, Optional.of(event), Optional.empty())));
    }

    private static Cell calling(String state, String call) {
        return new Cell.Moves(List.of(new Outcome(state, Optional.empty(), Optional.of(call))));
    }
}
