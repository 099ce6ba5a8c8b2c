package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * The customer cancelled. Published by the order service, which takes the order for cancelled only when it reads this
 * event back before any other final one. Inventory releases, billing voids or refunds, shipping voids.
 *
 * @param orderId the order
 */
public record CancellationRequested(UUID orderId) implements OrderEvent {

    public CancellationRequested {
        requireNonNull(orderId, "orderId");
    }
}
