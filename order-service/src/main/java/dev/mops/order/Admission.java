package dev.mops.order;

import dev.mops.messaging.OutboxAge;
import dev.mops.web.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PostConstruct;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Lets orders in as long as the platform carries them. Orders in flight are counted in the background; between two
 * counts, each order that is let in counts as one more. So one instance never exceeds the limit, and several exceed it
 * by what the others let in between two counts.
 */
@Component
class Admission {

    private static final Logger log = LoggerFactory.getLogger(Admission.class);

    private final Orders orders;
    private final OutboxAge outbox;
    private final OrderProperties limits;
    private final Counter refused;

    /** All that were ever let in here, and those of them whose transaction has ended, either way. */
    private final AtomicLong admitted = new AtomicLong();

    private final AtomicLong ended = new AtomicLong();
    private volatile Sample sample = new Sample(Map.of(), 0, Duration.ZERO);
    private volatile boolean isAway;

    Admission(Orders orders, OutboxAge outbox, OrderProperties limits, MeterRegistry meters) {
        this.orders = orders;
        this.outbox = outbox;
        this.limits = limits;
        this.refused = Counter.builder("mops.orders.refused")
                .description("Orders that were refused with 429")
                .register(meters);
        Gauge.builder("mops.orders.in.flight", this::inFlight)
                .description("Orders that are accepted and not final, at most")
                .register(meters);
        for (OrderStatus status : OrderStatus.OPEN) {
            Gauge.builder("mops.orders.open", () -> isAway ? Double.NaN : sample.of(status))
                    .description("Orders that are accepted and not final, by status")
                    .tag("status", status.name())
                    .register(meters);
        }
    }

    /**
     * Lets one order of the running transaction in.
     *
     * @throws ProblemException 429 if there are too many in flight, or if the outbox is too old
     */
    void admit() {
        Sample now = sample;
        if (now.outboxAge().compareTo(limits.maxOutboxAge()) > 0) {
            throw refusal("Events wait for Kafka since " + now.outboxAge().toSeconds() + " s, at most "
                    + limits.maxOutboxAge().toSeconds() + " s are allowed");
        }
        long before;
        do {
            before = admitted.get();
            if (sample.inFlight(before) >= limits.maxInFlight()) {
                throw refusal("There are " + limits.maxInFlight() + " orders in flight, which is the limit");
            }
        } while (!admitted.compareAndSet(before, before + 1));
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                ended.incrementAndGet();
            }
        });
    }

    /**
     * Counts anew, the first time before anybody is let in. An order whose transaction is not over when the count begins
     * is counted on top, perhaps twice.
     */
    @PostConstruct
    @Scheduled(fixedDelayString = "200ms")
    void count() {
        try {
            long endedBefore = ended.get();
            sample = new Sample(orders.countOpen(), endedBefore, outbox.age());
            isAway = false;
        } catch (DataAccessException | TransactionException e) {
            // Who comes meanwhile is told so by the request itself.
            if (!isAway) {
                log.warn("Orders in flight can't be counted for now: {}", e.toString());
                isAway = true;
            }
        }
    }

    /** The orders that are accepted and not final, at most. */
    long inFlight() {
        return sample.inFlight(admitted.get());
    }

    private ProblemException refusal(String why) {
        refused.increment();
        // Spread, so that those who were refused together do not come back together.
        long seconds = limits.retryAfter().toSeconds();
        Duration retryAfter = Duration.ofSeconds(ThreadLocalRandom.current().nextLong(seconds, 2 * seconds + 1));
        return ProblemException.tooManyRequests(
                why + ". Repeat the request after " + retryAfter.toSeconds() + " s", retryAfter);
    }

    /**
     * What was seen at one moment.
     *
     * @param open orders in flight, by status
     * @param endedBefore how many of those that were let in here had ended their transactions: these are counted
     * @param outboxAge how long the oldest event had waited
     */
    private record Sample(Map<OrderStatus, Long> open, long endedBefore, Duration outboxAge) {

        long inFlight(long admitted) {
            return open.values().stream().mapToLong(Long::longValue).sum() + admitted - endedBefore;
        }

        double of(OrderStatus status) {
            return open.getOrDefault(status, 0L);
        }
    }
}
