package dev.mops.order;

import dev.mops.events.order.Money;
import dev.mops.events.order.OrderLine;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** An order as its customer sees it, with its timeline in log order. */
record OrderView(
        UUID orderId,
        String customerId,
        OrderStatus status,
        boolean cancellationRequested,
        Instant placedAt,
        List<OrderLine> lines,
        Money total,
        List<Entry> timeline) {

    static OrderView of(Order order, List<TimelineEntry> timeline) {
        return new OrderView(
                order.id(),
                order.customerId(),
                order.status(),
                order.isCancellationRequested(),
                order.placedAt(),
                order.lines(),
                order.total(),
                timeline.stream()
                        .map(entry -> new Entry(entry.eventId(), entry.type(), entry.at(), entry.source()))
                        .toList());
    }

    /** An event of the timeline. */
    record Entry(UUID eventId, String type, Instant at, String source) {}
}
