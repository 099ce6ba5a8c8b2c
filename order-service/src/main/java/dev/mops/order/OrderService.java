package dev.mops.order;

import dev.mops.events.EventCodec;
import dev.mops.events.EventMetadata;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderLine;
import dev.mops.messaging.Outbox;
import dev.mops.web.FieldError;
import dev.mops.web.ProblemException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Places orders, cancels them, and follows what the log says of them. */
@Service
@Transactional
class OrderService {

    private static final Logger log = LoggerFactory.getLogger(OrderService.class);

    private final Orders orders;
    private final Admission admission;
    private final EndedOrders ended;
    private final Outbox outbox;
    private final InstantSource clock;

    OrderService(Orders orders, Admission admission, EndedOrders ended, Outbox outbox, InstantSource clock) {
        this.orders = orders;
        this.admission = admission;
        this.ended = ended;
        this.outbox = outbox;
        this.clock = clock;
    }

    /** Places an order at today's prices. */
    Order place(PlaceOrderRequest request) {
        List<OrderLine> lines = price(request.lines());
        admission.admit();
        Order order = new Order(
                EventCodec.newId(),
                request.customerId(),
                lines,
                total(lines),
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        OrderCreated created = new OrderCreated(
                order.id(),
                request.customerId(),
                lines,
                order.total(),
                request.paymentToken(),
                request.shippingAddress().toAddress(),
                request.channel());
        // The first event of an order is the first in the log, too: nobody else knows the order yet.
        TimelineEntry first = order.record(created, outbox.publish(created));
        orders.add(order);
        orders.add(first);
        return order;
    }

    /** Asks for an order's cancellation; the log decides whether it comes in time. */
    Order cancel(UUID orderId) {
        Order order = orders.lock(List.of(orderId)).stream()
                .findFirst()
                .orElseThrow(() -> ProblemException.notFound("There is no order " + orderId));
        if (order.status().isFinal()) {
            throw ProblemException.conflict("The order " + orderId + " is " + order.status()
                    + ", which is final: it can't be cancelled any more");
        }
        if (order.requestCancellation()) {
            outbox.publish(new CancellationRequested(orderId));
        }
        return order;
    }

    /** Loads and locks the orders of a batch. */
    void lock(List<OrderEvent> events) {
        orders.lock(new HashSet<>(events.stream().map(OrderEvent::orderId).toList()));
    }

    /** Takes an event from the log. */
    void follow(OrderEvent event, EventMetadata metadata) {
        orders.find(event.orderId())
                .ifPresentOrElse(
                        order -> {
                            advance(order, event);
                            orders.add(order.record(event, metadata));
                        },
                        () -> log.warn(
                                "The event {} {} is of an order that was not placed here: {}",
                                metadata.type(),
                                metadata.id(),
                                event.orderId()));
    }

    /** An operator gave an event up: an order that it ends has ended all the same, but nothing was handled to be shown. */
    void discard(OrderEvent event) {
        orders.find(event.orderId()).ifPresent(order -> advance(order, event));
    }

    private void advance(Order order, OrderEvent event) {
        boolean wasFinal = order.status().isFinal();
        order.on(event, clock.instant());
        if (!wasFinal && order.status().isFinal()) {
            ended.add(order.status());
        }
    }

    private List<OrderLine> price(List<PlaceOrderRequest.Line> requested) {
        Map<String, Product> products = orders.products(
                requested.stream().map(PlaceOrderRequest.Line::sku).toList());
        List<FieldError> errors = new ArrayList<>();
        List<OrderLine> lines = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < requested.size(); i++) {
            PlaceOrderRequest.Line line = requested.get(i);
            Product product = products.get(line.sku());
            if (!seen.add(line.sku())) {
                errors.add(new FieldError("lines[" + i + "].sku", "must stand in one line only"));
            } else if (product == null) {
                errors.add(new FieldError("lines[" + i + "].sku", "must be the SKU of a product"));
            } else {
                lines.add(new OrderLine(line.sku(), line.quantity(), product.price()));
            }
        }
        if (!errors.isEmpty()) {
            throw ProblemException.unprocessable(errors);
        }
        return lines;
    }

    private static Money total(List<OrderLine> lines) {
        if (lines.stream().map(line -> line.unitPrice().currency()).distinct().count() > 1) {
            throw ProblemException.unprocessable(List.of(new FieldError("lines", "must be in one currency")));
        }
        try {
            return lines.stream()
                    .map(line -> line.unitPrice().times(line.quantity()))
                    .reduce(Money::plus)
                    .orElseThrow();
        } catch (ArithmeticException e) {
            throw ProblemException.unprocessable(
                    List.of(new FieldError("lines", "must not cost more than can be counted")));
        }
    }
}
