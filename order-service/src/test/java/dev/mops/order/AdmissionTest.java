package dev.mops.order;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.mops.test.TestKafka;
import dev.mops.test.TestServers;
import dev.mops.web.ProblemException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A service that carries five orders, and a Kafka of its own. Nobody reserves: an order stays until it is cancelled. */
@TestInstance(Lifecycle.PER_CLASS)
class AdmissionTest {

    private static final int LIMIT = 5;
    private static final String BODY = OrderServiceTest.request("c-1", OrderServiceTest.line("LAPTOP-14", 1));

    private TestKafka kafka;
    private ConfigurableApplicationContext service;
    private JdbcTemplate jdbc;
    private RestTestClient http;

    @BeforeAll
    void start() {
        kafka = TestServers.ownKafka();
        service = new SpringApplicationBuilder(OrderServiceApplication.class)
                .profiles("demo")
                .run(
                        "--spring.datasource.url=" + TestServers.postgres().jdbcUrl("order_admission"),
                        "--spring.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                        "--mops.messaging.relay-timeout=1s",
                        "--mops.orders.max-in-flight=" + LIMIT,
                        "--mops.orders.max-outbox-age=2s",
                        "--server.port=0",
                        "--logging.level.root=error",
                        "--spring.main.banner-mode=off");
        jdbc = service.getBean(JdbcTemplate.class);
        http = OrderServiceTest.client(
                service.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
    }

    @AfterAll
    void stop() {
        service.close();
        kafka.close();
    }

    @BeforeEach
    void cancelAll() {
        await().atMost(Duration.ofMinutes(1)).until(() -> count("outbox_event") == 0);
        jdbc.queryForList("SELECT id FROM orders WHERE status = 'PLACED'", UUID.class)
                .forEach(this::cancel);
        await().atMost(Duration.ofMinutes(1)).until(() -> metric("mops.orders.in.flight") == 0);
    }

    @Test
    void above_the_limit_an_order_is_refused_for_a_while_and_nothing_is_stored() {
        accept(LIMIT);
        long orders = count("orders");
        double refused = metric("mops.orders.refused");

        EntityExchangeResult<ProblemDetail> answer = http.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .header("Idempotency-Key", "refused")
                .body(BODY)
                .exchange()
                .expectStatus()
                .isEqualTo(429)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody(ProblemDetail.class)
                .returnResult();

        assertThat(answer.getResponseHeaders().getFirst(HttpHeaders.RETRY_AFTER))
                .isIn("2", "3", "4");
        assertThat(requireNonNull(answer.getResponseBody()).getDetail())
                .contains("5 orders in flight")
                .contains("after " + answer.getResponseHeaders().getFirst(HttpHeaders.RETRY_AFTER) + " s");
        assertThat(count("orders")).isEqualTo(orders);
        assertThat(count("idempotency_key WHERE key = 'refused'")).isZero();
        assertThat(metric("mops.orders.refused")).isEqualTo(refused + 1);
    }

    @Test
    void the_limit_holds_however_many_come_at_once() throws Exception {
        List<Integer> answers;
        try (ExecutorService customers = Executors.newFixedThreadPool(20)) {
            Callable<Integer> customer = () -> status(post());
            answers = customers.invokeAll(Collections.nCopies(60, customer)).stream()
                    .map(Future::resultNow)
                    .toList();
        }

        assertThat(answers).containsOnly(202, 429);
        int accepted = Collections.frequency(answers, 202);
        assertThat(accepted).isBetween(1, LIMIT);
        accept(LIMIT - accepted);
        assertThat(status(post())).isEqualTo(429);
        assertThat(count("orders WHERE status = 'PLACED'")).isEqualTo(LIMIT);
    }

    @Test
    void a_repeated_request_gets_its_answer_also_above_the_limit() {
        String first = placed("again");
        accept(LIMIT - 1);
        assertThat(status(post())).isEqualTo(429);

        assertThat(placed("again")).isEqualTo(first);
    }

    @Test
    void orders_are_let_in_again_when_others_have_ended_and_these_may_be_cancelled_above_the_limit() {
        accept(LIMIT);
        assertThat(status(post())).isEqualTo(429);

        cancel(requireNonNull(
                jdbc.queryForObject("SELECT id FROM orders WHERE status = 'PLACED' LIMIT 1", UUID.class)));

        await().atMost(Duration.ofSeconds(30)).until(() -> status(post()) == 202);
        assertThat(status(post())).isEqualTo(429);
    }

    @Test
    void a_service_that_starts_counts_before_it_lets_anybody_in() {
        accept(LIMIT);
        TransactionTemplate transaction = new TransactionTemplate(service.getBean(PlatformTransactionManager.class));

        Admission started = service.getAutowireCapableBeanFactory().createBean(Admission.class);

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> transaction.executeWithoutResult(running -> started.admit()));
    }

    @Test
    void what_is_refused_for_its_fields_takes_no_place() {
        IntStream.range(0, 3 * LIMIT)
                .forEach(n -> assertThat(status(post(BODY.replace("LAPTOP-14", "NONE"))))
                        .isEqualTo(422));

        assertThat(status(post())).isEqualTo(202);
    }

    @Test
    void while_events_wait_too_long_for_kafka_orders_are_refused_and_afterwards_let_in_again() {
        kafka.kill();
        try {
            assertThat(status(post())).isEqualTo(202);

            await().atMost(Duration.ofSeconds(30)).until(this::isRefusedForKafka);
        } finally {
            kafka.restart();
        }

        await().atMost(Duration.ofMinutes(1)).until(() -> count("outbox_event") == 0);
        cancelAll();
        await().atMost(Duration.ofSeconds(30)).until(() -> status(post()) == 202);
    }

    private boolean isRefusedForKafka() {
        EntityExchangeResult<String> answer = post().expectBody(String.class).returnResult();
        String body = requireNonNull(answer.getResponseBody());
        return answer.getStatus().value() == 429 && body.contains("wait for Kafka");
    }

    /** One whose transaction ends while the orders are counted is counted twice, until they are counted again. */
    private void accept(int orders) {
        for (int n = 0; n < orders; n++) {
            await().atMost(Duration.ofSeconds(30)).until(() -> status(post()) == 202);
        }
    }

    private RestTestClient.ResponseSpec post() {
        return post(BODY);
    }

    private RestTestClient.ResponseSpec post(String body) {
        return http.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange();
    }

    private String placed(String idempotencyKey) {
        return requireNonNull(http.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .header("Idempotency-Key", idempotencyKey)
                .body(BODY)
                .exchange()
                .expectStatus()
                .isAccepted()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
    }

    private static int status(RestTestClient.ResponseSpec answer) {
        return answer.returnResult(String.class).getStatus().value();
    }

    private void cancel(UUID order) {
        http.post()
                .uri("/orders/{orderId}/cancellation", order)
                .exchange()
                .expectStatus()
                .isAccepted();
    }

    private long count(String table) {
        return requireNonNull(jdbc.queryForObject("SELECT count(*) FROM " + table, Long.class));
    }

    private double metric(String name) {
        return requireNonNull(http.get()
                        .uri("/actuator/metrics/{name}", name)
                        .exchange()
                        .expectBody(Metric.class)
                        .returnResult()
                        .getResponseBody())
                .measurements()
                .getFirst()
                .value();
    }

    private record Metric(List<Measurement> measurements) {}

    private record Measurement(double value) {}
}
