package dev.mops.inventory;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** The pieces of a product: those on hand, and how many of them are reserved. Its database row checks the same bounds. */
@Entity
class Stock {

    @Id
    private String sku;

    private long onHand;
    private long reserved;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected Stock() {}

    Stock(String sku, long onHand) {
        this.sku = sku;
        this.onHand = onHand;
    }

    String sku() {
        return sku;
    }

    long onHand() {
        return onHand;
    }

    long reserved() {
        return reserved;
    }

    long available() {
        return onHand - reserved;
    }

    /** Sets pieces aside; the caller has checked that they are available. */
    void reserve(int quantity) {
        if (quantity > available()) {
            throw new IllegalStateException(
                    "%d of %s can't be reserved: %d are available".formatted(quantity, sku, available()));
        }
        reserved += quantity;
    }

    /** Puts reserved pieces back. */
    void release(int quantity) {
        reserved -= quantity;
    }

    /** Reserved pieces leave. */
    void dispatch(int quantity) {
        reserved -= quantity;
        onHand -= quantity;
    }

    /**
     * Pieces arrive.
     *
     * @throws ArithmeticException if they are more than can be counted
     */
    void receive(int quantity) {
        onHand = Math.addExact(onHand, quantity);
    }
}
