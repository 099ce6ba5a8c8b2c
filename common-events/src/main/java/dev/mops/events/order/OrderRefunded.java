package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * The customer's money is back. Published by the billing service after a cancellation or a failed shipment; the order
 * service shows it.
 *
 * @param orderId the order
 * @param paymentId the payment in the billing service
 * @param amount what was refunded: all that was charged
 */
public record OrderRefunded(UUID orderId, UUID paymentId, Money amount) implements OrderEvent {

    public OrderRefunded {
        requireNonNull(orderId, "orderId");
        requireNonNull(paymentId, "paymentId");
        requireNonNull(amount, "amount");
    }
}
