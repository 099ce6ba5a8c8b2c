package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The customer placed an order. Published by the order service; inventory reserves, billing opens the invoice, shipping
 * keeps the address. Holds a payment token and personal data: it prints its order id only.
 *
 * @param orderId the new order
 * @param customerId who ordered, as the shop knows them
 * @param lines what was ordered, each SKU once
 * @param total the sum of all lines, which billing charges
 * @param paymentToken stands for the means of payment at the payment gateway; never a card number
 * @param shippingAddress where it goes to
 * @param channel through what the order came, for example {@code web}; null where nobody said, or before version 1.1
 */
public record OrderCreated(
        UUID orderId,
        String customerId,
        List<OrderLine> lines,
        Money total,
        String paymentToken,
        Address shippingAddress,
        @Nullable String channel)
        implements OrderEvent {

    public OrderCreated {
        requireNonNull(orderId, "orderId");
        requireNonNull(customerId, "customerId");
        lines = List.copyOf(requireNonNull(lines, "lines"));
        requireNonNull(total, "total");
        requireNonNull(paymentToken, "paymentToken");
        requireNonNull(shippingAddress, "shippingAddress");
    }

    @Override
    public String toString() {
        return "OrderCreated[orderId=" + orderId + "]";
    }
}
