package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * The payment gateway said no: the order ends as declined. Published by the billing service; inventory releases the
 * stock, shipping forgets the address.
 *
 * @param orderId the order
 * @param paymentId the payment in the billing service
 * @param reason the gateway's reason, for people, cut to what the schema takes
 */
public record PaymentDeclined(UUID orderId, UUID paymentId, String reason) implements OrderEvent {

    private static final int MAX_REASON_LENGTH = 200;

    public PaymentDeclined {
        requireNonNull(orderId, "orderId");
        requireNonNull(paymentId, "paymentId");
        reason = ForeignText.fitting(requireNonNull(reason, "reason"), MAX_REASON_LENGTH);
    }
}
