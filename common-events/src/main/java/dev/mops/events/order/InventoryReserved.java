package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * Every line of the order is reserved. Published by the inventory service; billing charges.
 *
 * @param orderId the order
 */
public record InventoryReserved(UUID orderId) implements OrderEvent {

    public InventoryReserved {
        requireNonNull(orderId, "orderId");
    }
}
