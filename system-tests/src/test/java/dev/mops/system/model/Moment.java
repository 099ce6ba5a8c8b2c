package dev.mops.system.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The order at one moment: everything that is stored or under way.
 *
 * @param log the events of the order in the topic, with the crashes
 * @param crashes how many may still come
 * @param discards how many events an operator may still discard
 */
record Moment(
        List<String> log,
        Participant order,
        Participant inventory,
        Participant billing,
        Participant shipping,
        int crashes,
        int discards) {

    static final Set<String> FINAL_EVENTS = Set.of(
            "order.inventory_rejected",
            "order.payment_declined",
            "order.shipped",
            "order.shipment_failed",
            "order.cancellation_requested");

    /** The order is stored, its first event stands in the outbox. */
    static Moment placed(int crashes, int discards) {
        return new Moment(
                List.of(),
                Participant.of(Service.ORDER).publish("order.created"),
                Participant.of(Service.INVENTORY),
                Participant.of(Service.BILLING),
                Participant.of(Service.SHIPPING),
                crashes,
                discards);
    }

    Participant of(Service service) {
        return switch (service) {
            case ORDER -> order;
            case INVENTORY -> inventory;
            case BILLING -> billing;
            case SHIPPING -> shipping;
        };
    }

    String state(Service service) {
        return of(service).state();
    }

    Moment with(Service service, Participant changed) {
        return switch (service) {
            case ORDER -> new Moment(log, changed, inventory, billing, shipping, crashes, discards);
            case INVENTORY -> new Moment(log, order, changed, billing, shipping, crashes, discards);
            case BILLING -> new Moment(log, order, inventory, changed, shipping, crashes, discards);
            case SHIPPING -> new Moment(log, order, inventory, billing, changed, crashes, discards);
        };
    }

    Moment append(String event) {
        List<String> longer = new ArrayList<>(log);
        longer.add(event);
        return new Moment(List.copyOf(longer), order, inventory, billing, shipping, crashes, discards);
    }

    Moment crashed() {
        return new Moment(log, order, inventory, billing, shipping, crashes - 1, discards);
    }

    Moment discarded() {
        return new Moment(log, order, inventory, billing, shipping, crashes, discards - 1);
    }

    boolean isPublished(Service service, String event) {
        return log.contains(event) || of(service).outbox().contains(event);
    }

    /** Nothing is under way any more. */
    boolean isQuiet() {
        return Stream.of(order, inventory, billing, shipping).allMatch(participant -> participant.isIdle(log.size()));
    }

    Optional<String> firstFinalEvent() {
        return log.stream().filter(FINAL_EVENTS::contains).findFirst();
    }
}
