package dev.mops.system.chaos;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import dev.mops.system.chaos.Fold.End;
import dev.mops.system.chaos.Fold.Step;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds a history against the guarantees G1 to G5 of {@code docs/guarantees.md}. It knows the wire, the tables of the
 * databases and {@code docs/state-tables.md}, and none of the code that made the history.
 */
final class Checker {

    private static final String ORDER = "order-service";
    private static final String INVENTORY = "inventory-service";
    private static final String BILLING = "billing-service";
    private static final String SHIPPING = "shipping-service";

    private static final String CREATED = "order.created";
    private static final String CANCELLED = "order.cancellation_requested";

    private static final Set<String> NOTHING_RESERVED = Set.of("RELEASED", "REJECTED");
    private static final Set<String> NOTHING_PAID = Set.of("VOIDED", "REFUNDED", "DECLINED");
    private static final Set<String> NOTHING_SHIPS = Set.of("VOIDED", "FAILED");

    /** For each first final event the states in which the services may end. */
    private static final Map<String, Map<String, Set<String>>> ENDS = Map.of(
            "order.shipped",
            ends(Set.of("SHIPPED"), Set.of("DISPATCHED"), Set.of("SETTLED"), Set.of("SHIPPED")),
            "order.inventory_rejected",
            ends(Set.of("REJECTED"), Set.of("REJECTED"), Set.of("VOIDED"), Set.of("VOIDED")),
            "order.payment_declined",
            ends(Set.of("DECLINED"), Set.of("RELEASED"), Set.of("DECLINED"), Set.of("VOIDED")),
            "order.shipment_failed",
            ends(Set.of("UNDELIVERABLE"), Set.of("RELEASED"), Set.of("REFUNDED"), Set.of("FAILED")),
            // A step that was under way when the cancellation came may have failed by itself.
            CANCELLED,
            ends(Set.of("CANCELLED"), NOTHING_RESERVED, NOTHING_PAID, NOTHING_SHIPS));

    private static final Set<String> FINAL = Set.of("SHIPPED", "REJECTED", "DECLINED", "UNDELIVERABLE", "CANCELLED");

    /** The aggregate of each service, as its table is called, and where it begins. */
    private static final Map<String, Fold> FOLDS = Map.of(
            ORDER, new Fold("Order", "PLACED"),
            INVENTORY, new Fold("Reservation", "NEW"),
            BILLING, new Fold("Payment", "NEW"),
            SHIPPING, new Fold("Shipment", "NEW"));

    /** How the message of a failure ends that was asked for. */
    private static final String ASKED_FOR = "since a failure switch says so";

    private final History history;
    private final List<String> violations = new ArrayList<>();
    /** The readable events in the order of their first occurrences, and those of each order. */
    private final Map<EventId, LogRecord> events = new LinkedHashMap<>();

    private final Map<Place, LogRecord> places = new HashMap<>();

    private final Map<String, List<LogRecord>> eventsOfKey;
    private final Set<String> heldKeys = new HashSet<>();
    private final Set<String> deadKeys = new HashSet<>();
    private final Set<String> keysWithDiscards = new HashSet<>();

    private Checker(History history) {
        this.history = history;
        for (LogRecord record : history.log()) {
            places.put(record.place(), record);
            if (!record.isPoison() && record.id() != null) {
                events.putIfAbsent(record.id(), record);
            }
        }
        this.eventsOfKey = events.values().stream().collect(groupingBy(event -> String.valueOf(event.key())));
        for (Group group : history.groups().values()) {
            group.held().forEach(held -> heldKeys.add(String.valueOf(held.key())));
            for (Act act : group.acts()) {
                deadKeys.add(String.valueOf(act.key()));
                if (act.action().equals("discard") && events.containsKey(act.event())) {
                    keysWithDiscards.add(String.valueOf(act.key()));
                }
            }
        }
    }

    /** What is broken, each with its guarantee; empty if all hold. */
    static List<String> violations(History history) {
        Checker checker = new Checker(history);
        checker.checkOrders();
        checker.checkStock();
        checker.checkEffectsOnce();
        checker.checkOrderOfEffects();
        checker.checkNothingLost();
        checker.checkProgress();
        return List.copyOf(checker.violations);
    }

    /** Whether an order may end with an event of this type. */
    static boolean isFinal(String type) {
        return ENDS.containsKey(type);
    }

    private void violated(String guarantee, String what) {
        violations.add(guarantee + ": " + what);
    }

    // G1

    private void checkOrders() {
        history.orders().keySet().stream()
                .filter(order -> !history.accepted().containsKey(order))
                .forEach(order -> violated("G1", order + " is an order that nobody was promised"));
        history.accepted().forEach((id, wish) -> {
            Order order = history.orders().get(id);
            if (order == null) {
                violated("G1", id + " was accepted, and is not there");
                return;
            }
            if (wish.cancelled() && eventsOf(id).stream().noneMatch(event -> CANCELLED.equals(event.type()))) {
                violated("G1", id + ": the cancellation that was accepted is not in the log");
            }
            if (FINAL.contains(order.status())) {
                checkAgreement(id, order);
            } else if (!isHeld(id)) {
                violated("G1", id + " is " + order.status() + ", and waits behind no dead letter");
            }
        });
    }

    private boolean isHeld(UUID order) {
        return heldKeys.contains(order.toString());
    }

    /** All services agree with the first final event in the log, but for what an operator took out of a service's way. */
    private void checkAgreement(UUID id, Order order) {
        String first = eventsOf(id).stream()
                .map(LogRecord::type)
                .filter(type -> type != null && ENDS.containsKey(type))
                .findFirst()
                .orElse(null);
        if (first == null) {
            violated("G1", id + " is " + order.status() + ", and the log has no final event");
            return;
        }
        boolean isDisturbed = keysWithDiscards.contains(id.toString()) && !first.equals("order.shipped");
        Map<String, Set<String>> ends = isDisturbed
                ? ends(Set.of(status(first)), NOTHING_RESERVED, NOTHING_PAID, NOTHING_SHIPS)
                : Objects.requireNonNull(ENDS.get(first));
        Map<String, String> states = statesOf(id);
        ends.forEach((service, allowed) -> {
            String state = states.get(service);
            if (!hasDiscarded(service, id) && (state == null || !allowed.contains(state))) {
                violated("G1", id + ": the first final event is " + first + ", but " + service + " ends in " + state);
            }
        });
        checkMoney(id);
        String shipment = states.get(SHIPPING);
        boolean mayShip = "SHIPPED".equals(shipment) || "LABELLED".equals(shipment);
        if (history.liveLabels().contains(id) != mayShip) {
            violated(
                    "G1",
                    id + ": the shipment is " + shipment + ", the label " + (mayShip ? "is not live" : "is live"));
        }
    }

    /** The status that an order has behind this final event. */
    private static String status(String finalEvent) {
        return Objects.requireNonNull(ENDS.get(finalEvent))
                .getOrDefault(ORDER, Set.of())
                .iterator()
                .next();
    }

    private void checkMoney(UUID id) {
        Payment payment = history.payments().get(id);
        String status = payment == null ? null : payment.status();
        Charge charge = history.charges().get(id);
        String state = charge == null ? "none" : charge.state();
        boolean isPaid = "PAID".equals(status) || "SETTLED".equals(status);
        boolean isAsking = status != null && status.endsWith("ING");
        if (isAsking && hasDiscarded(BILLING, id)) {
            // An operator gave up the answer.
            return;
        }
        if (isPaid != state.equals("APPROVED")) {
            violated("G1", id + ": the payment is " + status + ", the charge " + state);
        }
        if ("REFUNDED".equals(status) != state.equals("REFUNDED")) {
            violated("G1", id + ": the payment is " + status + ", the charge " + state);
        }
        Long total = eventsOf(id).stream()
                .map(LogRecord::total)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (isPaid && payment != null && charge != null) {
            if (!Objects.equals(charge.amount(), total) || !Objects.equals(payment.amount(), total)) {
                violated(
                        "G1",
                        id + " costs " + total + ", but " + charge.amount() + " was charged, " + payment.amount()
                                + " noted");
            }
        }
    }

    private void checkStock() {
        Map<String, Long> reserved = new HashMap<>();
        Map<String, Long> gone = new HashMap<>();
        history.reservations().forEach((id, reservation) -> {
            Map<String, Long> pieces =
                    switch (reservation.status()) {
                        case "RESERVED" -> reserved;
                        case "DISPATCHED" -> gone;
                        default -> new HashMap<>();
                    };
            reservation.lines().forEach((sku, quantity) -> pieces.merge(sku, (long) quantity, Long::sum));
            Wish wish = history.accepted().get(id);
            if (wish != null
                    && !reservation.lines().isEmpty()
                    && !reservation.lines().equals(wish.lines())) {
                violated("G1", id + " is for " + wish.lines() + ", but " + reservation.lines() + " was reserved");
            }
        });
        history.received().forEach((sku, received) -> {
            Stock stock = history.stock().getOrDefault(sku, new Stock(0, 0));
            if (stock.reserved() != reserved.getOrDefault(sku, 0L)) {
                violated(
                        "G1",
                        "of " + sku + " " + stock.reserved() + " pieces are reserved, for orders "
                                + reserved.getOrDefault(sku, 0L));
            }
            if (stock.onHand() + gone.getOrDefault(sku, 0L) != received) {
                violated(
                        "G1",
                        "of " + sku + " " + received + " pieces came, " + stock.onHand() + " are here, "
                                + gone.getOrDefault(sku, 0L) + " left");
            }
        });
    }

    // G2

    private void checkEffectsOnce() {
        history.groups().forEach((service, group) -> {
            Set<EventId> seen = new HashSet<>();
            Set<EventId> acted = group.acts().stream().map(Act::event).collect(Collectors.toSet());
            Set<EventId> held = group.held().stream().map(Held::event).collect(Collectors.toSet());
            for (EventId id : group.inbox()) {
                if (!seen.add(id)) {
                    violated("G2", service + " claimed " + id + " twice");
                }
                LogRecord event = events.get(id);
                boolean isKnown =
                        event != null && event.type() != null && fold(service).hears(event.type());
                if (!isKnown && !isPoison(id) && !acted.contains(id) && !held.contains(id)) {
                    violated("G2", service + " claimed " + id + ", which is not for it or not in the log");
                }
            }
        });
        history.accepted()
                .keySet()
                .forEach(order -> history.groups().keySet().forEach(service -> {
                    Set<String> published = new HashSet<>();
                    for (LogRecord event : eventsOf(order)) {
                        boolean isIts = event.id() != null
                                && event.id().source().equals("/" + service)
                                && event.type() != null
                                && (fold(service).publishes(event.type())
                                        || event.type().equals(CREATED)
                                        || event.type().equals(CANCELLED));
                        if (isIts && !published.add(event.type())) {
                            violated("G2", order + ": " + service + " published " + event.type() + " a second time");
                        }
                    }
                }));
    }

    private boolean isPoison(EventId id) {
        return history.log().stream().anyMatch(record -> record.isPoison() && id.equals(record.id()));
    }

    // G3

    private void checkOrderOfEffects() {
        history.accepted().forEach((id, wish) -> {
            if (isHeld(id)) {
                return;
            }
            Order order = history.orders().get(id);
            if (order != null && !order.timeline().equals(expectedTimeline(id))) {
                violated(
                        "G3",
                        id + ": the timeline is " + named(order.timeline()) + ", the log "
                                + named(expectedTimeline(id)));
            }
            Map<String, String> states = statesOf(id);
            history.groups().keySet().forEach(service -> {
                List<Step> steps = stepsOf(id, service);
                // The order service publishes what its customers ask for, not what it hears.
                End end = new End(
                        Objects.requireNonNullElse(states.get(service), "NEW"),
                        eventsOf(id).stream()
                                .filter(event -> event.id() != null
                                        && event.id().source().equals("/" + service))
                                .map(LogRecord::type)
                                .filter(type -> type != null && fold(service).publishes(type))
                                .toList());
                Set<End> ends = fold(service).ends(steps, wish);
                if (!ends.contains(end)) {
                    violated(
                            "G3",
                            id + ": " + service + " is where no effects in the order of the log lead: " + end + ", not "
                                    + ends + "; the log: " + steps);
                }
            });
        });
    }

    /** In the order of the log; but it begins with the order's own event, before which a foreign record may be held up. */
    private List<UUID> expectedTimeline(UUID order) {
        Set<EventId> discarded = group(ORDER).discarded();
        return eventsOf(order).stream()
                .filter(event -> CREATED.equals(event.type())
                        || (event.type() != null && fold(ORDER).hears(event.type())))
                .filter(event -> event.id() != null && !discarded.contains(event.id()))
                .sorted(Comparator.comparing(event -> !CREATED.equals(event.type())))
                .map(event -> Objects.requireNonNull(event.id()).id())
                .toList();
    }

    private List<Step> stepsOf(UUID order, String service) {
        Set<EventId> discarded = group(service).discarded();
        List<Step> steps = new ArrayList<>();
        for (LogRecord event : eventsOf(order)) {
            if (event.type() != null && event.id() != null && fold(service).hears(event.type())) {
                steps.add(new Step(event.type(), discarded.contains(event.id())));
            }
        }
        return steps;
    }

    private String named(List<UUID> timeline) {
        Map<UUID, String> types = events.values().stream()
                .filter(event ->
                        event.id() != null && timeline.contains(event.id().id()))
                .collect(toMap(
                        event -> Objects.requireNonNull(event.id()).id(),
                        event -> String.valueOf(event.type()),
                        (one, other) -> one));
        return timeline.stream()
                .map(event -> types.getOrDefault(event, event.toString()))
                .toList()
                .toString();
    }

    // G4

    private void checkNothingLost() {
        history.accepted().keySet().forEach(order -> {
            if (eventsOf(order).stream().noneMatch(event -> CREATED.equals(event.type()))) {
                violated("G4", order + " was accepted, but the log has no " + CREATED);
            }
        });
        history.groups().forEach((service, group) -> {
            if (group.outbox() > 0) {
                violated("G4", group.outbox() + " events of " + service + " are not in the log");
            }
            Set<EventId> known = new LinkedHashSet<>(group.inbox());
            group.held().forEach(held -> known.add(held.event()));
            known.addAll(group.discarded());
            events.forEach((id, event) -> {
                if (event.type() != null && fold(service).hears(event.type()) && !known.contains(id)) {
                    violated(
                            "G4",
                            service + " neither handled nor holds " + event.type() + " " + id + " of " + event.key()
                                    + " at " + event.place());
                }
            });
            Set<Place> dead =
                    group.deadLetters().stream().map(DeadLetter::place).collect(Collectors.toSet());
            group.held().forEach(held -> dead.add(held.place()));
            Set<EventId> lettered = dead.stream()
                    .map(places::get)
                    .filter(Objects::nonNull)
                    .map(LogRecord::id)
                    .collect(Collectors.toSet());
            group.acts().stream()
                    .filter(act -> events.containsKey(act.event()) && !lettered.contains(act.event()))
                    .forEach(act -> violated(
                            "G4", service + " has no dead letter of " + act.event() + ", on which an operator acted"));
            Set<EventId> seen = new HashSet<>();
            for (LogRecord record : history.log()) {
                if (record.isPoison() && record.id() != null && !seen.add(record.id())) {
                    // It comes again: one dead letter is enough.
                    continue;
                }
                boolean isHeard = record.type() == null || fold(service).hears(record.type());
                if (record.isPoison() && isHeard && !dead.contains(record.place())) {
                    violated("G4", service + " has no dead letter of the record at " + record.place());
                }
            }
        });
    }

    // G5

    private void checkProgress() {
        for (Window window : history.windows()) {
            boolean moved = history.accepted().keySet().stream()
                    .filter(order -> !isHeld(order) && !deadKeys.contains(order.toString()))
                    .flatMap(order -> eventsOf(order).stream())
                    .anyMatch(event ->
                            event.type() != null && ENDS.containsKey(event.type()) && window.contains(event.at()));
            if (!moved) {
                violated(
                        "G5",
                        "while some orders failed, from " + window.from() + " to " + window.until()
                                + ", no other ended");
            }
        }
        history.groups()
                .forEach((service, group) -> group.deadLetters().stream()
                        .filter(dead -> !isExplained(dead))
                        .forEach(dead -> violated(
                                "G5",
                                service + " has a dead letter that nobody asked for: " + dead.error()
                                        + ", of the record at " + dead.place())));
    }

    /** A failure that was asked for, a record that nobody can read, or what an operator's discard left without its beginning. */
    private boolean isExplained(DeadLetter dead) {
        LogRecord record = places.get(dead.place());
        return (dead.error() != null && dead.error().endsWith(ASKED_FOR))
                || (record != null && (record.isPoison() || keysWithDiscards.contains(String.valueOf(record.key()))));
    }

    // What all of them need

    private List<LogRecord> eventsOf(UUID order) {
        return eventsOfKey.getOrDefault(order.toString(), List.of());
    }

    private boolean hasDiscarded(String service, UUID order) {
        Set<EventId> discarded = group(service).discarded();
        return eventsOf(order).stream().anyMatch(event -> event.id() != null && discarded.contains(event.id()));
    }

    private Map<String, String> statesOf(UUID id) {
        Map<String, @Nullable String> states = new HashMap<>();
        Order order = history.orders().get(id);
        Reservation reservation = history.reservations().get(id);
        Payment payment = history.payments().get(id);
        states.put(ORDER, order == null ? null : order.status());
        states.put(INVENTORY, reservation == null ? null : reservation.status());
        states.put(BILLING, payment == null ? null : payment.status());
        states.put(SHIPPING, history.shipments().get(id));
        Map<String, String> known = new HashMap<>();
        states.forEach((service, state) -> {
            if (state != null) {
                known.put(service, state);
            }
        });
        return known;
    }

    private Group group(String service) {
        return Objects.requireNonNull(history.groups().get(service), service);
    }

    private static Fold fold(String service) {
        return Objects.requireNonNull(FOLDS.get(service), service);
    }

    private static Map<String, Set<String>> ends(
            Set<String> order, Set<String> inventory, Set<String> billing, Set<String> shipping) {
        return Map.of(ORDER, order, INVENTORY, inventory, BILLING, billing, SHIPPING, shipping);
    }
}
