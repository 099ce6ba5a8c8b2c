package dev.mops.system.model;

import java.util.Set;

/** What stands in the books of the payment gateway or the carrier under an order's idempotency key. */
enum Book {
    NOTHING,
    DONE,
    REFUSED,
    VOIDED,
    REFUNDED;

    /** What a call can lead to: one entry, or two where the outside world decides. */
    Set<Book> after(String call) {
        return switch (call) {
            case "charge", "label" -> this == NOTHING ? Set.of(DONE, REFUSED) : Set.of(this);
            // Before the charge arrives, too: the mark refuses it.
            case "void" -> Set.of(this == NOTHING || this == DONE ? VOIDED : this);
            case "refund" -> Set.of(this == DONE ? REFUNDED : this);
            default -> throw new IllegalArgumentException("No such call: " + call);
        };
    }

    /** What the outside world answers to a call that led here: a row of the table. */
    String answer(String call) {
        boolean done = this == DONE || this == REFUNDED;
        return switch (call) {
            case "charge" -> done ? "charge: approved" : "charge: declined";
            case "label" -> done ? "label: made" : "label: undeliverable";
            default -> call + ": done";
        };
    }
}
