package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

/**
 * One line of an order.
 *
 * @param sku the product, by its stock keeping unit
 * @param quantity pieces, 1 or more
 * @param unitPrice the price of one piece at the time of the order
 */
public record OrderLine(String sku, int quantity, Money unitPrice) {

    public OrderLine {
        requireNonNull(sku, "sku");
        requireNonNull(unitPrice, "unitPrice");
    }
}
