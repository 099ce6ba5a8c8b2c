package dev.mops.system;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.system.Views.Entry;
import dev.mops.system.Views.Order;
import dev.mops.system.Views.Payment;
import dev.mops.system.Views.Shipment;
import dev.mops.system.Views.Stock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Looks at everything when a test class is through: every order has ended, and order, timeline, topic, payment, shipment,
 * label, stock and the books of the outside world tell one story.
 */
final class Audit {

    private static final Map<String, String> STATUS_BY_FIRST_FINAL_EVENT = Map.of(
            "order.shipped", "SHIPPED",
            "order.inventory_rejected", "REJECTED",
            "order.payment_declined", "DECLINED",
            "order.shipment_failed", "UNDELIVERABLE",
            "order.cancellation_requested", "CANCELLED");

    /** So many orders are looked at one by one, as a customer does; of more, each hundredth, and the rest where it is stored. */
    private static final int ONE_BY_ONE = 2_000;

    private static final int SAMPLE = 100;

    private final Shop shop;
    private final Books books;
    private final OrdersTopic topic;
    private Map<String, Stock> atTheBeginning = Map.of();

    Audit(Shop shop) {
        this.shop = shop;
        this.books = new Books(shop.platform());
        this.topic = new OrdersTopic(shop.platform());
    }

    void begin() {
        atTheBeginning = stock();
    }

    void end() {
        List<UUID> placed = List.copyOf(shop.placed().keySet());
        boolean isCrowd = placed.size() > ONE_BY_ONE;
        if (isCrowd) {
            Shop.eventually().until(() -> Collections.disjoint(books.openOrders(), placed));
        } else {
            placed.forEach(shop::awaitEnd);
        }
        // The last effects: what was held goes back, what was paid is settled or refunded.
        topic.awaitQuiet();
        Map<UUID, Set<UUID>> log = topic.eventIds();
        Map<UUID, Books.Charge> charges = books.charges();
        Map<UUID, Books.Label> labels = books.labels();
        Map<UUID, String> statuses = new HashMap<>();
        Map<UUID, Order> orders = isCrowd ? books.orders() : Map.of();
        Map<UUID, Payment> payments = isCrowd ? books.payments() : Map.of();
        Map<UUID, Shipment> shipments = isCrowd ? books.shipments() : Map.of();
        for (int i = 0; i < placed.size(); i++) {
            UUID orderId = placed.get(i);
            boolean isAsked = !isCrowd || i % SAMPLE == 0;
            Order order = isAsked ? shop.order(orderId) : requireNonNull(orders.get(orderId), orderId.toString());
            Payment payment = isAsked ? shop.payment(orderId).orElseThrow() : requireNonNull(payments.get(orderId));
            Shipment shipment = isAsked ? shop.shipment(orderId).orElseThrow() : requireNonNull(shipments.get(orderId));
            statuses.put(orderId, order.status());
            assertThat(order.timeline())
                    .extracting(Entry::eventId)
                    .as("%s: the timeline is what stands in the topic, in its order", order)
                    .containsExactlyElementsOf(log.getOrDefault(orderId, Set.of()));
            tellsOneStory(
                    order,
                    payment,
                    shipment,
                    Optional.ofNullable(charges.get(orderId)),
                    Optional.ofNullable(labels.get(orderId)));
            if (isAsked) {
                hasItsPaper(order, shipment);
            }
        }
        stockAddsUp(statuses);
        logsKeepSecrets();
    }

    private static void tellsOneStory(
            Order order,
            Payment payment,
            Shipment shipment,
            Optional<Books.Charge> charge,
            Optional<Books.Label> label) {
        List<String> types = order.types();
        boolean isCharged =
                charge.filter(entry -> entry.state().equals("APPROVED")).isPresent();
        boolean isLive = label.filter(Books.Label::isLive).isPresent();

        assertThat(types.stream()
                        .filter(STATUS_BY_FIRST_FINAL_EVENT::containsKey)
                        .findFirst()
                        .map(STATUS_BY_FIRST_FINAL_EVENT::get))
                .as("%s: the first final event in the log wins", order)
                .contains(order.status());
        boolean isShipped = order.status().equals("SHIPPED");
        assertThat(isCharged).as("%s: charged is what ships, %s", order, charge).isEqualTo(isShipped);
        assertThat(isLive)
                .as("%s: a label is live for what ships, %s", order, label)
                .isEqualTo(isShipped);
        assertThat(payment.status())
                .as("%s: payment", order)
                .isIn(
                        switch (order.status()) {
                            case "SHIPPED" -> Set.of("SETTLED");
                            case "REJECTED" -> Set.of("VOIDED");
                            case "DECLINED" -> Set.of("DECLINED");
                            case "UNDELIVERABLE" -> Set.of("REFUNDED");
                            default -> Set.of("VOIDED", "REFUNDED", "DECLINED");
                        });
        assertThat(shipment.status())
                .as("%s: shipment", order)
                .isIn(
                        switch (order.status()) {
                            case "SHIPPED" -> Set.of("SHIPPED");
                            case "REJECTED", "DECLINED" -> Set.of("VOIDED");
                            case "UNDELIVERABLE" -> Set.of("FAILED");
                            default -> Set.of("VOIDED", "FAILED");
                        });
        assertThat(types.contains("order.inventory_released"))
                .as("%s: stock that was reserved ships or goes back", order)
                .isEqualTo(types.contains("order.inventory_reserved") && !isShipped);
        assertThat(types.contains("order.refunded") && payment.refunded())
                .as("%s: what was paid is kept or refunded, %s", order, payment)
                .isEqualTo(types.contains("order.paid") && !isShipped);
    }

    private void hasItsPaper(Order order, Shipment shipment) {
        HttpResponse<String> paper = shop.label(shipment.shipmentId());
        if (order.status().equals("SHIPPED")) {
            assertThat(paper.statusCode()).as("%s: label", order).isEqualTo(200);
            assertThat(paper.body()).contains(shipment.trackingNumber());
        } else {
            assertThat(paper.statusCode()).as("%s: label", order).isIn(404, 410);
        }
    }

    private void stockAddsUp(Map<UUID, String> statuses) {
        Map<String, Stock> now = stock();
        now.forEach((sku, stock) -> {
            long shipped = shop.placed().entrySet().stream()
                    .filter(order -> "SHIPPED".equals(statuses.get(order.getKey())))
                    .mapToLong(order -> order.getValue().lines().getOrDefault(sku, 0))
                    .sum();
            Stock before = atTheBeginning.getOrDefault(sku, new Stock(sku, 0, 0, 0));
            assertThat(stock.reserved()).as("reserved of %s", sku).isZero();
            assertThat(stock.onHand() + shipped)
                    .as("pieces of %s, here and shipped", sku)
                    .isEqualTo(before.onHand() + shop.received(sku));
        });
    }

    private Map<String, Stock> stock() {
        return shop.stock().stream().collect(toMap(Stock::sku, stock -> stock));
    }

    private void logsKeepSecrets() {
        Path folder = shop.platform().service("order-service").log().resolveSibling(".");
        try (Stream<Path> services = Files.list(folder)) {
            List<Path> logs = new ArrayList<>(services.toList());
            assertThat(logs).hasSizeGreaterThanOrEqualTo(4);
            logs.add(shop.platform().postgres().log());
            logs.add(shop.platform().kafka().log());
            assertThat(logs).allSatisfy(log -> assertThat(Files.readString(log)).doesNotContain(Shop.SECRETS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
