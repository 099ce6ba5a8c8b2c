package dev.mops.reporting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.order.Address;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderLine;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.test.HttpDoor;
import dev.mops.test.TestServers;
import dev.mops.test.TestTopic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.json.JsonCompareMode;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The whole service on a real PostgreSQL and Kafka. The test is all the other services. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@Import(TestServers.class)
class ReportsTest {

    private static final Instant TEN = Instant.parse("2026-03-01T10:00:00Z");

    private final EventCodec<OrderEvent> codec = new EventCodec<>(OrderEvents.FAMILY);

    @LocalServerPort
    private int port;

    @Test
    void the_reports_are_those_of_the_events_by_their_own_times_and_prices() {
        UUID kept = UUID.randomUUID();
        UUID refunded = UUID.randomUUID();
        UUID open = UUID.randomUUID();
        UUID odd = UUID.randomUUID();
        UUID huge = UUID.randomUUID();
        UUID alike = UUID.randomUUID();
        List<Envelope<OrderEvent>> events = List.of(
                at(TEN, created(kept, line("LAPTOP-14", 1, 129_900), line("MOUSE", 2, 1_990))),
                at(TEN.plusSeconds(3_599), created(refunded, line("MOUSE", 3, 1_990))),
                at(TEN.plusSeconds(3_600), created(open, line("MOUSE", 5, 2_100))),
                at(
                        TEN.plusSeconds(3_600),
                        created(odd, line("TWICE", 1, 500), line("TWICE", 2, 500), line("TWICE", 1, 600))),
                at(TEN.plusSeconds(7_200), new OrderPaid(odd, odd, eur(2_100))),
                at(TEN.plusSeconds(3_600), created(huge, line("HUGE", 1, Long.MAX_VALUE))),
                at(TEN.plusSeconds(7_200), new OrderPaid(huge, huge, eur(Long.MAX_VALUE))),
                at(TEN.plusSeconds(3_600), created(alike, line("HUGE", 1, Long.MAX_VALUE))),
                at(TEN.plusSeconds(7_200), new OrderPaid(alike, alike, eur(Long.MAX_VALUE))),
                at(TEN.plusSeconds(7_200), new OrderPaid(kept, kept, eur(133_880))),
                at(TEN.plusSeconds(7_200), new OrderPaid(refunded, refunded, eur(5_970))),
                at(TEN.plusSeconds(9_000), new OrderRefunded(refunded, refunded, eur(5_970))));
        try (TestTopic<OrderEvent> topic =
                new TestTopic<>(OrderEvents.FAMILY, TestServers.kafka().bootstrapServers())) {
            topic.deliver(events);
            topic.deliver(events);
        }

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> get("/orders-per-hour").expectBody().json("""
                        [{"hour": "2026-03-01T11:00:00Z", "orders": 4}, {"hour": "2026-03-01T10:00:00Z", "orders": 2}]
                        """, JsonCompareMode.STRICT));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> get("/revenue-per-product").expectBody().json("""
                        [{"sku": "HUGE", "quantity": 2, "revenue": {"value": 18446744073709551614, "currency": "EUR"}},
                         {"sku": "LAPTOP-14", "quantity": 1, "revenue": {"value": 129900, "currency": "EUR"}},
                         {"sku": "MOUSE", "quantity": 2, "revenue": {"value": 3980, "currency": "EUR"}},
                         {"sku": "TWICE", "quantity": 4, "revenue": {"value": 2100, "currency": "EUR"}}]
                        """, JsonCompareMode.STRICT));
    }

    @Test
    void whatever_no_endpoint_takes_is_refused_by_each() {
        assertThat(new HttpDoor(port).wrongAnswers()).isEmpty();
    }

    private RestTestClient.ResponseSpec get(String uri) {
        return RestTestClient.bindToServer()
                .baseUrl("http://localhost:" + port)
                .build()
                .get()
                .uri(uri)
                .exchange()
                .expectStatus()
                .isOk();
    }

    private Envelope<OrderEvent> at(Instant time, OrderEvent event) {
        return new Envelope<>(codec.describe(event, "/elsewhere", time, null, null, null), event);
    }

    private static OrderCreated created(UUID order, OrderLine... lines) {
        Money total = List.of(lines).stream()
                .map(line -> line.unitPrice().times(line.quantity()))
                .reduce(eur(0), Money::plus);
        return new OrderCreated(
                order,
                "c-42",
                List.of(lines),
                total,
                "tok_approved",
                new Address("Ada Lovelace", List.of("Unter den Linden 1"), "Berlin", "10117", "DE"),
                null);
    }

    private static OrderLine line(String sku, int quantity, long price) {
        return new OrderLine(sku, quantity, eur(price));
    }

    private static Money eur(long value) {
        return new Money(value, "EUR");
    }
}
