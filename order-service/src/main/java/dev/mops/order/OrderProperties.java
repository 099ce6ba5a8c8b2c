package dev.mops.order;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the order service.
 *
 * @param maxInFlight the most orders that are accepted and not final
 * @param maxOutboxAge how long the oldest event may have waited for Kafka while orders are still accepted
 * @param retryAfter what a customer who is refused is asked to wait, at least; at most twice as long
 * @param stuckAfter how long an order that is not final may stand still before it counts as stuck
 */
@ConfigurationProperties("mops.orders")
record OrderProperties(
        @DefaultValue("50000") long maxInFlight,
        @DefaultValue("30s") Duration maxOutboxAge,
        @DefaultValue("2s") Duration retryAfter,
        @DefaultValue("15m") Duration stuckAfter) {

    OrderProperties {
        if (maxInFlight < 1) {
            throw new IllegalArgumentException("mops.orders.max-in-flight must be at least 1, not " + maxInFlight);
        }
        if (!maxOutboxAge.isPositive()) {
            throw new IllegalArgumentException("mops.orders.max-outbox-age must be positive, not " + maxOutboxAge);
        }
        if (!stuckAfter.isPositive()) {
            throw new IllegalArgumentException("mops.orders.stuck-after must be positive, not " + stuckAfter);
        }
        if (retryAfter.toSeconds() < 1) {
            throw new IllegalArgumentException("mops.orders.retry-after must be at least 1s, not " + retryAfter);
        }
    }
}
