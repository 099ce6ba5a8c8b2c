package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * The order's total is charged. Published by the billing service; shipping makes the label.
 *
 * @param orderId the order
 * @param paymentId the payment in the billing service
 * @param amount what was charged: the total of the order
 */
public record OrderPaid(UUID orderId, UUID paymentId, Money amount) implements OrderEvent {

    public OrderPaid {
        requireNonNull(orderId, "orderId");
        requireNonNull(paymentId, "paymentId");
        requireNonNull(amount, "amount");
    }
}
