package dev.mops.order;

import dev.mops.events.order.Money;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A page of orders, newest first.
 *
 * @param page counted from 0
 * @param size the most items of a page
 */
record OrderPage(List<Item> items, int page, int size, long totalItems, long totalPages) {

    static OrderPage of(List<Order> orders, int page, int size, long total) {
        return new OrderPage(
                orders.stream()
                        .map(order -> new Item(
                                order.id(),
                                order.customerId(),
                                order.status(),
                                order.isCancellationRequested(),
                                order.placedAt(),
                                order.total()))
                        .toList(),
                page,
                size,
                total,
                Math.ceilDiv(total, size));
    }

    /** An order in a page. */
    record Item(
            UUID orderId,
            String customerId,
            OrderStatus status,
            boolean cancellationRequested,
            Instant placedAt,
            Money total) {}
}
