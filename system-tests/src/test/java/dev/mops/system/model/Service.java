package dev.mops.system.model;

import java.util.Set;

/** A service with the aggregate that it keeps of an order. */
enum Service {
    ORDER("Order", "PLACED"),
    INVENTORY("Reservation", "NEW"),
    BILLING("Payment", "NEW"),
    SHIPPING("Shipment", "NEW");

    final String aggregate;
    final String beginning;

    Service(String aggregate, String beginning) {
        this.aggregate = aggregate;
        this.beginning = beginning;
    }

    boolean isFinal(String state) {
        Set<String> finals =
                switch (this) {
                    case ORDER -> Set.of("SHIPPED", "REJECTED", "DECLINED", "UNDELIVERABLE", "CANCELLED");
                    case INVENTORY -> Set.of("REJECTED", "RELEASED", "DISPATCHED");
                    case BILLING -> Set.of("DECLINED", "VOIDED", "REFUNDED", "SETTLED");
                    case SHIPPING -> Set.of("SHIPPED", "FAILED", "VOIDED");
                };
        return finals.contains(state);
    }
}
