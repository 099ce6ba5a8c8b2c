package dev.mops.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.mops.billing.PaymentController.PaymentView;
import dev.mops.events.Envelope;
import dev.mops.events.order.Address;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderLine;
import dev.mops.local.EmbeddedServers;
import dev.mops.local.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.client.RestClient;

/** The whole service on a real PostgreSQL and Kafka, started once for all tests. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "billing.simulator.slow-answer=200ms",
            "mops.messaging.retry-backoff=20ms",
            "mops.messaging.max-retry-backoff=100ms"
        })
@Import(BillingServiceTest.Log.class)
abstract class BillingServiceTest {

    static final Money TOTAL = new Money(129900, "EUR");

    @LocalServerPort
    int port;

    @Autowired
    JdbcTemplate jdbc;

    @Autowired
    OrdersLog log;

    @DynamicPropertySource
    static void servers(DynamicPropertyRegistry properties) {
        PostgresServer postgres = EmbeddedServers.shared().postgres();
        postgres.createDatabase("billing");
        properties.add("spring.datasource.url", () -> postgres.jdbcUrl("billing"));
        properties.add(
                "spring.kafka.bootstrap-servers",
                () -> EmbeddedServers.shared().kafka().bootstrapServers());
    }

    /** Has the service handle these events, each delivered twice, and everything that stood in the topic before. */
    List<Envelope<OrderEvent>> deliver(OrderEvent... events) {
        return deliver(List.of(events));
    }

    List<Envelope<OrderEvent>> deliver(List<? extends OrderEvent> events) {
        List<Envelope<OrderEvent>> written = log.write(events);
        log.awaitHandled();
        return written;
    }

    /** The events of an order that the service has published, in log order. */
    List<OrderEvent> published(UUID orderId) {
        return published().stream()
                .map(Envelope::event)
                .filter(event -> event.orderId().equals(orderId))
                .toList();
    }

    /** All events that the service has published. */
    List<Envelope<OrderEvent>> published() {
        // What is published but not in the topic yet stands in the outbox.
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(jdbc.queryForObject("SELECT count(*) FROM outbox_event", Integer.class))
                        .isZero());
        return log.from("/billing-service");
    }

    /** The payment of an order, over HTTP. */
    PaymentView payment(UUID orderId) {
        List<PaymentView> payments = http().get()
                .uri("/payments?orderId={id}", orderId)
                .accept(MediaType.APPLICATION_JSON)
                .retrieve()
                .body(new ParameterizedTypeReference<>() {});
        return assertThat(payments).singleElement().actual();
    }

    /** What the simulated gateway's books hold of an order. */
    List<Booking> books(UUID orderId) {
        return jdbc.query(
                "SELECT * FROM simulator_charge WHERE key LIKE '%' || ?",
                (row, n) -> new Booking(
                        row.getString("state"),
                        row.getObject("amount_value", Long.class),
                        row.getInt("charge_calls"),
                        row.getInt("void_calls"),
                        row.getInt("refund_calls")),
                orderId.toString());
    }

    /** The gateway took and gave back what the payment says, once. */
    void assertBooksAgree(PaymentView payment) {
        List<Booking> books = books(payment.orderId());
        switch (payment.status()) {
            case PAID, SETTLED ->
                assertThat(books)
                        .extracting(Booking::state, Booking::amount)
                        .containsExactly(tuple("APPROVED", TOTAL.value()));
            case REFUNDED ->
                assertThat(books)
                        .extracting(Booking::state, Booking::amount)
                        .containsExactly(tuple("REFUNDED", TOTAL.value()));
            case DECLINED -> assertThat(books).extracting(Booking::state).containsExactly("DECLINED");
            case VOIDED -> assertThat(books).extracting(Booking::state).isSubsetOf("VOIDED");
            case NEW, OPEN, CHARGING, VOIDING, REFUNDING ->
                throw new AssertionError("The payment " + payment + " has not come to rest");
        }
        assertThat(books).hasSizeLessThanOrEqualTo(1);
    }

    RestClient http() {
        return RestClient.create("http://localhost:" + port);
    }

    static OrderCreated created(UUID orderId, String token) {
        return new OrderCreated(
                orderId,
                "c-42",
                List.of(new OrderLine("LAPTOP-14", 1, TOTAL)),
                TOTAL,
                token,
                new Address("A. Customer", "Long Street 1", "Berlin", "10115", "DE"));
    }

    /**
     * A line in the books of the simulated gateway.
     *
     * @param amount what was taken, perhaps to be given back; null if nothing ever was
     */
    record Booking(String state, @Nullable Long amount, int chargeCalls, int voidCalls, int refundCalls) {}

    @TestConfiguration(proxyBeanMethods = false)
    static class Log {

        /** Lazy: the service declares the topic when it starts. */
        @Bean
        @Lazy
        OrdersLog ordersLog(@Value("${spring.kafka.bootstrap-servers}") String bootstrapServers) {
            return new OrdersLog(bootstrapServers, "billing-service");
        }
    }
}
