package dev.mops.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderLine;
import dev.mops.messaging.HeldUp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An order as its customer sees it, with its timeline in log order.
 *
 * @param heldUp where an event of it failed, so that later ones wait; empty where it goes its way
 */
record OrderView(
        UUID orderId,
        String customerId,
        OrderStatus status,
        boolean cancellationRequested,
        Instant placedAt,
        List<OrderLine> lines,
        Money total,
        List<Entry> timeline,
        List<Hold> heldUp) {

    /**
     * An order as it is now.
     *
     * @param heldUpHere what holds it up in this service, which can't hear of it before it goes on
     */
    static OrderView of(Order order, List<TimelineEntry> timeline, Optional<HeldUp> heldUpHere) {
        Map<String, Hold> holds = new TreeMap<>();
        order.holds()
                .forEach((service, hold) -> holds.put(
                        service, new Hold(service, hold.eventType(), hold.reason(), hold.dead(), hold.since())));
        heldUpHere.ifPresent(held -> holds.put(
                held.consumerGroup(),
                new Hold(held.consumerGroup(), held.eventType(), held.reason(), held.dead(), held.since())));
        return new OrderView(
                order.id(),
                order.customerId(),
                order.status(),
                order.isCancellationRequested(),
                order.placedAt(),
                order.lines(),
                order.total(),
                timeline.stream()
                        .map(entry ->
                                new Entry(entry.eventId(), entry.type(), entry.at(), entry.source(), entry.note()))
                        .toList(),
                List.copyOf(holds.values()));
    }

    /**
     * An event of the timeline.
     *
     * @param note of one that says that the order is held up: by what, and why; null for all others
     */
    record Entry(
            UUID eventId,
            String type,
            Instant at,
            String source,
            @JsonInclude(Include.NON_NULL) @Nullable String note) {}

    /**
     * What holds an order up.
     *
     * @param service where its events wait
     * @param eventType the type of the event that failed; null where its record does not say
     * @param reason why it failed
     * @param dead whether an operator has to act; else it is tried again by itself
     * @param since when it failed first
     */
    record Hold(String service, @Nullable String eventType, String reason, boolean dead, Instant since) {}
}
