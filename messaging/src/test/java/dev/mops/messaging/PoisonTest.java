package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records that no service should send. None is lost, none stops a partition, none hurts the one behind it. */
class PoisonTest {

    private static final TopicLog TOPIC = TopicLog.of("poison");
    private static final TopicLog DEAD_LETTERS = TopicLog.of("poison-poison-dlt");
    private static AccountService service;
    private static Operators operators;

    @BeforeAll
    static void start() {
        service = Operators.welcome(AccountService.named("poison"))
                .with("mops.messaging.partitions", 1)
                .with("mops.messaging.concurrency", 1)
                .with("mops.messaging.retry-delays", "5ms")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            throw new IllegalStateException("x".repeat(100_000) + "\0");
                        })
                        .build())
                .start();
        operators = Operators.of(service);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    /**
     * What is wrong with a record.
     *
     * @param dies whether it becomes a dead letter; else it is skipped
     */
    record Poison(String name, UnaryOperator<ProducerRecord<byte[], byte[]>> poison, boolean dies) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Poison> poisons() {
        return Stream.of(
                new Poison(
                        "garbage_bytes",
                        event -> with(event, event.key(), new byte[] {(byte) 0xff, 0, 1, (byte) 0xfe}),
                        true),
                new Poison(
                        "no_headers",
                        event -> new ProducerRecord<>(event.topic(), null, event.key(), event.value()),
                        true),
                new Poison("nul_in_the_key", event -> with(event, "a\0b".getBytes(UTF_8), event.value()), true),
                new Poison(
                        "nul_in_key_and_payload",
                        event -> with(
                                header(event, "ce_subject", "c\0d"),
                                "c\0d".getBytes(UTF_8),
                                "{\"account\": \"c\\u0000d\", \"number\": 1}".getBytes(UTF_8)),
                        true),
                new Poison(
                        "key_of_5_kib", event -> with(event, "k".repeat(5 << 10).getBytes(UTF_8), event.value()), true),
                new Poison(
                        "key_that_is_no_text",
                        event -> with(event, new byte[] {(byte) 0xc3, (byte) 0x28}, event.value()),
                        true),
                new Poison("null_key", event -> with(event, null, event.value()), true),
                new Poison("null_value", event -> with(event, event.key(), null), true),
                new Poison("unknown_type", event -> header(event, "ce_type", "account.closed"), false),
                new Poison(
                        "unknown_major_version",
                        event -> header(event, "ce_dataschema", "account.deposited/99.0"),
                        true),
                new Poison("no_version", event -> header(event, "ce_dataschema", "account.deposited/"), true),
                new Poison(
                        "schema_violated",
                        event -> with(event, event.key(), "{\"account\": 7, \"number\": \"one\"}".getBytes(UTF_8)),
                        true),
                new Poison("id_of_5_kib", event -> header(event, "ce_id", "i".repeat(5 << 10)), true),
                new Poison("nul_in_the_source", event -> header(event, "ce_source", "/else\0where"), true),
                new Poison("source_of_5_kib", event -> header(event, "ce_source", "s".repeat(5 << 10)), true),
                new Poison("type_of_no_text", event -> header(event, "ce_type", "\0"), false),
                new Poison(
                        "header_without_value",
                        event -> {
                            ProducerRecord<byte[], byte[]> broken = with(event, event.key(), "{".getBytes(UTF_8));
                            broken.headers().add("mine", null);
                            return broken;
                        },
                        true),
                new Poison("value_of_900_kib", event -> with(event, event.key(), new byte[900 << 10]), true),
                new Poison("almost_the_largest_record", event -> with(event, event.key(), new byte[1_047_900]), true),
                new Poison(
                        "headers_of_900_kib",
                        event -> with(header(event, "mine", "h".repeat(900 << 10)), event.key(), "{".getBytes(UTF_8)),
                        true),
                new Poison("key_of_900_kib", event -> with(event, new byte[900 << 10], event.value()), true),
                new Poison(
                        "time_of_the_record_in_1970",
                        event -> new ProducerRecord<>(
                                event.topic(), null, 0L, event.key(), "{".getBytes(UTF_8), event.headers()),
                        true),
                new Poison("handler_throws_a_novel", event -> TOPIC.event(new Withdrawn("novel", 1)), true));
    }

    @ParameterizedTest
    @MethodSource("poisons")
    void a_poison_record_becomes_a_dead_letter_or_is_skipped_and_those_behind_it_go_on(Poison poison) {
        long dead = service.count("held_key WHERE state = 'DEAD'");
        int letters = DEAD_LETTERS.records().size();
        String account = "poison-" + poison.name();

        ProducerRecord<byte[], byte[]> record = poison.poison().apply(TOPIC.event(new Deposited(account, 1)));
        TOPIC.append(record);
        TOPIC.append(TOPIC.event(new Deposited("behind-" + poison.name(), 1)));

        await().untilAsserted(() ->
                assertThat(service.numbersOf("behind-" + poison.name())).containsExactly(1L));
        await().untilAsserted(() ->
                assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(dead + (poison.dies() ? 1 : 0)));
        await().untilAsserted(() -> assertThat(DEAD_LETTERS.records()).hasSize(letters + (poison.dies() ? 1 : 0)));
        assertThat(service.numbersOf(account)).isEmpty();
        // The outbox is not blocked by a letter that Kafka does not take.
        await().untilAsserted(() -> assertThat(service.count("outbox_event")).isZero());
        if (poison.dies()) {
            ConsumerRecord<byte[], byte[]> letter = DEAD_LETTERS.records().stream()
                    .filter(candidate -> TopicLog.header(candidate, "mops-dead-letter-offset") != null)
                    .reduce((first, last) -> last)
                    .orElseThrow();
            assertThat(TopicLog.header(letter, "mops-dead-letter-consumer-group"))
                    .isEqualTo("poison");
            for (Header header : letter.headers()) {
                if (header.key().startsWith("mops-dead-letter-")) {
                    assertThat(header.value()).as(header.key()).hasSizeLessThan(4_100);
                }
            }
            assertThat(operators.get("deadletters?size=200").status()).isEqualTo(200);
            assertThat(operators
                            .get("deadletters/" + TopicLog.header(letter, "mops-dead-letter-id"))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void a_value_of_900_kib_stands_whole_in_the_dead_letter_topic_with_kafkas_default_limits() {
        byte[] value = new byte[900 << 10];
        Arrays.fill(value, (byte) '{');
        ProducerRecord<byte[], byte[]> event = TOPIC.event(new Deposited("large", 1));
        TOPIC.append(with(event, event.key(), value));

        ConsumerRecord<byte[], byte[]> letter = letterOf("large", 1);

        assertThat(letter.value()).isEqualTo(value);
        assertThat(TopicLog.header(letter, "ce_type")).isEqualTo("account.deposited");
        assertThat(TopicLog.header(letter, "mops-dead-letter-error-class")).endsWith("UnreadableEventException");
    }

    @Test
    void a_dead_letter_record_has_the_original_with_its_reasons_and_never_grows_from_hop_to_hop() {
        ProducerRecord<byte[], byte[]> event =
                header(TOPIC.event(new Deposited("hops", 1)), "ce_dataschema", "account.deposited/99.0");
        event.headers().add("mine", "kept".getBytes(UTF_8));
        TOPIC.append(event);
        ConsumerRecord<byte[], byte[]> first = letterOf("hops", 1);
        assertThat(first.value()).isEqualTo(event.value());
        assertThat(TopicLog.header(first, "mine")).isEqualTo("kept");
        assertThat(TopicLog.header(first, "ce_dataschema")).isEqualTo("account.deposited/99.0");
        assertThat(TopicLog.header(first, "mops-dead-letter-topic")).isEqualTo("poison");
        assertThat(TopicLog.header(first, "mops-dead-letter-partition")).isEqualTo("0");
        assertThat(TopicLog.header(first, "mops-dead-letter-attempts")).isEqualTo("1");
        assertThat(TopicLog.header(first, "mops-dead-letter-first-failed-at")).isNotNull();
        assertThat(TopicLog.header(first, "mops-dead-letter-last-failed-at")).isNotNull();
        assertThat(TopicLog.header(first, "mops-dead-letter-error-class")).endsWith("UnreadableEventException");

        // Somebody sends the letter back as it is, under an id of its own, and behind another key.
        ProducerRecord<byte[], byte[]> again = header(
                new ProducerRecord<>("poison", null, "hops2".getBytes(UTF_8), first.value(), first.headers()),
                "ce_id",
                UUID.randomUUID().toString());
        TOPIC.append(again);
        ConsumerRecord<byte[], byte[]> second = letterOf("hops2", 1);

        assertThat(second.headers().toArray()).hasSameSizeAs(first.headers().toArray());
        assertThat(TopicLog.header(second, "mops-dead-letter-offset"))
                .isNotEqualTo(TopicLog.header(first, "mops-dead-letter-offset"));
    }

    @Test
    void an_event_of_a_major_version_that_only_the_next_deployment_knows_waits_for_its_replay() {
        TOPIC.append(List.of(
                header(
                        with(
                                TOPIC.event(new Deposited("future", 1)),
                                "future".getBytes(UTF_8),
                                "{\"account\": \"future\", \"number\": 1, \"currency\": \"EUR\"}".getBytes(UTF_8)),
                        "ce_dataschema",
                        "account.deposited/2.0"),
                TOPIC.event(new Withdrawn("future", 2)),
                with(TOPIC.event(new Deposited("past", 1)), "past".getBytes(UTF_8), "{broken".getBytes(UTF_8))));
        String id = letterIdOf("future");
        String ofThePast = letterIdOf("past");
        service.close();
        try (AccountService next = Operators.welcome(AccountService.named("poison"))
                .with("mops.messaging.partitions", 1)
                .with("mops.messaging.retry-delays", "5ms")
                .withFamily(AccountEvent.ofTheFuture("poison"))
                .noting()
                .start()) {
            await().untilAsserted(() -> assertThat(Operators.of(next)
                            .post("deadletters/" + id, "{\"action\": \"replay\", \"reason\": \"deployed\"}")
                            .status())
                    .isEqualTo(200));

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(next.numbersOf("future")).containsExactly(1L, 2L));
            // An edit is held against the event's own version, not the newest.
            assertThat(Operators.of(next)
                            .post("deadletters/" + ofThePast, edit("{\"account\": \"past\", \"currency\": \"EUR\"}"))
                            .detail())
                    .contains("account.deposited/1.0", "number");
            assertThat(Operators.of(next)
                            .post("deadletters/" + ofThePast, edit("{\"account\": \"past\", \"number\": 1}"))
                            .status())
                    .isEqualTo(200);
            assertThat(Operators.of(next)
                            .post("deadletters/" + ofThePast, "{\"action\": \"replay\", \"reason\": \"mended\"}")
                            .status())
                    .isEqualTo(200);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(next.numbersOf("past")).containsExactly(1L));
        }
        start();
    }

    @Test
    void a_topic_that_is_made_anew_has_other_records_at_the_old_offsets() throws Exception {
        TopicLog topic = TopicLog.of("anew");
        List<AccountEvent> behind = List.of(new Deposited("good", 1), new Deposited("good", 2));
        try (AccountService reading = AccountService.named("anew")
                .with("mops.messaging.partitions", 1)
                .noting()
                .start()) {
            for (int n = 1; n <= 2; n++) {
                topic.append(List.of(
                        with(topic.event(new Deposited("none", 1)), ("key-" + n).getBytes(UTF_8), null),
                        new ProducerRecord<>("anew", ("garbage-" + n).getBytes(UTF_8), new byte[] {1}),
                        new ProducerRecord<>("anew", new byte[] {2}),
                        topic.event(behind.get(n - 1))));
                long letters = 3L * n;
                long last = n;
                await().untilAsserted(
                                () -> assertThat(reading.numbersOf("good")).hasSize((int) last));
                assertThat(reading.count("held_key WHERE state = 'DEAD'")).isEqualTo(letters);
                if (n == 1) {
                    reading.consumers().stop();
                    recreate(topic);
                    topic.rewind("anew");
                    reading.consumers().start();
                }
            }
            assertThat(reading.numbersOf("good")).containsExactly(1L, 2L);
            assertThat(reading.jdbc().queryForList("SELECT record_offset FROM held_event ORDER BY id", Long.class))
                    .containsExactly(0L, 1L, 2L, 0L, 1L, 2L);
        }
    }

    private static void recreate(TopicLog topic) throws Exception {
        try (Admin admin = topic.admin()) {
            admin.deleteTopics(List.of("anew")).all().get();
        }
        await().ignoreExceptions().untilAsserted(() -> topic.create(1));
    }

    private static ConsumerRecord<byte[], byte[]> letterOf(String key, int number) {
        await().untilAsserted(() -> assertThat(DEAD_LETTERS.records())
                .filteredOn(record -> record.key() != null && new String(record.key(), UTF_8).equals(key))
                .hasSize(number));
        return DEAD_LETTERS.records().stream()
                .filter(record -> record.key() != null && new String(record.key(), UTF_8).equals(key))
                .toList()
                .getLast();
    }

    @SuppressWarnings("NullAway") // Kafka's records have null keys and values
    private static String letterIdOf(String key) {
        return Objects.requireNonNull(TopicLog.header(letterOf(key, 1), "mops-dead-letter-id"));
    }

    private static String edit(String payload) {
        return "{\"action\": \"edit\", \"reason\": \"because of a test\", \"payload\": %s}".formatted(payload);
    }

    private static ProducerRecord<byte[], byte[]> with(
            ProducerRecord<byte[], byte[]> event, byte @Nullable [] key, byte @Nullable [] value) {
        return new ProducerRecord<>(event.topic(), null, key, value, event.headers());
    }

    private static ProducerRecord<byte[], byte[]> header(
            ProducerRecord<byte[], byte[]> event, String name, String value) {
        RecordHeaders headers = new RecordHeaders(event.headers());
        headers.remove(name).add(name, value.getBytes(UTF_8));
        return new ProducerRecord<>(event.topic(), null, event.key(), event.value(), headers);
    }
}
