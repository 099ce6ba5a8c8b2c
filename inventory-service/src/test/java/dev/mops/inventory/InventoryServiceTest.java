package dev.mops.inventory;

import static java.util.Objects.requireNonNull;

import dev.mops.events.Envelope;
import dev.mops.events.order.Address;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderLine;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.OrderResumed;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.inventory.StockController.StockView;
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
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The whole service on a real PostgreSQL and Kafka. The test is all the other services. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"logging.level.root=warn", "spring.main.banner-mode=off"})
@ActiveProfiles("demo")
@Import({TestServers.class, InventoryServiceTest.Log.class})
abstract class InventoryServiceTest {

    private static final Money PRICE = new Money(100, "EUR");

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
        http = RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    int port() {
        return port;
    }

    /** An address as it goes over the wire, nothing encoded by the client. */
    URI raw(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    /** A product of no other test, with so many pieces on hand. */
    String product(int onHand) {
        String sku = "P-" + UUID.randomUUID();
        jdbc.update("INSERT INTO stock (sku, on_hand, reserved) VALUES (?, ?, 0)", sku, onHand);
        return sku;
    }

    StockView stock(String sku) {
        return requireNonNull(http.get()
                .uri("/stock/{sku}", sku)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(StockView.class)
                .returnResult()
                .getResponseBody());
    }

    static OrderCreated created(UUID orderId, OrderLine... lines) {
        return new OrderCreated(
                orderId,
                "c-1",
                List.of(lines),
                PRICE,
                "tok_approved",
                new Address("Ada Lovelace", List.of("Unter den Linden 1"), "Berlin", "10117", "DE"),
                null);
    }

    static OrderLine line(String sku, int quantity) {
        return new OrderLine(sku, quantity, PRICE);
    }

    static OrderShipped shipped(UUID orderId) {
        return new OrderShipped(orderId, UUID.randomUUID(), "Simulated Parcel", "SP123");
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

    /** What the service has published of an order, in log order. */
    List<OrderEvent> answers(UUID orderId) {
        return topic.eventsOf(orderId.toString()).stream()
                .filter(envelope -> envelope.metadata().source().equals("/inventory-service"))
                .map(Envelope::event)
                .toList();
    }

    /** How many rows there are. */
    long count(String table) {
        return requireNonNull(jdbc.queryForObject("SELECT count(*) FROM " + table, Long.class));
    }

    private static String publisherOf(OrderEvent event) {
        return switch (event) {
            case OrderCreated _, CancellationRequested _ -> "/order-service";
            case OrderPaid _, PaymentDeclined _, OrderRefunded _ -> "/billing-service";
            case OrderShipped _, ShipmentFailed _ -> "/shipping-service";
            case InventoryReserved _, InventoryRejected _, InventoryReleased _, OrderHeldUp _, OrderResumed _ ->
                throw new IllegalArgumentException("The service itself publishes " + event);
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
