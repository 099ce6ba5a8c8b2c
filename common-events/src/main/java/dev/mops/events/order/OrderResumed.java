package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;

/**
 * The order goes on in a service that had {@linkplain OrderHeldUp held it up}. Published by that service; only the order
 * service hears of it, and shows it.
 *
 * @param orderId the order
 * @param service who holds the order up no longer, by its consumer group
 */
public record OrderResumed(UUID orderId, String service) implements OrderEvent {

    public OrderResumed {
        requireNonNull(orderId, "orderId");
        requireNonNull(service, "service");
    }

    /** The same of a key; nothing where the key is no order id, so that no order was held up. */
    public static Optional<OrderResumed> of(String key, String service) {
        return OrderHeldUp.orderOf(key).map(orderId -> new OrderResumed(orderId, service));
    }
}
