package dev.mops.bench.textbook;

import java.util.UUID;

/**
 * An event on its way, as JSON.
 *
 * @param id the same however often it is delivered
 * @param type what happened
 * @param order all that is known of the order
 */
record Event(UUID id, String type, UUID orderId, PlaceOrder order) {

    static Event of(String type, UUID orderId, PlaceOrder order) {
        return new Event(UUID.randomUUID(), type, orderId, order);
    }
}
