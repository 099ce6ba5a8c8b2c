package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * What was reserved for the order is back in stock. Published by the inventory service after a declined payment, a
 * failed shipment or a cancellation; the order service shows it.
 *
 * @param orderId the order
 */
public record InventoryReleased(UUID orderId) implements OrderEvent {

    public InventoryReleased {
        requireNonNull(orderId, "orderId");
    }
}
