package dev.mops.order;

import dev.mops.order.OrderService.Placed;
import dev.mops.web.GroupCommit;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Places orders that come at the same time in one transaction: under load, what a commit costs is shared by many. */
@Component
class OrderPlacement {

    private static final int MOST_AT_ONCE = 200;

    private final ContextSnapshotFactory contexts =
            ContextSnapshotFactory.builder().clearMissing(true).build();
    private final OrderService service;
    private final GroupCommit<Request, Placed> commit;

    OrderPlacement(OrderService service) {
        this.service = service;
        this.commit = new GroupCommit<>(MOST_AT_ONCE, this::place);
    }

    /** Places an order; returns once it is stored. */
    Placed place(PlaceOrderRequest order) {
        return commit.ask(new Request(order, contexts.captureAll()));
    }

    private List<Supplier<Placed>> place(List<Request> requests) {
        return service.place(requests);
    }

    /**
     * An order that was asked for.
     *
     * @param context of the request that asked: what is published belongs to its trace
     */
    record Request(PlaceOrderRequest order, ContextSnapshot context) {

        <T> T inContext(Supplier<T> work) {
            try (var _ = context.setThreadLocals()) {
                return work.get();
            }
        }
    }
}
