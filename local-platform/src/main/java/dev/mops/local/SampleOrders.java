package dev.mops.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Places orders as a customer does, one after the other, and follows each to its end. */
final class SampleOrders {

    /** The statuses in which an order has ended. */
    static final Set<String> FINAL = Set.of("SHIPPED", "REJECTED", "DECLINED", "UNDELIVERABLE", "CANCELLED");

    private static final int VARIETY = 5;
    // Oftener would be finer, but on two cores the looks themselves slow the order down: at 5 ms by a quarter.
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

    private final URI orders;
    private final URI inventory;
    private final Consumer<String> say;
    private final boolean watch;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final JsonMapper json = JsonMapper.shared();

    SampleOrders(URI orders, URI inventory, boolean watch, Consumer<String> say) {
        this.orders = orders;
        this.inventory = inventory;
        this.watch = watch;
        this.say = say;
    }

    /** A stock keeping unit that the order service sells; empty where it sells none. */
    Optional<String> anySku() {
        return skus().stream().findFirst();
    }

    /** The body of an order for one piece. */
    String body(String sku, String customer) {
        return json.writeValueAsString(new NewOrder(
                customer,
                List.of(new Line(sku, 1)),
                "tok_approved",
                new Address("Ada Example", "Musterstr. 1", "Berlin", "10115", "DE")));
    }

    /** Places so many orders, or stops at the first that gets stuck; true if each reached a final status. */
    boolean place(int count) {
        List<String> skus = skus();
        if (skus.isEmpty()) {
            throw new LocalPlatformException(
                    "The order service has no products: ./mops reset, then ./mops up seeds them");
        }
        Map<String, Integer> statuses = new TreeMap<>();
        List<Duration> seen = new ArrayList<>();
        List<Duration> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String customer = "c-" + ThreadLocalRandom.current().nextInt(1, 100);
            Outcome outcome = placeOne(body(skus.get(i % skus.size()), customer));
            statuses.merge(outcome.status(), 1, Integer::sum);
            if (!FINAL.contains(outcome.status())) {
                say.accept("This order does not move: ./mops status and ./mops logs <service> show why");
                break;
            }
            if (outcome.status().equals("SHIPPED")) {
                seen.add(outcome.seen());
                outcome.events().ifPresent(events::add);
            }
        }
        say.accept("");
        int placed = statuses.values().stream().mapToInt(Integer::intValue).sum();
        say.accept(placed + (placed == 1 ? " order: " : " orders: ") + counts(statuses));
        if (!seen.isEmpty()) {
            say.accept("Placed to shipped: " + spread(seen)
                    + "  (from sending POST /orders until GET /orders/{id} says SHIPPED, asked every "
                    + BETWEEN_LOOKS.toMillis() + " ms; one order at a time)");
        }
        if (!events.isEmpty()) {
            say.accept("By the events:     " + spread(events) + "  (order.created to order.shipped, their own times)");
        }
        if (statuses.containsKey("REJECTED")) {
            say.accept("Rejected means out of stock: POST /stock/{sku}/receipts on the inventory service adds some,"
                    + " ./mops reset starts anew");
        }
        return FINAL.containsAll(statuses.keySet());
    }

    private Outcome placeOne(String body) {
        long begin = System.nanoTime();
        HttpResponse<String> placed = send(HttpRequest.newBuilder(orders.resolve("/orders"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        if (placed.statusCode() != 202) {
            throw new LocalPlatformException(
                    "POST " + orders.resolve("/orders") + " answered " + placed.statusCode() + ": " + placed.body());
        }
        String id = json.readTree(placed.body()).path("orderId").asString();
        StringBuilder moves = new StringBuilder();
        String status = "";
        JsonNode order;
        Duration passed;
        do {
            order = json.readTree(get(orders.resolve("/orders/" + id)));
            passed = Duration.ofNanos(System.nanoTime() - begin);
            String now = order.path("status").asString();
            if (!now.equals(status)) {
                moves.append(status.isEmpty() ? "" : " → ").append(now).append(' ');
                moves.append(Durations.milliseconds(passed));
                status = now;
                if (watch) {
                    say.accept(id + "  " + moves);
                }
            }
            OsProcess.pause(BETWEEN_LOOKS);
        } while (!FINAL.contains(status) && passed.compareTo(LONGEST_WAIT) < 0);
        if (!watch) {
            say.accept(id + "  " + status + " after " + Durations.milliseconds(passed));
        }
        return new Outcome(status, passed, betweenEvents(order));
    }

    private static Optional<Duration> betweenEvents(JsonNode order) {
        Optional<Instant> created = at(order, "order.created");
        return at(order, "order.shipped").flatMap(shipped -> created.map(begin -> Duration.between(begin, shipped)));
    }

    private static Optional<Instant> at(JsonNode order, String type) {
        return order.path("timeline")
                .valueStream()
                .filter(entry -> entry.path("type").asString().equals(type))
                .map(entry -> Instant.parse(entry.path("at").asString()))
                .findFirst();
    }

    /** What is sold, the largest stock first, at most five: the scarce is left to those who want to see it run out. */
    private List<String> skus() {
        Map<String, Integer> available = available();
        return entries(get(orders.resolve("/products")))
                .map(product -> product.path("sku").asString())
                .sorted(Comparator.comparing((String sku) -> available.getOrDefault(sku, 0))
                        .reversed())
                .limit(VARIETY)
                .toList();
    }

    /** The stock of each product; nothing while the inventory service is down, for orders are taken then too. */
    private Map<String, Integer> available() {
        try {
            return entries(get(inventory.resolve("/stock")))
                    .collect(Collectors.toMap(
                            stock -> stock.path("sku").asString(),
                            stock -> stock.path("available").asInt()));
        } catch (LocalPlatformException down) {
            return Map.of();
        }
    }

    private Stream<JsonNode> entries(String list) {
        return json.readTree(list).valueStream();
    }

    private String get(URI address) {
        HttpResponse<String> response = send(HttpRequest.newBuilder(address).GET());
        if (response.statusCode() != 200) {
            throw new LocalPlatformException(
                    "GET " + address + " answered " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        HttpRequest built = request.timeout(REQUEST_TIMEOUT).build();
        try {
            return http.send(built, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new LocalPlatformException(
                    built.uri() + " does not answer: ./mops status shows what is down, ./mops up starts it all", e);
        } catch (InterruptedException e) {
            throw OsProcess.interrupted();
        }
    }

    private static String counts(Map<String, Integer> statuses) {
        List<String> counts = new ArrayList<>();
        statuses.forEach((status, number) -> counts.add(number + " " + status));
        return String.join(", ", counts);
    }

    private static String spread(List<Duration> durations) {
        List<Duration> sorted = durations.stream().sorted().toList();
        return "p50 " + Durations.milliseconds(sorted.get((sorted.size() - 1) / 2)) + ", max "
                + Durations.milliseconds(sorted.getLast());
    }

    /**
     * How an order ended.
     *
     * @param status its last status
     * @param seen from before the request until the status was seen
     * @param events from the first event's own time to that of the last
     */
    private record Outcome(String status, Duration seen, Optional<Duration> events) {}

    private record NewOrder(String customerId, List<Line> lines, String paymentToken, Address shippingAddress) {}

    private record Line(String sku, int quantity) {}

    private record Address(String name, String street, String city, String postalCode, String country) {}
}
