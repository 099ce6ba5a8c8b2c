package dev.mops.billing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.billing.PaymentController.PaymentView;
import dev.mops.events.Envelope;
import dev.mops.events.order.Address;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderLine;
import dev.mops.events.order.OrderResumed;
import dev.mops.test.TestServers;
import dev.mops.test.TestTopic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The whole service on a real PostgreSQL and Kafka. The test is all the other services. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "billing.simulator.slow-answer=200ms",
            // Three attempts. The gateway is away for three calls, which use up none.
            "mops.messaging.retry-delays=50ms,1s",
            "mops.messaging.dead-letters-writable=true",
            "mops.messaging.failure-switches=true"
        })
@Import({TestServers.class, BillingServiceTest.Log.class})
abstract class BillingServiceTest {

    static final Money TOTAL = new Money(129_900, "EUR");

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration OFTEN = Duration.ofMillis(20);

    @LocalServerPort
    private int port;

    @Autowired
    private Admin kafka;

    @Autowired
    private TestTopic<OrderEvent> topic;

    @Autowired
    JdbcTemplate jdbc;

    RestTestClient http;

    @BeforeEach
    void connect() {
        http = RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    /** Payments and the gateway's books agree: money is taken where an order is paid, and nowhere else. */
    @AfterEach
    void the_gateway_s_books_agree() {
        assertThat(jdbc.queryForList("""
                        SELECT p.order_id, p.status, c.key, c.state, c.amount_value
                          FROM payment p LEFT JOIN simulator_charge c ON c.key LIKE '%' || p.order_id
                         WHERE CASE p.status
                               WHEN 'OPEN' THEN c.key IS NULL
                               WHEN 'PAID' THEN c.state = 'APPROVED' AND c.amount_value = p.amount_value
                               WHEN 'SETTLED' THEN c.state = 'APPROVED' AND c.amount_value = p.amount_value
                               WHEN 'REFUNDED' THEN c.state = 'REFUNDED' AND c.amount_value = p.amount_value
                               WHEN 'DECLINED' THEN c.key IS NULL OR c.state = 'DECLINED' AND c.amount_value IS NULL
                               WHEN 'VOIDED' THEN c.key IS NULL OR c.state = 'VOIDED'
                               END IS NOT TRUE
                            OR c.key <> 'charge:' || p.order_id
                        """)).isEmpty();
    }

    int port() {
        return port;
    }

    /** Publishes events as the other services would, each delivered twice, and waits until all were handled. */
    List<Envelope<OrderEvent>> deliver(OrderEvent... events) {
        List<Envelope<OrderEvent>> sent = send(events);
        awaitHandled();
        return sent;
    }

    /** Publishes events as the other services would, each delivered twice. */
    List<Envelope<OrderEvent>> send(OrderEvent... events) {
        List<Envelope<OrderEvent>> envelopes =
                Stream.of(events).map(this::envelope).toList();
        topic.deliver(Stream.concat(envelopes.stream(), envelopes.stream()).toList());
        return envelopes;
    }

    /** An event as another service would publish it. */
    Envelope<OrderEvent> envelope(OrderEvent event) {
        return topic.envelope("/elsewhere", event);
    }

    /** Waits until the service has nothing to send, retries nothing and has handled all that stands in the topic, its own events too. */
    void awaitHandled() {
        await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> {
            Map<TopicPartition, Long> ends = ends();
            return handled().equals(ends)
                    && requireNonNull(jdbc.queryForObject("SELECT count(*) FROM outbox_event", Long.class)) == 0
                    && requireNonNull(jdbc.queryForObject(
                                    "SELECT count(*) FROM held_key WHERE state = 'RETRYING'", Long.class))
                            == 0
                    // What was sent while the look went from topic to outbox counts, too.
                    && ends().equals(ends);
        });
    }

    /** The events that the service has published for an order, in log order, but for what it holds up. */
    List<OrderEvent> published(UUID orderId) {
        return publishedEnvelopes(orderId).stream()
                .map(Envelope::event)
                .filter(event -> !(event instanceof OrderHeldUp || event instanceof OrderResumed))
                .toList();
    }

    List<Envelope<OrderEvent>> publishedEnvelopes(UUID orderId) {
        return topic.eventsOf(orderId.toString()).stream()
                .filter(envelope -> envelope.metadata().source().equals("/billing-service"))
                .toList();
    }

    /** The payment of an order, over HTTP. */
    PaymentView payment(UUID orderId) {
        return assertThat(requireNonNull(http.get()
                        .uri("/payments?orderId={orderId}", orderId)
                        .exchange()
                        .expectStatus()
                        .isOk()
                        .expectBody(new ParameterizedTypeReference<List<PaymentView>>() {})
                        .returnResult()
                        .getResponseBody()))
                .singleElement()
                .actual();
    }

    /** What the simulated gateway's books hold of an order. */
    List<Booking> books(UUID orderId) {
        return jdbc.query(
                "SELECT * FROM simulator_charge WHERE key LIKE '%' || ?",
                (row, _) -> new Booking(
                        row.getString("state"),
                        row.getObject("amount_value", Long.class),
                        row.getInt("charge_calls"),
                        row.getInt("void_calls"),
                        row.getInt("refund_calls")),
                orderId.toString());
    }

    static OrderCreated created(UUID orderId, String token) {
        return new OrderCreated(
                orderId,
                "c-42",
                List.of(new OrderLine("LAPTOP-14", 1, TOTAL)),
                TOTAL,
                token,
                new Address("Ada Lovelace", List.of("Unter den Linden 1"), "Berlin", "10117", "DE"),
                null);
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
                .listConsumerGroupOffsets("billing-service")
                .partitionsToOffsetAndMetadata()
                .get()
                .entrySet()
                .stream()
                .filter(offset -> offset.getValue().offset() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, offset -> offset.getValue().offset()));
    }

    /**
     * A line in the books of the simulated gateway.
     *
     * @param amount what was taken, perhaps to be given back; null if nothing ever was
     */
    record Booking(String state, @Nullable Long amount, int chargeCalls, int voidCalls, int refundCalls) {}

    /** A gateway whose answers to {@code tok_unheard} are lost after it has taken the money. */
    record LosingAnswers(PaymentGateway gateway) implements PaymentGateway {

        @Override
        public Answer charge(Request.Charge charge) {
            if (!charge.token().equals("tok_unheard")) {
                return gateway.charge(charge);
            }
            gateway.charge(new Request.Charge(charge.key(), charge.amount(), "tok_approved"));
            throw new IllegalStateException("The answer can't be read");
        }

        @Override
        public Answer voidCharge(Request.VoidCharge voidCharge) {
            return gateway.voidCharge(voidCharge);
        }

        @Override
        public Answer refund(Request.Refund refund) {
            return gateway.refund(refund);
        }
    }

    /** The topic, as the test sees it. */
    @TestConfiguration(proxyBeanMethods = false)
    static class Log {

        @Bean
        TestTopic<OrderEvent> testTopic() {
            return new TestTopic<>(OrderEvents.FAMILY, TestServers.kafka().bootstrapServers());
        }

        @Bean
        @Primary
        PaymentGateway gateway(SimulatedPaymentGateway simulated) {
            return new LosingAnswers(simulated);
        }

        @Bean
        Admin kafka() {
            return Admin.create(Map.of("bootstrap.servers", TestServers.kafka().bootstrapServers()));
        }
    }
}
