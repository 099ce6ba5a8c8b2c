package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Platform;
import dev.mops.system.Views.Order;
import dev.mops.system.Views.Payment;
import dev.mops.system.Views.Shipment;
import dev.mops.system.Views.Stock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import tools.jackson.databind.json.JsonMapper;

/** The platform as those outside use it: over HTTP, in the words of a customer. It remembers every order that it placed. */
final class Shop {

    /** Personal data and secrets that no log may ever hold. */
    static final List<String> SECRETS = List.of("Ottilie Quillfeder", "Heckenweg 77b", "Klein Wusterwitz", "tok_");

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Platform platform;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Map<UUID, Wish> placed = new ConcurrentHashMap<>();
    private final Map<String, Integer> received = new ConcurrentHashMap<>();

    Shop(Platform platform) {
        this.platform = platform;
    }

    /** The processes behind it. */
    Platform platform() {
        return platform;
    }

    /** All orders of the running test class. */
    Map<UUID, Wish> placed() {
        return placed;
    }

    /** The pieces of a product that the running test class had delivered to the warehouse. */
    int received(String sku) {
        return received.getOrDefault(sku, 0);
    }

    void forget() {
        placed.clear();
        received.clear();
    }

    UUID placeOrder(Wish wish) {
        return placeOrder(wish, UUID.randomUUID().toString());
    }

    UUID placeOrder(Wish wish, String idempotencyKey) {
        HttpResponse<String> answer = tryToPlaceOrder(url("order-service"), wish, idempotencyKey);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return accepted(answer, wish);
    }

    /** Places the order, again and again, until it is accepted: one order, however often it takes. */
    UUID placeOrderWithPatience(Wish wish) {
        String idempotencyKey = UUID.randomUUID().toString();
        return eventually()
                .until(
                        () -> {
                            try {
                                HttpResponse<String> answer =
                                        tryToPlaceOrder(url("order-service"), wish, idempotencyKey);
                                return answer.statusCode() == 202
                                        ? Optional.of(accepted(answer, wish))
                                        : Optional.<UUID>empty();
                            } catch (UncheckedIOException notThere) {
                                return Optional.<UUID>empty();
                            }
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    HttpResponse<String> tryToPlaceOrder(URI orderService, Wish wish, String idempotencyKey) {
        return post(orderService.resolve("/orders"), bodyOf(wish), Map.of("Idempotency-Key", idempotencyKey));
    }

    UUID accepted(HttpResponse<String> answer, Wish wish) {
        return accepted(answer.body(), wish);
    }

    UUID accepted(String answer, Wish wish) {
        UUID orderId = JSON.readValue(answer, Order.class).orderId();
        placed.put(orderId, wish);
        return orderId;
    }

    Order order(UUID orderId) {
        return order(url("order-service"), orderId);
    }

    Order order(URI orderService, UUID orderId) {
        return read(orderService.resolve("/orders/" + orderId), Order.class);
    }

    /** Asks for the cancellation of an order: 202 if it may come in time, 409 if the order has ended. */
    int cancel(UUID orderId) {
        return post(url("order-service").resolve("/orders/" + orderId + "/cancellation"), "", Map.of())
                .statusCode();
    }

    Order awaitStatus(UUID orderId, String status) {
        return eventually()
                .failFast(orderId + " has ended, and not as " + status, () -> hasEndedOtherwise(orderId, status))
                .until(() -> order(orderId), order -> order.status().equals(status));
    }

    Order awaitEnd(UUID orderId) {
        return eventually().until(() -> order(orderId), Order::isFinal);
    }

    Order awaitEvent(UUID orderId, String type) {
        return eventually().until(() -> order(orderId), order -> order.types().contains(type));
    }

    Optional<Payment> payment(UUID orderId) {
        return first(read(url("billing-service").resolve("/payments?orderId=" + orderId), Payment[].class));
    }

    Optional<Shipment> shipment(UUID orderId) {
        return first(read(url("shipping-service").resolve("/shipments?orderId=" + orderId), Shipment[].class));
    }

    HttpResponse<String> label(UUID shipmentId) {
        return get(url("shipping-service").resolve("/shipments/" + shipmentId + "/label"));
    }

    List<Stock> stock() {
        return List.of(read(url("inventory-service").resolve("/stock"), Stock[].class));
    }

    Stock stock(String sku) {
        return read(url("inventory-service").resolve("/stock/" + sku), Stock.class);
    }

    void receive(String sku, int quantity) {
        HttpResponse<String> answer = post(
                url("inventory-service").resolve("/stock/" + sku + "/receipts"),
                JSON.writeValueAsString(Map.of("quantity", quantity)),
                Map.of());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        received.merge(sku, quantity, Integer::sum);
    }

    URI url(String service) {
        return platform.service(service).url();
    }

    HttpResponse<String> get(URI uri) {
        return send(HttpRequest.newBuilder(uri).GET());
    }

    HttpResponse<String> post(URI uri, String body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return send(request);
    }

    /** Waits for a condition, and looks often. */
    static ConditionFactory eventually() {
        return Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofMinutes(2));
    }

    static String bodyOf(Wish wish) {
        List<Map<String, Object>> lines = new ArrayList<>();
        wish.lines().forEach((sku, quantity) -> lines.add(Map.of("sku", sku, "quantity", quantity)));
        return JSON.writeValueAsString(Map.of(
                "customerId",
                "c-42",
                "lines",
                lines,
                "paymentToken",
                wish.paymentToken(),
                "shippingAddress",
                Map.of(
                        "name", SECRETS.get(0),
                        "street", SECRETS.get(1),
                        "city", SECRETS.get(2),
                        "postalCode", wish.postalCode(),
                        "country", "DE")));
    }

    private boolean hasEndedOtherwise(UUID orderId, String status) {
        Order order = order(orderId);
        return order.isFinal() && !order.status().equals(status);
    }

    <T> T read(URI uri, Class<T> type) {
        HttpResponse<String> answer = get(uri);
        assertThat(answer.statusCode()).as(uri + ": " + answer.body()).isEqualTo(200);
        return JSON.readValue(answer.body(), type);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(REQUEST_TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static <T> Optional<T> first(T[] list) {
        assertThat(list).hasSizeLessThanOrEqualTo(1);
        return list.length == 0 ? Optional.empty() : Optional.of(list[0]);
    }
}
