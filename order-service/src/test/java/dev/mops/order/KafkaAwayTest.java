package dev.mops.order;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.test.TestKafka;
import dev.mops.test.TestServers;
import dev.mops.test.TestTopic;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

/** The service with a Kafka of its own, which dies. */
class KafkaAwayTest {

    private final TestKafka kafka = TestServers.ownKafka();

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void orders_are_taken_while_kafka_is_away_and_published_when_it_is_back() {
        try (ConfigurableApplicationContext service = new SpringApplicationBuilder(OrderServiceApplication.class)
                .profiles("demo")
                .run(
                        "--spring.datasource.url=" + TestServers.postgres().jdbcUrl("order_kafka_away"),
                        "--spring.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                        "--server.port=0",
                        "--logging.level.root=warn",
                        "--spring.main.banner-mode=off")) {
            RestTestClient http = OrderServiceTest.client(
                    service.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
            kafka.kill();

            OrderView order = requireNonNull(http.post()
                    .uri("/orders")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(OrderServiceTest.request("c-1", OrderServiceTest.line("LAPTOP-14", 1)))
                    .exchange()
                    .expectStatus()
                    .isAccepted()
                    .expectBody(OrderView.class)
                    .returnResult()
                    .getResponseBody());
            http.post()
                    .uri("/orders/{orderId}/cancellation", order.orderId())
                    .exchange()
                    .expectStatus()
                    .isAccepted();
            http.get()
                    .uri("/actuator/health/readiness")
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.status")
                    .isEqualTo("UP");
            // An outage of Kafka is told in details; it takes nothing down.
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> http.get()
                            .uri("/actuator/health")
                            .exchange()
                            .expectStatus()
                            .isOk()
                            .expectBody()
                            .jsonPath("$.components.consumer.status")
                            .isEqualTo("UP")
                            .jsonPath("$.components.consumer.details.kafkaAwaySince")
                            .exists()
                            .jsonPath("$.components.messaging.details.outboxDepth")
                            .isEqualTo(2));
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(http.get()
                                    .uri("/actuator/prometheus")
                                    .exchange()
                                    .expectStatus()
                                    .isOk()
                                    .expectBody(String.class)
                                    .returnResult()
                                    .getResponseBody())
                            .contains(
                                    "mops_messaging_outbox_depth 2.0",
                                    "mops_messaging_consumer_lag{topic=\"orders\"} NaN"));

            kafka.restart();
            try (TestTopic<OrderEvent> topic = new TestTopic<>(OrderEvents.FAMILY, kafka.bootstrapServers())) {
                // An outage that outlasts the relay's patience may send an event twice; the inbox drops the second one.
                await().atMost(Duration.ofMinutes(1))
                        .untilAsserted(
                                () -> assertThat(topic.eventsOf(order.orderId().toString()).stream()
                                                .map(Envelope::event)
                                                .distinct())
                                        .extracting(event -> (Object) event.getClass())
                                        .containsExactly(OrderCreated.class, CancellationRequested.class));
            }
        }
    }
}
