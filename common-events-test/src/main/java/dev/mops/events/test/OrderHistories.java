package dev.mops.events.test;

import dev.mops.events.order.Address;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderLine;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Histories of one or two orders, as they stand in the topic. Short ones, since who reads a history that failed has to
 * understand it, and who runs it does so in many ways.
 */
public final class OrderHistories {

    private static final int MOST_EVENTS = 8;
    private static final Money PRICE = new Money(2_490, "EUR");

    private OrderHistories() {}

    /** A history as it can be, made of nothing but these random numbers. */
    public static List<OrderEvent> of(RandomGenerator random) {
        return woven(random, journey(random), random.nextBoolean() ? journey(random) : List.of());
    }

    /** A history as it can't be, with an event too few, twice, or in the wrong place: an event of it may be refused. */
    public static List<OrderEvent> disturbed(RandomGenerator random) {
        List<OrderEvent> events = journey(random);
        int place = random.nextInt(events.size());
        switch (random.nextInt(3)) {
            case 0 -> events.remove(place);
            case 1 -> events.add(events.get(place));
            default -> Collections.swap(events, place, (place + random.nextInt(1, events.size())) % events.size());
        }
        return woven(random, events, random.nextBoolean() ? journey(random) : List.of());
    }

    private static List<OrderEvent> woven(RandomGenerator random, List<OrderEvent> one, List<OrderEvent> other) {
        List<OrderEvent> history = new ArrayList<>(one);
        int place = 0;
        for (OrderEvent event : other) {
            place = random.nextInt(place, history.size() + 1);
            history.add(place, event);
            place++;
        }
        while (history.size() > MOST_EVENTS) {
            history.removeLast();
        }
        return List.copyOf(history);
    }

    private static List<OrderEvent> journey(RandomGenerator random) {
        UUID order = new UUID(random.nextLong(), random.nextLong());
        List<OrderEvent> events = possible(order, random);
        if (random.nextInt(3) == 0) {
            events.add(random.nextInt(1, events.size() + 1), new CancellationRequested(order));
        }
        return events;
    }

    private static List<OrderEvent> possible(UUID order, RandomGenerator random) {
        UUID payment = new UUID(random.nextLong(), random.nextLong());
        UUID shipment = new UUID(random.nextLong(), random.nextLong());
        OrderCreated created = created(order, random);
        List<OrderEvent> events = new ArrayList<>();
        events.add(created);
        switch (random.nextInt(5)) {
            case 0 -> {
                OrderLine line = created.lines().getFirst();
                events.add(new InventoryRejected(
                        order, List.of(new InventoryRejected.Shortage(line.sku(), line.quantity(), 0))));
            }
            case 1 -> {
                events.add(new InventoryReserved(order));
                events.add(new PaymentDeclined(order, payment, "The card was declined"));
                events.add(new InventoryReleased(order));
            }
            case 2 -> {
                events.add(new InventoryReserved(order));
                events.add(new OrderPaid(order, payment, created.total()));
                events.add(new ShipmentFailed(order, shipment, "The carrier does not deliver to this postal code"));
                events.add(new OrderRefunded(order, payment, created.total()));
            }
            default -> {
                events.add(new InventoryReserved(order));
                events.add(new OrderPaid(order, payment, created.total()));
                events.add(new OrderShipped(order, shipment, "Simulated Parcel", "MOPS00000000420"));
            }
        }
        return events;
    }

    private static OrderCreated created(UUID order, RandomGenerator random) {
        return created(
                order,
                "sku-" + random.nextInt(1, 4),
                random.nextInt(1, 5),
                random.nextInt(4) == 0 ? "tok_declined" : "tok_approved",
                random.nextInt(4) == 0 ? "00000" : "10115");
    }

    /** An order of so many pieces of a product, which is approved, and can be delivered. */
    public static OrderCreated created(UUID order, String sku, int quantity) {
        return created(order, sku, quantity, "tok_approved", "10115");
    }

    private static OrderCreated created(UUID order, String sku, int quantity, String paymentToken, String postalCode) {
        return new OrderCreated(
                order,
                "c-42",
                List.of(new OrderLine(sku, quantity, PRICE)),
                PRICE.times(quantity),
                paymentToken,
                new Address("Zoë Müller", List.of("Invalidenstraße 116"), "Berlin", postalCode, "DE"),
                null);
    }
}
