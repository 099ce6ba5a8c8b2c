package dev.mops.system.chaos;

import dev.mops.messaging.test.StateTable;
import dev.mops.system.chaos.History.Act;
import dev.mops.system.chaos.History.Charge;
import dev.mops.system.chaos.History.DeadLetter;
import dev.mops.system.chaos.History.EventId;
import dev.mops.system.chaos.History.Group;
import dev.mops.system.chaos.History.Held;
import dev.mops.system.chaos.History.LogRecord;
import dev.mops.system.chaos.History.Order;
import dev.mops.system.chaos.History.Payment;
import dev.mops.system.chaos.History.Place;
import dev.mops.system.chaos.History.Reservation;
import dev.mops.system.chaos.History.Stock;
import dev.mops.system.chaos.History.Window;
import dev.mops.system.chaos.History.Wish;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A history told by hand, all of it sound until a test breaks a part of it. */
final class Story {

    static final String ORDER = "order-service";
    static final String INVENTORY = "inventory-service";
    static final String BILLING = "billing-service";
    static final String SHIPPING = "shipping-service";
    static final String ASKED_FOR = "Fails since a failure switch says so";

    private static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");
    private static final long TOTAL = 1490;
    private static final Map<String, Set<String>> HEARD = Map.of(
            ORDER, heard("Order"),
            INVENTORY, heard("Reservation"),
            BILLING, heard("Payment"),
            SHIPPING, heard("Shipment"));

    final Map<UUID, Wish> accepted = new LinkedHashMap<>();
    final List<LogRecord> log = new ArrayList<>();
    final Map<String, Facts> groups = new LinkedHashMap<>();
    final Map<UUID, Order> orders = new LinkedHashMap<>();
    final Map<UUID, Reservation> reservations = new LinkedHashMap<>();
    final Map<String, Stock> stock = new LinkedHashMap<>();
    final Map<UUID, Payment> payments = new LinkedHashMap<>();
    final Map<UUID, Charge> charges = new LinkedHashMap<>();
    final Map<UUID, String> shipments = new LinkedHashMap<>();
    final Set<UUID> liveLabels = new HashSet<>();
    final List<Window> windows = new ArrayList<>();

    /** What a group did, open to changes. */
    static final class Facts {
        final List<EventId> inbox = new ArrayList<>();
        final List<Held> held = new ArrayList<>();
        final List<Act> acts = new ArrayList<>();
        final List<DeadLetter> deadLetters = new ArrayList<>();
        long outbox;
    }

    final UUID shipped;
    final UUID declined;
    final UUID rejected;
    final UUID undeliverable;
    final UUID cancelled;

    /** One order of every kind; one record comes twice, one can't be read, one event was dead and replayed. */
    Story() {
        HEARD.keySet().forEach(service -> groups.put(service, new Facts()));
        stock.put("CABLE", new Stock(9, 0));

        shipped = accept(Map.of("CABLE", 1), "tok_approved", "10115", false);
        event(shipped, ORDER, "order.created");
        event(shipped, INVENTORY, "order.inventory_reserved");
        again(log.size() - 2);
        event(shipped, BILLING, "order.paid");
        event(shipped, SHIPPING, "order.shipped");
        end(shipped, "SHIPPED", "DISPATCHED", "SETTLED", "SHIPPED");
        charges.put(shipped, new Charge("APPROVED", TOTAL));
        liveLabels.add(shipped);

        declined = accept(Map.of("CABLE", 1), "tok_declined", "10115", false);
        event(declined, ORDER, "order.created");
        event(declined, INVENTORY, "order.inventory_reserved");
        event(declined, BILLING, "order.payment_declined");
        event(declined, INVENTORY, "order.inventory_released");
        end(declined, "DECLINED", "RELEASED", "DECLINED", "VOIDED");
        charges.put(declined, new Charge("DECLINED", null));

        rejected = accept(Map.of("CABLE", 99), "tok_approved", "10115", false);
        event(rejected, ORDER, "order.created");
        event(rejected, INVENTORY, "order.inventory_rejected");
        end(rejected, "REJECTED", "REJECTED", "VOIDED", "VOIDED");

        undeliverable = accept(Map.of("CABLE", 1), "tok_slow", "00000", false);
        event(undeliverable, ORDER, "order.created");
        event(undeliverable, INVENTORY, "order.inventory_reserved");
        EventId paid = event(undeliverable, BILLING, "order.paid");
        event(undeliverable, SHIPPING, "order.shipment_failed");
        event(undeliverable, INVENTORY, "order.inventory_released");
        event(undeliverable, BILLING, "order.refunded");
        end(undeliverable, "UNDELIVERABLE", "RELEASED", "REFUNDED", "FAILED");
        charges.put(undeliverable, new Charge("REFUNDED", TOTAL));
        dies(SHIPPING, paid, ASKED_FOR);
        of(SHIPPING).acts.add(new Act(paid, "replay", "order.paid", undeliverable.toString()));

        cancelled = accept(Map.of("CABLE", 1), "tok_approved", "10115", true);
        event(cancelled, ORDER, "order.created");
        event(cancelled, INVENTORY, "order.inventory_reserved");
        event(cancelled, ORDER, "order.cancellation_requested");
        event(cancelled, BILLING, "order.paid");
        event(cancelled, INVENTORY, "order.inventory_released");
        event(cancelled, BILLING, "order.refunded");
        end(cancelled, "CANCELLED", "RELEASED", "REFUNDED", "VOIDED");
        charges.put(cancelled, new Charge("REFUNDED", TOTAL));

        Place place = place();
        log.add(new LogRecord(place, now(), null, "order.created", null, null, true));
        for (String service : List.of(INVENTORY, BILLING, SHIPPING)) {
            of(service).deadLetters.add(new DeadLetter(place, "The event is no JSON"));
        }
        windows.add(new Window(BEGIN, now()));
    }

    private static Set<String> heard(String aggregate) {
        return Set.copyOf(StateTable.of(aggregate).heard());
    }

    UUID accept(Map<String, Integer> lines, String token, String postalCode, boolean cancels) {
        UUID id = UUID.randomUUID();
        accepted.put(id, new Wish(lines, token, postalCode, cancels));
        return id;
    }

    /** Appends an event, which takes effect in all services that hear it. */
    EventId event(UUID order, String service, String type) {
        EventId id = new EventId("/" + service, UUID.randomUUID());
        Long total = type.equals("order.created") ? TOTAL : null;
        log.add(new LogRecord(place(), now(), order.toString(), type, id, total, false));
        HEARD.forEach((group, types) -> {
            if (types.contains(type)) {
                of(group).inbox.add(id);
            }
        });
        return id;
    }

    /** Appends a record of the log once more. */
    void again(int index) {
        LogRecord record = log.get(index);
        log.add(new LogRecord(
                place(), now(), record.key(), record.type(), record.id(), record.total(), record.isPoison()));
    }

    /** An event becomes a dead letter of a service. */
    void dies(String service, EventId event, String error) {
        of(service).deadLetters.add(new DeadLetter(log.get(indexOf(event)).place(), error));
    }

    /** The states at the end; the timeline is what the log says. */
    void end(UUID order, String status, String reservation, String payment, String shipment) {
        orders.put(
                order,
                new Order(
                        status,
                        log.stream()
                                .filter(record -> order.toString().equals(record.key()))
                                .map(record ->
                                        Objects.requireNonNull(record.id()).id())
                                .distinct()
                                .toList()));
        Wish wish = Objects.requireNonNull(accepted.get(order));
        reservations.put(order, new Reservation(reservation, reservation.equals("REJECTED") ? Map.of() : wish.lines()));
        payments.put(order, new Payment(payment, TOTAL));
        shipments.put(order, shipment);
    }

    /** The event of an order and type. */
    EventId idOf(UUID order, String type) {
        return log.stream()
                .filter(record -> order.toString().equals(record.key()) && type.equals(record.type()))
                .map(record -> Objects.requireNonNull(record.id()))
                .findFirst()
                .orElseThrow();
    }

    int indexOf(EventId event) {
        for (int i = 0; i < log.size(); i++) {
            if (event.equals(log.get(i).id())) {
                return i;
            }
        }
        throw new IllegalArgumentException(event + " is not in the log");
    }

    Facts of(String service) {
        return Objects.requireNonNull(groups.get(service), service);
    }

    History history() {
        Map<String, Group> told = new LinkedHashMap<>();
        groups.forEach((service, facts) ->
                told.put(service, new Group(facts.inbox, facts.held, facts.acts, facts.deadLetters, facts.outbox)));
        return new History(
                accepted,
                log,
                told,
                orders,
                reservations,
                stock,
                Map.of("CABLE", 10L),
                payments,
                charges,
                shipments,
                liveLabels,
                windows);
    }

    Place place() {
        return new Place(0, log.size());
    }

    Instant now() {
        return BEGIN.plusSeconds(log.size());
    }

    static LogRecord withId(LogRecord record, @Nullable EventId id) {
        return new LogRecord(
                record.place(), record.at(), record.key(), record.type(), id, record.total(), record.isPoison());
    }
}
