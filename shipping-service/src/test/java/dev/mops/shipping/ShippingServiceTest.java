package dev.mops.shipping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.events.order.Address;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderLine;
import dev.mops.events.order.OrderPaid;
import dev.mops.test.TestServers;
import dev.mops.test.TestTopic;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The whole service on a real PostgreSQL and Kafka. The test is all the other services, and whoever prints labels. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@Import({TestServers.class, ShippingServiceTest.Log.class})
abstract class ShippingServiceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration OFTEN = Duration.ofMillis(20);

    @LocalServerPort
    private int port;

    @Autowired
    private Admin kafka;

    @Autowired
    private TestTopic<OrderEvent> topic;

    @Autowired
    JdbcTemplate jdbc;

    @Autowired
    ShippingService service;

    @Autowired
    Carrier carrier;

    RestTestClient http;

    @BeforeEach
    void connect() {
        http = RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    /** Shipments and the carrier's books agree: no label lives that does not ship, and what ships has one. */
    @AfterEach
    void the_carrier_s_books_agree() {
        assertThat(jdbc.queryForList("""
                        SELECT s.order_id, s.status, l.answer, l.voided
                          FROM shipment s LEFT JOIN simulator_label l ON l.key = 'label:' || s.order_id
                         WHERE CASE s.status
                               WHEN 'PENDING' THEN l.key IS NULL
                               WHEN 'LABELLED' THEN l.answer = 'MADE' AND NOT l.voided
                               WHEN 'SHIPPED' THEN l.answer = 'MADE' AND NOT l.voided
                               WHEN 'FAILED' THEN l.key IS NULL OR l.answer = 'UNDELIVERABLE'
                               WHEN 'VOIDED' THEN l.key IS NULL OR l.voided
                               END IS NOT TRUE
                        """)).isEmpty();
    }

    int port() {
        return port;
    }

    /** Publishes events as the other services would, each delivered twice, and waits until all were handled. */
    void deliver(OrderEvent... events) {
        send(events);
        awaitHandled();
    }

    /** Publishes events as the other services would, each delivered twice. */
    void send(OrderEvent... events) {
        List<Envelope<OrderEvent>> envelopes = Arrays.stream(events)
                .map(event -> topic.envelope("/elsewhere", event))
                .toList();
        topic.deliver(Stream.concat(
                        envelopes.stream().flatMap(envelope -> Stream.of(envelope, envelope)), envelopes.stream())
                .toList());
    }

    /** Waits until the service has nothing to send and has handled all that stands in the topic, its own events too. */
    void awaitHandled() {
        await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> {
            Map<TopicPartition, Long> ends = ends();
            return handled().equals(ends)
                    && requireNonNull(jdbc.queryForObject("SELECT count(*) FROM outbox_event", Long.class)) == 0
                    // What was sent while the look went from topic to outbox counts, too.
                    && ends().equals(ends);
        });
    }

    /** The events that the service has published for an order, in log order. */
    List<OrderEvent> published(UUID orderId) {
        return topic.eventsOf(orderId.toString()).stream()
                .filter(envelope -> envelope.metadata().source().equals("/shipping-service"))
                .map(Envelope::event)
                .toList();
    }

    /** The shipment of an order, over HTTP. */
    ShipmentView shipment(UUID orderId) {
        return assertThat(requireNonNull(http.get()
                        .uri("/shipments?orderId={orderId}", orderId)
                        .exchange()
                        .expectStatus()
                        .isOk()
                        .expectBody(new ParameterizedTypeReference<List<ShipmentView>>() {})
                        .returnResult()
                        .getResponseBody()))
                .singleElement()
                .actual();
    }

    RestTestClient.ResponseSpec label(UUID shipmentId) {
        return http.get().uri("/shipments/{shipmentId}/label", shipmentId).exchange();
    }

    /** How often the carrier was asked for an order; empty if never. */
    Optional<Calls> calls(UUID orderId) {
        return jdbc
                .query(
                        "SELECT label_calls, void_calls FROM simulator_label WHERE key = ?",
                        (row, _) -> new Calls(row.getInt("label_calls"), row.getInt("void_calls")),
                        "label:" + orderId)
                .stream()
                .findFirst();
    }

    /** What is stored of an order's recipient. */
    String storedRecipient(UUID orderId) {
        return requireNonNull(jdbc.queryForObject(
                "SELECT concat(name, street, city, postal_code, country) FROM shipment WHERE order_id = ?",
                String.class,
                orderId));
    }

    static OrderCreated created(UUID orderId) {
        return created(orderId, "10117");
    }

    static OrderCreated created(UUID orderId, String postalCode) {
        Money total = new Money(129_900, "EUR");
        return new OrderCreated(
                orderId,
                "c-42",
                List.of(new OrderLine("LAPTOP-14", 1, total)),
                total,
                "tok_approved",
                new Address("Ada Lovelace", List.of("Unter den Linden 1"), "Berlin", postalCode, "DE"),
                null);
    }

    static OrderPaid paid(UUID orderId) {
        return new OrderPaid(orderId, UUID.randomUUID(), new Money(129_900, "EUR"));
    }

    private Map<TopicPartition, Long> ends() throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> partitions =
                kafka.describeTopics(List.of(OrderEvents.FAMILY.topic())).allTopicNames().get().values().stream()
                        .flatMap(description -> description.partitions().stream()
                                .map(partition -> new TopicPartition(description.name(), partition.partition())))
                        .collect(Collectors.toMap(partition -> partition, _ -> OffsetSpec.latest()));
        Map<TopicPartition, ListOffsetsResultInfo> ends =
                kafka.listOffsets(partitions).all().get();
        return ends.entrySet().stream()
                .filter(end -> end.getValue().offset() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, end -> end.getValue().offset()));
    }

    private Map<TopicPartition, Long> handled() throws ExecutionException, InterruptedException {
        return kafka
                .listConsumerGroupOffsets("shipping-service")
                .partitionsToOffsetAndMetadata()
                .get()
                .entrySet()
                .stream()
                .filter(offset -> offset.getValue().offset() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, offset -> offset.getValue().offset()));
    }

    /** How often the carrier was asked to make and to void a label. */
    record Calls(int label, int voiding) {}

    /** The topic, as the test sees it. */
    @TestConfiguration(proxyBeanMethods = false)
    static class Log {

        @Bean
        TestTopic<OrderEvent> testTopic() {
            return new TestTopic<>(OrderEvents.FAMILY, TestServers.kafka().bootstrapServers());
        }

        @Bean
        Admin kafka() {
            return Admin.create(Map.of("bootstrap.servers", TestServers.kafka().bootstrapServers()));
        }
    }
}
