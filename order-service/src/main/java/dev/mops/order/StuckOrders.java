package dev.mops.order;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Sees orders that stand still: accepted, not final, and nothing heard of them for long. Nobody is down because of them,
 * so the health stays up; its details say how many they are, and which to look at first.
 */
@Component("ordersHealthIndicator")
class StuckOrders implements HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(StuckOrders.class);

    private final Orders orders;
    private final Admission admission;
    private final Duration stuckAfter;
    private final InstantSource clock;
    private volatile Optional<Orders.Stuck> stuck = Optional.empty();

    StuckOrders(Orders orders, Admission admission, OrderProperties limits, InstantSource clock, MeterRegistry meters) {
        this.orders = orders;
        this.admission = admission;
        this.stuckAfter = limits.stuckAfter();
        this.clock = clock;
        Gauge.builder("mops.orders.stuck", this::count)
                .description("Orders that are not final and have not moved for mops.orders.stuck-after")
                .register(meters);
    }

    /** Looks anew. In the background: neither a scrape nor a probe waits for the database. */
    @Scheduled(fixedDelayString = "10s")
    void look() {
        try {
            stuck = orders.stuckSince(clock.instant().minus(stuckAfter));
        } catch (DataAccessException | TransactionException e) {
            log.warn("Orders that stand still can't be counted for now: {}", e.toString());
        }
    }

    @Override
    public Health health() {
        Health.Builder health = Health.up().withDetail("stuck", count()).withDetail("inFlight", admission.inFlight());
        stuck.ifPresent(oldest -> health.withDetail(
                "oldest",
                Map.of(
                        "orderId", oldest.orderId(),
                        "status", oldest.status(),
                        "minutes", minutesSince(oldest.movedAt()))));
        return health.build();
    }

    private long count() {
        return stuck.map(Orders.Stuck::count).orElse(0L);
    }

    private long minutesSince(Instant moved) {
        return Duration.between(moved, clock.instant()).toMinutes();
    }
}
