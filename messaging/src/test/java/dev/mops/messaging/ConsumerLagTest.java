package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.transaction.CannotCreateTransactionException;

/** How far behind a service is. That nobody knows while Kafka is away is shown by {@link OutageTest}. */
class ConsumerLagTest {

    @Test
    void the_lag_is_what_the_group_has_not_committed_also_while_no_consumer_runs() {
        TopicLog topic = TopicLog.of("lag").create(3);
        topic.append(topic.event(new Deposited("a", 1)));
        try (AccountService service = AccountService.named("lag")
                .with("mops.messaging.partitions", 3)
                .beans(context -> context.registerBean(MeterRegistry.class, SimpleMeterRegistry::new))
                .noting()
                .start()) {
            await().untilAsserted(() -> assertThat(topic.committed("lag")).isEqualTo(1));
            await().untilAsserted(() -> assertThat(lag(service)).isZero());
            await().untilAsserted(() -> assertThat(details(service, "lag"))
                    .containsEntry("lag", 0L)
                    .containsEntry("running", true)
                    .containsEntry("partitions", 3)
                    .containsEntry("waitingForDatabase", 0));

            service.consumers().stop();
            // In partitions of which two are not committed yet.
            for (int n = 0; n < 9; n++) {
                topic.append(TopicLog.on(n % 3, topic.event(new Deposited("b", n))));
            }

            await().untilAsserted(() -> assertThat(lag(service)).isEqualTo(9));
            assertThat(health(service).getStatus()).isEqualTo(Status.UP);
            assertThat(details(service, "lag")).containsEntry("lag", 9L).containsEntry("running", false);

            service.consumers().start();

            await().untilAsserted(() -> assertThat(lag(service)).isZero());
        }
    }

    @Test
    void a_consumer_that_waits_for_the_database_and_loses_its_partition_waits_no_more() {
        TopicLog topic = TopicLog.of("lag_revoked").create(1);
        topic.append(topic.event(new Deposited("a", 1)));
        try (AccountService waits = single("lag_revoked", "z")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .prepare(events -> {
                            throw new CannotCreateTransactionException(
                                    "as if the database were away", new SQLException("gone", "08006"));
                        })
                        .on(Deposited.class, accounts::note)
                        .build())
                .start()) {
            await().untilAsserted(
                            () -> assertThat(details(waits, "lag_revoked")).containsEntry("waitingForDatabase", 1));

            try (AccountService other = single("lag_revoked", "a").noting().start()) {
                await().untilAsserted(() -> assertThat(other.numbersOf("a")).containsExactly(1L));
                await().untilAsserted(() -> assertThat(details(waits, "lag_revoked"))
                        .containsEntry("partitions", 0)
                        .containsEntry("waitingForDatabase", 0));
            }
        }
    }

    /** An instance with one consumer. Of two, the one partition goes to the one whose name is the lower. */
    private static AccountService.Builder single(String name, String client) {
        return AccountService.named(name)
                .with("mops.messaging.partitions", 1)
                .with("mops.messaging.concurrency", 1)
                .with("spring.kafka.client-id", client)
                .with("spring.kafka.consumer.properties.partition.assignment.strategy", RangeAssignor.class.getName());
    }

    @Test
    void a_partition_that_stands_still_is_seen_beside_those_that_go_on() {
        TopicLog topic = TopicLog.of("standstill").create(3);
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        try (AccountService service = AccountService.named("standstill")
                .with("mops.messaging.partitions", 3)
                .beans(context -> {
                    context.registerBean(MeterRegistry.class, SimpleMeterRegistry::new);
                    context.registerBean("clock", InstantSource.class, () -> now::get);
                })
                .noting()
                .start()) {
            await().untilAsserted(() -> assertThat(standstill(service)).isZero());
            service.consumers().stop();
            for (int n = 0; n < 9; n++) {
                topic.append(TopicLog.on(n % 3, topic.event(new Deposited("c", n))));
            }
            await().untilAsserted(() -> assertThat(lag(service)).isEqualTo(9));
            now.updateAndGet(time -> time.plusSeconds(600));
            assertThat(standstill(service)).isEqualTo(600);

            topic.commit("standstill", 0, 2);
            topic.commit("standstill", 1, 3);
            await().untilAsserted(() -> assertThat(lag(service)).isEqualTo(4));
            assertThat(standstill(service)).isEqualTo(600);

            topic.commit("standstill", 2, 1);
            await().untilAsserted(() -> assertThat(lag(service)).isEqualTo(3));
            assertThat(standstill(service)).isZero();

            // What is deleted unread waits for nobody.
            topic.deleteRecords();
            await().untilAsserted(() -> assertThat(lag(service)).isZero());
            now.updateAndGet(time -> time.plusSeconds(600));
            assertThat(standstill(service)).isZero();
        }
    }

    static double lag(AccountService service) {
        return gauge(service, "mops.messaging.consumer.lag");
    }

    static double standstill(AccountService service) {
        return gauge(service, "mops.messaging.consumer.standstill");
    }

    private static double gauge(AccountService service, String name) {
        return service.bean(MeterRegistry.class).get(name).gauge().value();
    }

    static Health health(AccountService service) {
        HealthIndicator consumer = (HealthIndicator) Objects.requireNonNull(
                service.bean(HealthContributorRegistry.class).getContributor("consumer"));
        return Objects.requireNonNull(consumer.health());
    }

    /** What health says of a topic. */
    static Map<String, Object> details(AccountService service, String topic) {
        @SuppressWarnings("unchecked")
        Map<String, Object> details = (Map<String, Object>)
                Objects.requireNonNull(health(service).getDetails().get(topic));
        return details;
    }
}
