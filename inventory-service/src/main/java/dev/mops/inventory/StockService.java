package dev.mops.inventory;

import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryRejected.Shortage;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderLine;
import dev.mops.events.order.OrderShipped;
import dev.mops.messaging.Outbox;
import dev.mops.web.FieldError;
import dev.mops.web.ProblemException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reserves stock for orders, releases it, lets it leave, and receives more. */
@Service
@Transactional
class StockService {

    private final Reservations reservations;
    private final Stocks stocks;
    private final Outbox outbox;

    StockService(Reservations reservations, Stocks stocks, Outbox outbox) {
        this.reservations = reservations;
        this.stocks = stocks;
        this.outbox = outbox;
    }

    /** Loads and locks what a batch needs: first reservations, then stock. */
    void lock(List<OrderEvent> events) {
        Set<UUID> orderIds = new HashSet<>();
        Set<String> skus = new HashSet<>();
        for (OrderEvent event : events) {
            orderIds.add(event.orderId());
            if (event instanceof OrderCreated created) {
                created.lines().forEach(line -> skus.add(line.sku()));
            }
        }
        for (Reservation reservation : reservations.lock(orderIds)) {
            reservation.lines().forEach(line -> skus.add(line.sku()));
        }
        stocks.lock(skus);
    }

    /** Reserves all lines of an order, or none. */
    void reserve(OrderCreated order) {
        if (reservations.find(order.orderId()).isPresent()) {
            return;
        }
        List<Shortage> shortages =
                order.lines().stream().filter(this::isShort).map(this::shortage).toList();
        Reservation reservation = new Reservation(order.orderId());
        reservation.on(order, shortages.isEmpty());
        reservations.save(reservation);
        if (shortages.isEmpty()) {
            reservation.lines().forEach(line -> stock(line.sku()).reserve(line.quantity()));
            outbox.publish(new InventoryReserved(order.orderId()));
        } else {
            outbox.publish(new InventoryRejected(order.orderId(), shortages));
        }
    }

    /** Rejects an order whose beginning an operator gave up. */
    void discard(OrderCreated order) {
        if (reservations.find(order.orderId()).isPresent()) {
            return;
        }
        Reservation reservation = new Reservation(order.orderId());
        reservation.on(order, false);
        reservations.save(reservation);
        // A rejection names a line that is short: whatever is in stock, none of it is available to this order.
        outbox.publish(new InventoryRejected(
                order.orderId(),
                order.lines().stream()
                        .map(line -> new Shortage(line.sku(), line.quantity(), 0))
                        .toList()));
    }

    /** Puts back what is reserved for an order. */
    void release(OrderEvent event) {
        Reservation reservation = reservationOf(event);
        boolean ended = reservation.endedBy(event);
        reservations.save(reservation);
        if (ended) {
            reservation.lines().forEach(line -> stock(line.sku()).release(line.quantity()));
            outbox.publish(new InventoryReleased(event.orderId()));
        }
    }

    /** Lets what is reserved for an order leave. */
    void dispatch(OrderShipped event) {
        Reservation reservation = reservationOf(event);
        boolean ended = reservation.endedBy(event);
        reservations.save(reservation);
        if (ended) {
            reservation.lines().forEach(line -> stock(line.sku()).dispatch(line.quantity()));
        }
    }

    /**
     * Receives pieces of a product.
     *
     * @throws ProblemException 404 if there is no such product, 422 if the pieces would be more than can be counted
     */
    Stock receive(String sku, int quantity) {
        Stock stock = stocks.lock(List.of(sku)).stream().findFirst().orElseThrow(() -> unknown(sku));
        try {
            stock.receive(quantity);
        } catch (ArithmeticException e) {
            throw ProblemException.unprocessable(
                    List.of(new FieldError("quantity", "must not bring more than can be counted")));
        }
        return stock;
    }

    static ProblemException unknown(String sku) {
        return ProblemException.notFound("There is no stock of a product " + sku);
    }

    private Reservation reservationOf(OrderEvent event) {
        return reservations.find(event.orderId()).orElseGet(() -> new Reservation(event.orderId()));
    }

    private boolean isShort(OrderLine line) {
        return available(line.sku()) < line.quantity();
    }

    private Shortage shortage(OrderLine line) {
        return new Shortage(line.sku(), line.quantity(), (int) available(line.sku()));
    }

    private long available(String sku) {
        return stocks.find(sku).map(Stock::available).orElse(0L);
    }

    private Stock stock(String sku) {
        return stocks.find(sku).orElseThrow();
    }
}
