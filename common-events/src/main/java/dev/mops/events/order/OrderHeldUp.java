package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event of the order failed in a service, and the order's later events wait there behind it. Published by the service
 * that holds them; only the order service hears of it, and shows it.
 *
 * <p>Its texts may come from anywhere: each is cut to what the schema takes, and what no text is becomes a space.
 *
 * @param orderId the order
 * @param service who holds the order up, by its consumer group
 * @param eventType the type of the event that failed; null where its record does not say
 * @param reason why it failed, for people
 * @param dead whether an operator has to act; else it is tried again by itself
 * @param since when it failed first
 */
public record OrderHeldUp(
        UUID orderId, String service, @Nullable String eventType, String reason, boolean dead, Instant since)
        implements OrderEvent {

    static final int MAX_NAME_LENGTH = 200;
    static final int MAX_REASON_LENGTH = 500;

    public OrderHeldUp {
        requireNonNull(orderId, "orderId");
        service = ForeignText.fitting(requireNonNull(service, "service"), MAX_NAME_LENGTH);
        eventType = eventType == null ? null : ForeignText.fitting(eventType, MAX_NAME_LENGTH);
        reason = ForeignText.fitting(requireNonNull(reason, "reason"), MAX_REASON_LENGTH);
        requireNonNull(since, "since");
    }

    /** The same of a key; nothing where the key is no order id, so that no order is held up. */
    public static Optional<OrderHeldUp> of(
            String key, String service, @Nullable String eventType, String reason, boolean dead, Instant since) {
        return orderOf(key).map(orderId -> new OrderHeldUp(orderId, service, eventType, reason, dead, since));
    }

    /** The order whose events have this key. */
    static Optional<UUID> orderOf(String key) {
        UUID orderId;
        try {
            orderId = UUID.fromString(key);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        // fromString takes "1-2-3-4-5", too, whose events would have another key.
        return Optional.of(orderId).filter(id -> id.toString().equals(key));
    }
}
