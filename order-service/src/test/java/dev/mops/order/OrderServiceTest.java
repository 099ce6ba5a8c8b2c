package dev.mops.order;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.OrderResumed;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.test.TestServers;
import dev.mops.test.TestTopic;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The whole service on a real PostgreSQL and Kafka. The test is its customer, and all the other services. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"logging.level.root=warn", "spring.main.banner-mode=off"})
@ActiveProfiles("demo")
@Import({TestServers.class, OrderServiceTest.Log.class})
abstract class OrderServiceTest {

    @LocalServerPort
    private int port;

    @Autowired
    JdbcTemplate jdbc;

    @Autowired
    TestTopic<OrderEvent> topic;

    RestTestClient http;

    @BeforeAll
    static void beSlowToGiveUp() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    @BeforeEach
    void connect() {
        http = client(port);
    }

    static RestTestClient client(int port) {
        return RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    int port() {
        return port;
    }

    /** An address as it goes over the wire, nothing encoded by the client. */
    URI raw(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    /** The body of a request that is fine. */
    static String request(String customerId, String... lines) {
        return """
                {"customerId":"%s","lines":[%s],"paymentToken":"tok_approved",
                 "shippingAddress":{"name":"Ada Lovelace","street":"Unter den Linden 1","city":"Berlin",
                                    "postalCode":"10117","country":"DE"}}
                """.formatted(customerId, String.join(",", lines));
    }

    static String line(String sku, int quantity) {
        return """
                {"sku":"%s","quantity":%d}""".formatted(sku, quantity);
    }

    /** A customer of no other test. */
    static String customer() {
        return "c-" + UUID.randomUUID();
    }

    RestTestClient.ResponseSpec post(String body) {
        return http.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange();
    }

    RestTestClient.ResponseSpec post(String body, String idempotencyKey) {
        return http.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .header("Idempotency-Key", idempotencyKey)
                .body(body)
                .exchange();
    }

    /** Places an order. */
    UUID placed() {
        return placed(customer());
    }

    /** Places an order of a customer. */
    UUID placed(String customerId) {
        return orderIdOf(post(request(customerId, line("LAPTOP-14", 1))));
    }

    static UUID orderIdOf(RestTestClient.ResponseSpec accepted) {
        EntityExchangeResult<OrderView> answer =
                accepted.expectStatus().isAccepted().expectBody(OrderView.class).returnResult();
        return requireNonNull(answer.getResponseBody()).orderId();
    }

    RestTestClient.ResponseSpec cancel(UUID orderId) {
        return http.post().uri("/orders/{orderId}/cancellation", orderId).exchange();
    }

    OrderView order(UUID orderId) {
        return requireNonNull(http.get()
                .uri("/orders/{orderId}", orderId)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(OrderView.class)
                .returnResult()
                .getResponseBody());
    }

    /** The types of an order's timeline. */
    List<String> timeline(UUID orderId) {
        return order(orderId).timeline().stream().map(OrderView.Entry::type).toList();
    }

    void awaitStatus(UUID orderId, OrderStatus status) {
        await().untilAsserted(() -> assertThat(order(orderId).status()).isEqualTo(status));
    }

    /** The other services publish events; each is delivered twice. */
    List<Envelope<OrderEvent>> published(OrderEvent... events) {
        List<Envelope<OrderEvent>> envelopes = Arrays.stream(events)
                .map(event -> topic.envelope(publisherOf(event), event))
                .toList();
        topic.deliver(envelopes.stream()
                .flatMap(envelope -> Stream.of(envelope, envelope))
                .toList());
        return envelopes;
    }

    static OrderPaid paid(UUID orderId) {
        return new OrderPaid(orderId, UUID.randomUUID(), new Money(129_900, "EUR"));
    }

    static OrderShipped shipped(UUID orderId) {
        return new OrderShipped(orderId, UUID.randomUUID(), "Simulated Parcel", "SP123");
    }

    private static String publisherOf(OrderEvent event) {
        return switch (event) {
            case OrderCreated _, CancellationRequested _ -> "/order-service";
            case InventoryReserved _, InventoryRejected _, InventoryReleased _ -> "/inventory-service";
            case OrderPaid _, PaymentDeclined _, OrderRefunded _ -> "/billing-service";
            case OrderShipped _, ShipmentFailed _ -> "/shipping-service";
            case OrderHeldUp held -> "/" + held.service();
            case OrderResumed resumed -> "/" + resumed.service();
        };
    }

    /** The log of all orders, beside the service under test. */
    @TestConfiguration(proxyBeanMethods = false)
    static class Log {

        @Bean
        TestTopic<OrderEvent> topic() {
            return new TestTopic<>(OrderEvents.FAMILY, TestServers.kafka().bootstrapServers());
        }
    }
}
