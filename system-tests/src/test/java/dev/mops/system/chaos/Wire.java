package dev.mops.system.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.local.Platform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Topics, read and written from outside, with Kafka's own clients. */
final class Wire implements AutoCloseable {

    static final String ORDERS = "orders";

    /** On records that nobody is to be able to read, where they have headers at all. */
    static final String POISON = "chaos-poison";

    private static final Duration POLL = Duration.ofMillis(100);
    private static final int LARGE = 900 * 1024;
    private static final List<String> TYPES = List.of(
            "order.created",
            "order.inventory_reserved",
            "order.inventory_rejected",
            "order.paid",
            "order.payment_declined",
            "order.shipped",
            "order.cancellation_requested");

    private final Map<String, Object> config;
    private final KafkaProducer<byte[], byte[]> producer;

    Wire(Platform platform) {
        this.config =
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, platform.kafka().bootstrapServers());
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        platform.kafka().bootstrapServers(),
                        // However long the broker is away: what is sent comes.
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        Integer.MAX_VALUE,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        300_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    static @Nullable String header(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
    }

    /** Whether nobody is to be able to read it: events have an id. */
    static boolean isPoison(Headers headers) {
        return headers.lastHeader(POISON) != null || headers.lastHeader("ce_id") == null;
    }

    /** What a topic holds now, each partition in its order. */
    <T> List<T> read(String topic, Function<ConsumerRecord<byte[], byte[]>, T> reader) {
        List<T> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(topic)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            consumer.seekToBeginning(consumer.assignment());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(POLL).forEach(record -> records.add(reader.apply(record)));
            }
        }
        return records;
    }

    /** Whether these groups have read all of the orders' topic, and all that it holds is said to have been under way before. */
    boolean isRead(Collection<String> groups, BooleanSupplier isNothingUnderWay) {
        try (Admin admin = Admin.create(config);
                KafkaConsumer<byte[], byte[]> consumer = consumer(ORDERS)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            if (!unread(admin, groups, ends).isEmpty()) {
                return false;
            }
            // In this order: what a handled event led to stands in an outbox or, after that, in the topic.
            return isNothingUnderWay.getAsBoolean() && ends.equals(consumer.endOffsets(consumer.assignment()));
        }
    }

    /** What these groups have not read of the orders' topic, and who is to read it. */
    String unread(Collection<String> groups) {
        try (Admin admin = Admin.create(config);
                KafkaConsumer<byte[], byte[]> consumer = consumer(ORDERS)) {
            Map<String, Map<TopicPartition, Long>> unread =
                    unread(admin, groups, consumer.endOffsets(consumer.assignment()));
            return unread + ", read by "
                    + await(admin.describeConsumerGroups(unread.keySet()).all());
        }
    }

    private static Map<String, Map<TopicPartition, Long>> unread(
            Admin admin, Collection<String> groups, Map<TopicPartition, Long> ends) {
        Map<String, Map<TopicPartition, Long>> unread = new HashMap<>();
        for (String group : groups) {
            Map<TopicPartition, OffsetAndMetadata> committed =
                    await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
            ends.forEach((partition, end) -> {
                OffsetAndMetadata offset = committed.get(partition);
                long left = end - (offset == null ? 0 : offset.offset());
                if (left > 0) {
                    unread.computeIfAbsent(group, first -> new HashMap<>()).put(partition, left);
                }
            });
        }
        return unread;
    }

    /** Delivers some records of a partition once more, unchanged. */
    int duplicate(Random dice) {
        List<ConsumerRecord<byte[], byte[]>> again = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(ORDERS)) {
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(consumer.assignment()));
            ends.values().removeIf(end -> end == 0);
            if (ends.isEmpty()) {
                return 0;
            }
            TopicPartition partition = List.copyOf(ends.keySet()).get(dice.nextInt(ends.size()));
            consumer.assign(List.of(partition));
            long end = ends.getOrDefault(partition, 0L);
            // The latest, whose effects are under way, or older ones.
            long begin = dice.nextBoolean() ? Math.max(0, end - 50) : dice.nextLong(end);
            consumer.seek(partition, begin);
            while (again.size() < 50 && consumer.position(partition) < end) {
                consumer.poll(POLL).forEach(again::add);
            }
        }
        List<Future<?>> sent = new ArrayList<>();
        again.stream()
                .filter(record -> !isPoison(record.headers()))
                .limit(50)
                .forEach(record -> sent.add(producer.send(new ProducerRecord<>(
                        ORDERS, record.partition(), record.key(), record.value(), record.headers()))));
        sent.forEach(Wire::await);
        return sent.size();
    }

    /** Writes records that nobody can read, some of them with the key of an order. */
    int poison(Random dice, String order) {
        List<ProducerRecord<byte[], byte[]>> records = List.of(
                record(anyKey(dice, order), event(dice, "1.0"), bytes(dice, 1 + dice.nextInt(300))),
                record(anyKey(dice, order), new RecordHeaders(), bytes(dice, 20)),
                record(null, event(dice, "1.0"), "{}".getBytes(UTF_8)),
                record(anyKey(dice, order), event(dice, "9.0"), "{}".getBytes(UTF_8)),
                record(anyKey(dice, order), event(dice, "1.0"), "{}".getBytes(UTF_8)),
                record("\0" + UUID.randomUUID(), event(dice, "1.0"), "null".getBytes(UTF_8)),
                record("k".repeat(5 * 1024), event(dice, "1.0"), "[]".getBytes(UTF_8)),
                record(UUID.randomUUID().toString(), event(dice, "1.0"), bytes(dice, LARGE)),
                record(anyKey(dice, order), event(dice, "1.0"), null),
                record(anyKey(dice, order), unknown(), "{}".getBytes(UTF_8)));
        List<Future<?>> sent = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sent.add(producer.send(records.get(dice.nextInt(records.size()))));
        }
        sent.forEach(Wire::await);
        return sent.size();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }

    private static String anyKey(Random dice, String order) {
        return dice.nextBoolean() ? order : UUID.randomUUID().toString();
    }

    private static ProducerRecord<byte[], byte[]> record(
            @Nullable String key, Headers headers, byte @Nullable [] value) {
        return new ProducerRecord<>(ORDERS, null, key == null ? null : key.getBytes(UTF_8), value, headers);
    }

    private static Headers event(Random dice, String version) {
        String type = TYPES.get(dice.nextInt(TYPES.size()));
        return event(type, type + "/" + version);
    }

    /** A type that nobody handles: it is skipped, and no dead letter. */
    private static Headers unknown() {
        return event("order.teleported", "order.teleported/1.0");
    }

    private static Headers event(String type, String dataSchema) {
        Headers headers = new RecordHeaders();
        headers.add("ce_specversion", "1.0".getBytes(UTF_8));
        headers.add("ce_id", UUID.randomUUID().toString().getBytes(UTF_8));
        headers.add("ce_type", type.getBytes(UTF_8));
        headers.add("ce_source", "/chaos".getBytes(UTF_8));
        headers.add("ce_subject", UUID.randomUUID().toString().getBytes(UTF_8));
        headers.add("ce_dataschema", dataSchema.getBytes(UTF_8));
        headers.add(POISON, new byte[] {1});
        return headers;
    }

    private static byte[] bytes(Random dice, int length) {
        byte[] bytes = new byte[length];
        dice.nextBytes(bytes);
        return bytes;
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer(String topic) {
        var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList());
        return consumer;
    }
}
