package dev.mops.system.model;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must hold in each step, and at the end. */
final class Promises {

    private static final List<String> STEPS_OF_AN_ORDER = List.of("PLACED", "RESERVED", "PAID");

    /** For each first final event the states in which the services may end. */
    private static final Map<String, Map<Service, Set<String>>> ENDS = Map.of(
            "order.shipped",
            ends(Set.of("SHIPPED"), Set.of("DISPATCHED"), Set.of("SETTLED"), Set.of("SHIPPED")),
            "order.inventory_rejected",
            ends(Set.of("REJECTED"), Set.of("REJECTED"), Set.of("VOIDED"), Set.of("VOIDED")),
            "order.payment_declined",
            ends(Set.of("DECLINED"), Set.of("RELEASED"), Set.of("DECLINED"), Set.of("VOIDED")),
            "order.shipment_failed",
            ends(Set.of("UNDELIVERABLE"), Set.of("RELEASED"), Set.of("REFUNDED"), Set.of("FAILED")),
            // A step that was under way when the cancellation came may have failed by itself.
            "order.cancellation_requested",
            ends(
                    Set.of("CANCELLED"),
                    Set.of("RELEASED", "REJECTED"),
                    Set.of("VOIDED", "REFUNDED", "DECLINED"),
                    Set.of("VOIDED", "FAILED")));

    /** Where an event was discarded, a service may have given its own step up before the order ended. */
    private static final Map<Service, Set<String>> ENDS_BEHIND_A_DISCARD = Map.of(
            Service.INVENTORY, Set.of("RELEASED", "REJECTED"),
            Service.BILLING, Set.of("VOIDED", "REFUNDED", "DECLINED"),
            Service.SHIPPING, Set.of("VOIDED", "FAILED"));

    private Promises() {}

    /** Final states stay, and an order never goes back. */
    static void checkStep(Moment before, Moment after) {
        for (Service service : Service.values()) {
            String from = before.state(service);
            String to = after.state(service);
            if (service.isFinal(from) && !from.equals(to)) {
                throw new Violation(service + " leaves " + from + ", which is final, for " + to);
            }
        }
        int to = STEPS_OF_AN_ORDER.indexOf(after.state(Service.ORDER));
        if (to >= 0 && to < STEPS_OF_AN_ORDER.indexOf(before.state(Service.ORDER))) {
            throw new Violation("The order goes back to " + after.state(Service.ORDER));
        }
    }

    /** Nothing is under way any more: all agree with the first final event in the log, and the books with them. */
    static void checkEnd(Moment end, boolean discarded) {
        String first = end.firstFinalEvent()
                .orElseThrow(() -> new Violation("Nothing moves any more, and the log has no final event"));
        Map<Service, Set<String>> ends = ENDS.getOrDefault(first, Map.of());
        boolean shipped = first.equals("order.shipped");
        ends.forEach((service, without) -> {
            Set<String> states = discarded && !shipped ? ENDS_BEHIND_A_DISCARD.getOrDefault(service, without) : without;
            if (!states.contains(end.state(service))) {
                throw new Violation("The first final event in the log is " + first + ", but " + service + " ends in "
                        + end.state(service));
            }
        });
        Book gateway = end.of(Service.BILLING).book();
        Book carrier = end.of(Service.SHIPPING).book();
        if (shipped != (gateway == Book.DONE)) {
            throw new Violation("The first final event in the log is " + first + ", but the charge is " + gateway);
        }
        if (shipped != (carrier == Book.DONE)) {
            throw new Violation("The first final event in the log is " + first + ", but the label is " + carrier);
        }
        if (end.log().contains("order.refunded") != (gateway == Book.REFUNDED)) {
            throw new Violation("The charge is " + gateway + ", but the log is " + end.log());
        }
        if (end.log().contains("order.inventory_released")
                != end.state(Service.INVENTORY).equals("RELEASED")) {
            throw new Violation("The reservation is " + end.state(Service.INVENTORY) + ", but the log is " + end.log());
        }
    }

    private static Map<Service, Set<String>> ends(
            Set<String> order, Set<String> inventory, Set<String> billing, Set<String> shipping) {
        return Map.of(
                Service.ORDER, order,
                Service.INVENTORY, inventory,
                Service.BILLING, billing,
                Service.SHIPPING, shipping);
    }
}
