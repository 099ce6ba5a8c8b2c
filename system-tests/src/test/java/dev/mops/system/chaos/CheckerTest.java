package dev.mops.system.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.system.chaos.History.Act;
import dev.mops.system.chaos.History.Charge;
import dev.mops.system.chaos.History.DeadLetter;
import dev.mops.system.chaos.History.EventId;
import dev.mops.system.chaos.History.Held;
import dev.mops.system.chaos.History.Order;
import dev.mops.system.chaos.History.Payment;
import dev.mops.system.chaos.History.Reservation;
import dev.mops.system.chaos.History.Stock;
import dev.mops.system.chaos.History.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Each history is broken in one way, and that is what the checker says. */
class CheckerTest {

    private final Story story = new Story();

    @Test
    void a_sound_history_passes() {
        assertThat(Checker.violations(story.history())).isEmpty();
    }

    @Test
    void an_order_that_is_held_up_by_a_foreign_record_before_its_own_first_event_passes() {
        UUID order = story.accept(Map.of("CABLE", 99), "tok_approved", "10115", false);
        EventId heldUp = story.event(order, Story.BILLING, "order.held_up");
        EventId created = story.event(order, Story.ORDER, "order.created");
        EventId rejected = story.event(order, Story.INVENTORY, "order.inventory_rejected");
        story.end(order, "REJECTED", "REJECTED", "VOIDED", "VOIDED");
        story.orders.put(order, new Order("REJECTED", List.of(created.id(), heldUp.id(), rejected.id())));

        assertThat(Checker.violations(story.history())).isEmpty();
    }

    @Test
    void a_discard_that_closes_the_order_passes() {
        UUID order = story.accept(Map.of("CABLE", 1), "tok_approved", "10115", false);
        story.event(order, Story.ORDER, "order.created");
        EventId reserved = story.event(order, Story.INVENTORY, "order.inventory_reserved");
        story.event(order, Story.BILLING, "order.payment_declined");
        story.event(order, Story.INVENTORY, "order.inventory_released");
        story.end(order, "DECLINED", "RELEASED", "DECLINED", "VOIDED");
        discard(Story.BILLING, reserved, order);

        assertThat(Checker.violations(story.history())).isEmpty();
    }

    @Test
    void a_discard_that_leaves_the_stock_reserved_is_caught() {
        UUID order = story.accept(Map.of("CABLE", 1), "tok_approved", "10115", false);
        story.event(order, Story.ORDER, "order.created");
        EventId reserved = story.event(order, Story.INVENTORY, "order.inventory_reserved");
        story.event(order, Story.BILLING, "order.payment_declined");
        story.end(order, "DECLINED", "RESERVED", "DECLINED", "VOIDED");
        story.stock.put("CABLE", new Stock(9, 1));
        discard(Story.BILLING, reserved, order);

        caught("G1: " + order
                + ": the first final event is order.payment_declined, but inventory-service ends in RESERVED");
    }

    @Test
    void an_order_is_in_flight_from_its_first_event_to_the_one_that_ends_it() {
        UUID order = story.accept(Map.of("CABLE", 1), "tok_approved", "10115", false);
        Instant before = story.now().minusMillis(1);
        story.event(order, Story.ORDER, "order.created");
        Instant between = story.now().minusMillis(500);
        EventId declined = story.event(order, Story.BILLING, "order.payment_declined");
        Instant after = story.now();

        assertThat(story.history().isAnyOrderInFlight(before)).isFalse();
        assertThat(story.history().isAnyOrderInFlight(between)).isTrue();
        assertThat(story.history().isAnyOrderInFlight(after)).isFalse();

        // It stood still for an operator.
        story.of(Story.BILLING).acts.add(new Act(declined, "replay", "order.payment_declined", order.toString()));
        assertThat(story.history().isAnyOrderInFlight(between)).isFalse();
    }

    @Nested
    class G1 {

        @Test
        void an_accepted_order_that_is_not_there_is_caught() {
            UUID lost = story.accept(Map.of("CABLE", 1), "tok_approved", "10115", false);

            caught("G1: " + lost + " was accepted, and is not there");
        }

        @Test
        void an_order_that_nobody_was_promised_is_caught() {
            story.accepted.remove(story.shipped);

            caught("G1: " + story.shipped + " is an order that nobody was promised");
        }

        @Test
        void an_order_that_never_ends_and_waits_behind_nothing_is_caught() {
            UUID open = open();

            caught("G1: " + open + " is RESERVED, and waits behind no dead letter");
        }

        @Test
        void an_order_that_waits_behind_a_dead_letter_is_no_violation() {
            UUID open = open();
            EventId reserved = story.idOf(open, "order.inventory_reserved");
            story.of(Story.BILLING).inbox.remove(reserved);
            story.of(Story.BILLING)
                    .held
                    .add(new Held(
                            reserved, story.log.get(story.indexOf(reserved)).place(), open.toString()));

            assertThat(Checker.violations(story.history())).isEmpty();
        }

        @Test
        void a_status_that_is_not_that_of_the_first_final_event_is_caught() {
            Order order = story.orders.get(story.shipped);
            story.orders.put(story.shipped, new Order("CANCELLED", timeline(order)));

            caught("G1: " + story.shipped
                    + ": the first final event is order.shipped, but order-service ends in CANCELLED");
        }

        @Test
        void services_that_do_not_agree_are_caught() {
            story.shipments.put(story.declined, "SHIPPED");

            caught("but shipping-service ends in SHIPPED");
        }

        @Test
        void a_charge_that_stays_with_an_order_that_was_cancelled_is_caught() {
            story.charges.put(story.cancelled, new Charge("APPROVED", 1490L));

            caught("G1: " + story.cancelled + ": the payment is REFUNDED, the charge APPROVED");
        }

        @Test
        void a_refund_of_what_was_shipped_is_caught() {
            story.charges.put(story.shipped, new Charge("REFUNDED", 1490L));

            caught("G1: " + story.shipped + ": the payment is SETTLED, the charge REFUNDED");
        }

        @Test
        void a_wrong_amount_is_caught() {
            story.charges.put(story.shipped, new Charge("APPROVED", 2980L));

            caught("G1: " + story.shipped + " costs 1490, but 2980 was charged");
        }

        @Test
        void a_label_for_what_never_ships_is_caught() {
            story.liveLabels.add(story.undeliverable);

            caught("G1: " + story.undeliverable + ": the shipment is FAILED, the label is live");
        }

        @Test
        void a_shipment_without_a_label_is_caught() {
            story.liveLabels.clear();

            caught("G1: " + story.shipped + ": the shipment is SHIPPED, the label is not live");
        }

        @Test
        void stock_that_stays_reserved_for_nobody_is_caught() {
            story.stock.put("CABLE", new Stock(9, 1));

            caught("G1: of CABLE 1 pieces are reserved, for orders 0");
        }

        @Test
        void stock_that_left_twice_is_caught() {
            story.stock.put("CABLE", new Stock(8, 0));

            caught("G1: of CABLE 10 pieces came, 8 are here, 1 left");
        }

        @Test
        void a_reservation_of_something_else_is_caught() {
            story.reservations.put(story.declined, new Reservation("RELEASED", Map.of("CABLE", 2)));

            caught("G1: " + story.declined + " is for {CABLE=1}, but {CABLE=2} was reserved");
        }

        @Test
        void an_accepted_cancellation_that_is_not_in_the_log_is_caught() {
            story.accepted.computeIfPresent(
                    story.shipped,
                    (id, wish) -> new History.Wish(wish.lines(), wish.paymentToken(), wish.postalCode(), true));

            caught("G1: " + story.shipped + ": the cancellation that was accepted is not in the log");
        }

        /** Paid for is it never: billing has the event, and does nothing. */
        private UUID open() {
            UUID open = story.accept(Map.of("CABLE", 1), "tok_approved", "10115", false);
            story.event(open, Story.ORDER, "order.created");
            story.event(open, Story.INVENTORY, "order.inventory_reserved");
            story.end(open, "RESERVED", "RESERVED", "CHARGING", "PENDING");
            story.stock.put("CABLE", new Stock(9, 1));
            return open;
        }
    }

    @Nested
    class G2 {

        @Test
        void an_event_that_takes_effect_twice_and_is_answered_twice_is_caught() {
            story.event(story.cancelled, Story.BILLING, "order.refunded");
            story.end(story.cancelled, "CANCELLED", "RELEASED", "REFUNDED", "VOIDED");

            caught("G2: " + story.cancelled + ": billing-service published order.refunded a second time");
        }

        @Test
        void an_order_that_is_published_twice_is_caught() {
            story.event(story.shipped, Story.ORDER, "order.created");

            caught("G2: " + story.shipped + ": order-service published order.created a second time");
        }

        @Test
        void an_event_that_is_claimed_twice_is_caught() {
            EventId paid = story.idOf(story.shipped, "order.paid");
            story.of(Story.SHIPPING).inbox.add(paid);

            caught("G2: shipping-service claimed " + paid + " twice");
        }

        @Test
        void a_claim_of_an_event_that_is_not_in_the_log_is_caught() {
            EventId nobody = new EventId("/billing-service", UUID.randomUUID());
            story.of(Story.SHIPPING).inbox.add(nobody);

            caught("G2: shipping-service claimed " + nobody);
        }
    }

    @Nested
    class G3 {

        @Test
        void a_timeline_in_another_order_than_the_log_is_caught() {
            Order order = story.orders.get(story.shipped);
            List<UUID> swapped = new ArrayList<>(timeline(order));
            Collections.swap(swapped, 1, 2);
            story.orders.put(story.shipped, new Order("SHIPPED", swapped));

            caught("G3: " + story.shipped
                    + ": the timeline is [order.created, order.paid, order.inventory_reserved, order.shipped]");
        }

        @Test
        void a_retry_that_was_overtaken_is_caught() {
            // The cancellation took effect in billing before the reservation, which failed once: nothing was charged.
            story.payments.put(story.cancelled, new Payment("VOIDED", 1490L));
            story.charges.remove(story.cancelled);

            caught("G3: " + story.cancelled + ": billing-service is where no effects in the order of the log lead");
        }

        @Test
        void a_first_occurrence_counts_and_not_a_later_one() {
            story.again(story.indexOf(story.idOf(story.shipped, "order.created")));

            assertThat(Checker.violations(story.history())).isEmpty();
        }

        @Test
        void an_answer_to_an_event_that_never_took_effect_is_caught() {
            story.event(story.declined, Story.BILLING, "order.refunded");
            story.end(story.declined, "DECLINED", "RELEASED", "DECLINED", "VOIDED");

            caught("G3: " + story.declined + ": billing-service is where no effects in the order of the log lead");
        }
    }

    @Nested
    class G4 {

        @Test
        void an_event_that_is_neither_handled_nor_held_is_caught() {
            EventId paid = story.idOf(story.shipped, "order.paid");
            story.of(Story.SHIPPING).inbox.remove(paid);

            caught("G4: shipping-service neither handled nor holds order.paid " + paid);
        }

        @Test
        void an_order_whose_beginning_never_came_to_the_log_is_caught() {
            EventId created = story.idOf(story.rejected, "order.created");
            story.log.removeIf(record -> created.equals(record.id()));

            caught("G4: " + story.rejected + " was accepted, but the log has no order.created");
        }

        @Test
        void an_event_that_stays_in_the_outbox_is_caught() {
            story.of(Story.BILLING).outbox = 1;

            caught("G4: 1 events of billing-service are not in the log");
        }

        @Test
        void a_record_that_nobody_can_read_and_that_comes_twice_is_one_dead_letter() {
            EventId id = new EventId("/chaos", UUID.randomUUID());
            History.Place place = story.place();
            story.log.add(new History.LogRecord(place, story.now(), "k", "order.created", id, null, true));
            story.again(story.log.size() - 1);
            story.of(Story.INVENTORY).deadLetters.add(new DeadLetter(place, null));
            story.of(Story.BILLING).deadLetters.add(new DeadLetter(place, null));
            story.of(Story.SHIPPING).deadLetters.add(new DeadLetter(place, null));

            assertThat(Checker.violations(story.history())).isEmpty();
        }

        @Test
        void a_record_that_nobody_can_read_and_that_is_skipped_is_caught() {
            story.of(Story.BILLING).deadLetters.clear();

            caught("G4: billing-service has no dead letter of the record at Place[partition=0");
        }

        @Test
        void an_act_on_an_event_that_the_dead_letter_topic_does_not_know_is_caught() {
            EventId paid = story.idOf(story.shipped, "order.paid");
            story.of(Story.SHIPPING).acts.add(new Act(paid, "replay", "order.paid", story.shipped.toString()));

            caught("G4: shipping-service has no dead letter of " + paid);
        }
    }

    @Nested
    class G5 {

        @Test
        void a_time_in_which_nobody_else_got_on_is_caught() {
            Instant later = Instant.parse("2026-03-01T12:00:00Z");
            story.windows.add(new Window(later, later.plusSeconds(5)));

            caught("G5: while some orders failed");
        }

        @Test
        void a_failure_that_was_asked_for_explains_no_dead_letter_of_another_error() {
            EventId paid = story.idOf(story.shipped, "order.paid");
            story.dies(Story.SHIPPING, paid, Story.ASKED_FOR);
            assertThat(Checker.violations(story.history())).isEmpty();

            story.dies(Story.SHIPPING, paid, "No such column");

            caught("G5: shipping-service has a dead letter that nobody asked for: No such column");
        }

        @Test
        void a_dead_letter_that_nobody_asked_for_is_caught() {
            story.dies(Story.SHIPPING, story.idOf(story.shipped, "order.paid"), "The database is away");

            caught("G5: shipping-service has a dead letter that nobody asked for: The database is away");
        }
    }

    private void caught(String violation) {
        assertThat(Checker.violations(story.history())).anyMatch(found -> found.contains(violation));
    }

    private void discard(String service, EventId event, UUID order) {
        String type = story.log.get(story.indexOf(event)).type();
        story.of(service).acts.add(new Act(event, "discard", type, order.toString()));
        story.dies(service, event, Story.ASKED_FOR);
    }

    private static List<UUID> timeline(@Nullable Order order) {
        return Objects.requireNonNull(order).timeline();
    }
}
