package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import dev.mops.test.TestKafka;
import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Kafka or PostgreSQL is killed under a running service, and comes back. */
@ExtendWith(OutputCaptureExtension.class)
class OutageTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static TestPostgres postgres;
    private static TestKafka kafka;

    @BeforeAll
    static void startServers() {
        postgres = TestServers.ownPostgres();
        kafka = TestServers.ownKafka();
    }

    @AfterAll
    static void stopServers() {
        kafka.close();
        postgres.close();
    }

    @Test
    void while_kafka_is_down_events_are_published_and_afterwards_they_take_effect_in_order() {
        try (AccountService service = start("kafka_down")) {
            publish(service, 1, 20);
            kafka.kill();
            publish(service, 21, 120);
            assertThat(service.count("outbox_event")).isGreaterThanOrEqualTo(100);
            // How far behind it is can't be known, and that is no reason to be down.
            await().untilAsserted(
                            () -> assertThat(ConsumerLagTest.health(service).getDetails())
                                    .containsKeys("kafka", "kafkaAwaySince", "kafka_down"));
            assertThat(ConsumerLagTest.health(service).getStatus()).isEqualTo(Status.UP);
            assertThat(ConsumerLagTest.lag(service)).isNaN();
            assertThat(ConsumerLagTest.standstill(service)).isNaN();

            kafka.restart();
            publish(service, 121, 140);

            assertAllTakeEffect(service, "kafka_down", 140);
            await().untilAsserted(() -> assertThat(ConsumerLagTest.lag(service)).isZero());
            assertThat(ConsumerLagTest.health(service).getDetails()).doesNotContainKey("kafka");
        }
    }

    @Test
    void a_service_starts_while_kafka_is_down_and_declares_its_topic_later() {
        kafka.kill();
        try (AccountService service = start("kafka_away")) {
            publish(service, 1, 10);
            assertThat(service.count("outbox_event")).isEqualTo(10);

            kafka.restart();

            assertAllTakeEffect(service, "kafka_away", 10);
            assertThat(TopicLog.of("kafka_away", kafka.bootstrapServers()).partitionCount())
                    .isEqualTo(4);
        }
    }

    @Test
    void a_group_that_starts_while_kafka_is_down_is_fed_from_its_point_once_kafka_is_back() {
        TopicLog topic = TopicLog.of("replay_away", kafka.bootstrapServers()).create(4);
        ProducerRecord<byte[], byte[]> old = topic.event(new Deposited("a", 1));
        topic.append(List.of(
                new ProducerRecord<>("replay_away", null, 0L, old.key(), old.value(), old.headers()),
                topic.event(new Deposited("a", 2))));
        kafka.kill();
        try (AccountService service = AccountService.named("replay_away")
                .with("mops.messaging.replay-from", "2026-01-01T00:00:00Z")
                .publishingOnlyWhatItsTableSays()
                .noting()
                .start(postgres.jdbcUrl("replay_away"), kafka.bootstrapServers())) {
            kafka.restart();

            await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(2L));
        }
    }

    @Test
    void a_killed_postgresql_holds_up_relay_and_consumers_only_as_long_as_it_is_down(CapturedOutput log) {
        TopicLog topic = TopicLog.of("postgres_down", kafka.bootstrapServers());
        try (AccountService service = start("postgres_down")) {
            publish(service, 1, 100);
            postgres.kill();
            int from = log.toString().length();
            topic.append(topic.event(new Deposited("b", 1)));
            await().untilAsserted(() -> assertThat(log.toString().substring(from))
                    .containsPattern("records from postgres_down-.* is rolled back and runs again"));
            await().untilAsserted(() -> assertThat(
                            ConsumerLagTest.details(service, "postgres_down").get("waitingForDatabase"))
                    .isNotEqualTo(0));
            assertThatException().isThrownBy(() -> service.publish(new Deposited("refused", 1)));

            postgres.restart();
            publish(service, 101, 120);

            assertAllTakeEffect(service, "postgres_down", 120);
            assertThat(service.numbersOf("b")).containsExactly(1L);
            assertThat(topic.firstOccurrences()).containsOnlyKeys("a", "b");
        }
    }

    @Test
    void a_head_under_whose_retry_postgresql_is_killed_uses_no_attempt_and_runs_when_it_is_back(CapturedOutput log) {
        CountDownLatch retrying = new CountDownLatch(1);
        CountDownLatch killed = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        // One retry: if this one counted, there were none.
        try (AccountService service = AccountService.named("postgres_down_in_retry")
                .with("mops.messaging.retry-delays", "10ms")
                .with("mops.messaging.sweep-grace", "100ms")
                .with("mops.messaging.relay-timeout", "1s")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            int attempt = attempts.incrementAndGet();
                            if (attempt == 1) {
                                throw new IllegalStateException("fails as told");
                            }
                            if (attempt == 2) {
                                retrying.countDown();
                                awaitLatch(killed);
                            }
                            accounts.note(withdrawn, metadata);
                        })
                        .build())
                .start(postgres.jdbcUrl("postgres_down_in_retry"), kafka.bootstrapServers())) {
            service.publish(new Withdrawn("a", 1), new Deposited("a", 2));
            awaitLatch(retrying);
            int from = log.toString().length();

            postgres.kill();
            killed.countDown();
            await().untilAsserted(() -> assertThat(log.toString().substring(from))
                    .containsAnyOf("held keys can't be tried now", "Overdue heads can't be swept"));
            postgres.restart();

            await().atMost(LONG)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L, 2L));
            assertThat(service.count("held_key")).isZero();
            assertThat(TopicLog.of("postgres_down_in_retry-postgres_down_in_retry-dlt", kafka.bootstrapServers())
                            .records())
                    .isEmpty();
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AccountService start(String name) {
        return AccountService.named(name)
                .with("mops.messaging.relay-timeout", "1s")
                .with("spring.kafka.admin.properties.default.api.timeout.ms", 1000)
                .with("spring.kafka.admin.properties.request.timeout.ms", 1000)
                .beans(context -> context.registerBean(MeterRegistry.class, SimpleMeterRegistry::new))
                .noting()
                .start(postgres.jdbcUrl(name), kafka.bootstrapServers());
    }

    /** Publishes as a client would: once more, where the answer was an error and nothing was done. */
    private static void publish(AccountService service, int from, int to) {
        for (int n = from; n <= to; n++) {
            int number = n;
            await().atMost(LONG)
                    .pollDelay(Duration.ZERO)
                    .ignoreExceptions()
                    .untilAsserted(() -> service.inTransaction(() -> {
                        service.touch("a");
                        if (service.count("published WHERE number = " + number) == 0) {
                            service.jdbc().update("INSERT INTO published (account, number) VALUES ('a', ?)", number);
                            service.outbox().publish(new Deposited("a", number));
                        }
                    }));
        }
    }

    private static void assertAllTakeEffect(AccountService service, String name, int events) {
        List<Long> numbers = LongStream.rangeClosed(1, events).boxed().toList();
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(service.numbersOf("a")).isEqualTo(numbers));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(service.count("outbox_event")).isZero());
        TopicLog topic = TopicLog.of(name, kafka.bootstrapServers());
        assertThat(topic.firstOccurrences()).containsEntry("a", numbers);
        // What came twice had no second effect.
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(topic.committed(name))
                        .isEqualTo(topic.records().size()));
        assertThat(service.numbersOf("a")).isEqualTo(numbers);
    }
}
