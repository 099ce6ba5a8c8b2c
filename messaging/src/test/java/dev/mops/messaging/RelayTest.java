package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RelayTest {

    private static final String INTERCEPTOR = "spring.kafka.producer.properties.interceptor.classes";

    /**
     * Found by a chaos run: a broker that has just started refused a new producer's first batch, since it did not lead yet,
     * and took the second one, which was under way already.
     */
    @Test
    void the_relay_has_one_request_under_way_at_a_time() {
        try (AccountService service = AccountService.named("one_in_flight")
                .with("spring.kafka.producer.properties.interceptor.classes", Configured.class.getName())
                .with("spring.kafka.producer.properties.max.in.flight.requests.per.connection", 5)
                .start()) {
            service.publish(new Deposited("a", 1));
            await().untilAsserted(
                            () -> assertThat(service.count("outbox_event")).isZero());

            assertThat(Configured.CONFIG.get())
                    .containsEntry("max.in.flight.requests.per.connection", 1)
                    .containsEntry("enable.idempotence", true)
                    .containsEntry("acks", "all");
        }
    }

    /** Sees the settings of the relay's producer. */
    public static final class Configured implements ProducerInterceptor<byte[], byte[]> {

        static final AtomicReference<Map<String, Object>> CONFIG = new AtomicReference<>(Map.of());

        @Override
        public void configure(Map<String, ?> configs) {
            CONFIG.set(new LinkedHashMap<>(configs));
        }

        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            return record;
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, Exception exception) {}

        @Override
        public void close() {}
    }

    @Test
    void another_instance_takes_over_where_the_leader_stopped() {
        try (AccountService stays = AccountService.named("hand_over").noting().start()) {
            AccountService leads = AccountService.named("hand_over").noting().start();
            stays.relay().stop();
            await().untilAsserted(() -> assertThat(stays.leaders()).hasSize(1));
            stays.relay().start();
            for (int n = 1; n <= 300; n++) {
                if (n == 150) {
                    leads.close();
                }
                stays.publish(new Deposited("a-" + n % 5, n));
            }

            await().untilAsserted(() -> assertThat(stays.count("outbox_event")).isZero());
            await().untilAsserted(() -> assertThat(stays.effects()).hasSize(300));
            for (int key = 0; key < 5; key++) {
                int remainder = key;
                List<Long> numbers = LongStream.rangeClosed(1, 300)
                        .filter(n -> n % 5 == remainder)
                        .boxed()
                        .toList();
                assertThat(stays.numbersOf("a-" + key)).isEqualTo(numbers);
                assertThat(TopicLog.of("hand_over").firstOccurrences()).containsEntry("a-" + key, numbers);
            }
        }
    }

    @Test
    void of_two_instances_one_leads() {
        try (AccountService one = AccountService.named("one_leads").noting().start();
                AccountService other =
                        AccountService.named("one_leads").noting().start()) {
            for (int n = 1; n <= 50; n++) {
                one.publish(new Deposited("a", n));
                other.publish(new Deposited("b", n));
            }
            await().untilAsserted(() -> assertThat(one.effects()).hasSize(100));

            assertThat(one.leaders()).hasSize(1);
            assertThat(TopicLog.of("one_leads").records()).hasSize(100);
        }
    }

    @Test
    void a_leader_that_kafka_does_not_acknowledge_hands_over_to_one_that_it_does(CapturedOutput log) throws Exception {
        TopicLog topic = TopicLog.of("unacknowledged");
        try (AccountService leads = AccountService.named("unacknowledged")
                        .with("spring.application.name", "throttled")
                        .with("spring.kafka.producer.client-id", "throttled")
                        .with("mops.messaging.relay-timeout", "1s")
                        .start();
                Admin admin = topic.admin()) {
            await().untilAsserted(() -> assertThat(leads.leaders()).containsExactly("throttled relay"));
            try (AccountService standsBy =
                    AccountService.named("unacknowledged").noting().start()) {
                // Each time that the broker has acknowledged, it takes nothing more of this client for seconds.
                admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
                                new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "throttled")),
                                List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 1.0)))))
                        .all()
                        .get();
                AtomicLong events = new AtomicLong();
                await().untilAsserted(() -> {
                    standsBy.publish(new Deposited("a", events.incrementAndGet()));
                    assertThat(standsBy.leaders()).containsExactly("unacknowledged relay");
                });
                // By itself: without that, PostgreSQL would end its session somewhat later.
                assertThat(log).contains("[throttled]", "Kafka did not acknowledge within");
                standsBy.publish(new Deposited("a", events.incrementAndGet()));

                List<Long> numbers =
                        LongStream.rangeClosed(1, events.get()).boxed().toList();
                await().untilAsserted(() -> assertThat(standsBy.numbersOf("a")).isEqualTo(numbers));
                assertThat(topic.firstOccurrences()).containsOnly(Map.entry("a", numbers));
            }
        }
    }

    @Test
    void a_commit_wakes_the_relay() {
        try (AccountService service = AccountService.named("woken")
                .with("mops.messaging.poll-interval", "1h")
                .start()) {
            // The first ones may still be found by the look with which a relay begins.
            for (int n = 1; n <= 5; n++) {
                service.publish(new Deposited("a", n));
                await().untilAsserted(
                                () -> assertThat(service.count("outbox_event")).isZero());
            }
            assertThat(TopicLog.of("woken").records()).hasSize(5);
        }
    }

    @Test
    void settings_of_the_users_producers_do_not_weaken_the_relay() {
        try (AccountService service = AccountService.named("user_settings")
                .with(INTERCEPTOR, ProducerSettings.class.getName())
                .with("spring.kafka.producer.acks", 1)
                .with("spring.kafka.producer.retries", 0)
                .with("spring.kafka.producer.properties.enable.idempotence", false)
                .with("spring.kafka.producer.properties.max.in.flight.requests.per.connection", 10)
                .with("spring.kafka.producer.properties.delivery.timeout.ms", 60_000)
                .start()) {
            service.publish(new Deposited("a", 1));
            await().untilAsserted(
                            () -> assertThat(service.count("outbox_event")).isZero());

            assertThat(ProducerSettings.SETTINGS)
                    .containsEntry("acks", "all")
                    .containsEntry("enable.idempotence", true)
                    .containsEntry("delivery.timeout.ms", Integer.MAX_VALUE);
        }
    }

    @Test
    void a_row_stays_until_its_event_is_acknowledged() {
        try (AccountService service = AccountService.named("acknowledged")
                .with(INTERCEPTOR, RowsAtAcknowledgement.class.getName())
                .noting()
                .start()) {
            RowsAtAcknowledgement.service.set(service);
            for (int n = 1; n <= 20; n++) {
                service.publish(new Deposited("a", n));
            }

            await().untilAsserted(() -> assertThat(service.effects()).hasSize(20));
            assertThat(RowsAtAcknowledgement.ROWS).hasSize(20).doesNotContain(0L);
            await().untilAsserted(
                            () -> assertThat(service.count("outbox_event")).isZero());
        }
    }

    @Test
    void a_backlog_of_a_hundred_thousand_rows_drains_in_order() {
        try (AccountService service = AccountService.named("backlog").start()) {
            service.relay().stop();
            // The plainest rows: key, number, no headers.
            service.jdbc().update("""
                    INSERT INTO outbox_event (topic, key, value, headers)
                    SELECT 'backlog', convert_to('a-' || n % 1000, 'UTF8'), convert_to((n / 1000)::text, 'UTF8'), int4send(0)
                    FROM generate_series(0, 99999) AS n ORDER BY n
                    """);
            service.relay().start();

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(service.count("outbox_event")).isZero());
            Map<String, List<Long>> numbers = firstNumbers(TopicLog.of("backlog"));
            assertThat(numbers).hasSize(1000);
            assertThat(numbers.values())
                    .containsOnly(LongStream.range(0, 100).boxed().toList());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_event_that_kafka_does_not_take_is_not_overtaken(boolean refusedByBroker) throws Exception {
        String name = refusedByBroker ? "refused_by_broker" : "refused_by_client";
        try (AccountService service = AccountService.named(name)
                        .with("mops.messaging.partitions", 1)
                        .start();
                Admin admin = TopicLog.of(name).admin()) {
            service.relay().stop();
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, name),
                            Set.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", refusedByBroker ? "20000" : "9000000"),
                                    OpType.SET))))
                    .all()
                    .get();
            // The second is too large for the topic, or for the producer, and so alone in its batch.
            service.jdbc().update("""
                    INSERT INTO outbox_event (topic, key, value, headers)
                    SELECT ?, 'a', convert_to(CASE n WHEN 2 THEN rpad('2', ?, ' ') ELSE n::text END, 'UTF8'), int4send(0)
                    FROM generate_series(1, 900) AS n ORDER BY n
                    """, name, refusedByBroker ? 30_000 : 2_000_000);
            service.relay().start();

            // Sent again and again.
            await().untilAsserted(() -> assertThat(TopicLog.of(name).records()).hasSizeGreaterThan(1));
            assertThat(firstNumbers(TopicLog.of(name))).containsOnly(Map.entry("a", List.of(1L)));
            assertThat(service.count("outbox_event")).isEqualTo(900);

            service.jdbc().update("UPDATE outbox_event SET value = '2' WHERE length(value) > 9");
            await().untilAsserted(
                            () -> assertThat(service.count("outbox_event")).isZero());
            assertThat(firstNumbers(TopicLog.of(name)))
                    .containsOnly(Map.entry(
                            "a", LongStream.rangeClosed(1, 900).boxed().toList()));
        }
    }

    /** For each key the numbers in its records' values where they first stand in the log. */
    private static Map<String, List<Long>> firstNumbers(TopicLog topic) {
        Map<String, List<Long>> numbers = new LinkedHashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : topic.records()) {
            List<Long> ofKey = numbers.computeIfAbsent(new String(record.key(), UTF_8), key -> new ArrayList<>());
            long number = Long.parseLong(new String(record.value(), UTF_8).strip());
            if (!ofKey.contains(number)) {
                ofKey.add(number);
            }
        }
        return numbers;
    }

    /** Notes with which settings the relay's producer is made. */
    public static final class ProducerSettings implements ProducerInterceptor<byte[], byte[]> {

        static final Map<String, Object> SETTINGS = new ConcurrentHashMap<>();

        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            return record;
        }

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {
            SETTINGS.putAll(configs);
        }
    }

    /** Notes how many rows the outbox holds when an event is acknowledged. */
    public static final class RowsAtAcknowledgement implements ProducerInterceptor<byte[], byte[]> {

        static final AtomicReference<@Nullable AccountService> service = new AtomicReference<>();
        static final List<Long> ROWS = new CopyOnWriteArrayList<>();

        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            return record;
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, Exception exception) {
            AccountService asked = service.get();
            ROWS.add(asked == null ? -1 : asked.count("outbox_event"));
        }

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {}
    }
}
