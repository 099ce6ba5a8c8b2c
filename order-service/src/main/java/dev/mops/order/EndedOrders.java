package dev.mops.order;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Counts orders that have ended, by how they did. */
@Component
class EndedOrders {

    private final Map<OrderStatus, Counter> byStatus;

    EndedOrders(MeterRegistry meters) {
        this.byStatus = Arrays.stream(OrderStatus.values())
                .filter(OrderStatus::isFinal)
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(),
                        status -> Counter.builder("mops.orders.ended")
                                .description("Orders that have reached a final status")
                                .tag("status", status.name())
                                .register(meters)));
    }

    /** The running transaction ends an order: it counts if it commits, since one that is rolled back comes again. */
    void add(OrderStatus status) {
        Counter counter = byStatus.get(status);
        if (counter != null) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    counter.increment();
                }
            });
        }
    }
}
