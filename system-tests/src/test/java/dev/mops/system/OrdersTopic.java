package dev.mops.system;

import static java.util.stream.Collectors.toSet;

import dev.mops.events.EventCodec;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.local.Platform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topic {@code orders}, read and written from outside. */
final class OrdersTopic {

    private static final String NAME = OrderEvents.FAMILY.topic();
    private static final Duration POLL = Duration.ofMillis(100);

    private final Map<String, Object> config;

    // The consumer group of a service bears its name.
    private final Set<String> services;

    private final Books books;

    OrdersTopic(Platform platform) {
        this.services = platform.services();
        this.books = new Books(platform);
        this.config =
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, platform.kafka().bootstrapServers());
    }

    /** The ids of each order's events as they stand in the log, each at its first occurrence. */
    Map<UUID, Set<UUID>> eventIds() {
        Map<UUID, Set<UUID>> ids = new HashMap<>();
        occurrences().forEach((orderId, all) -> ids.put(orderId, new LinkedHashSet<>(all)));
        return ids;
    }

    /** The ids of each order's events as they stand in the log, as often as they stand there. */
    Map<UUID, List<UUID>> occurrences() {
        EventCodec<OrderEvent> codec = new EventCodec<>(OrderEvents.FAMILY);
        Map<UUID, List<UUID>> ids = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records()) {
            var envelope = codec.decode(record);
            ids.computeIfAbsent(envelope.event().orderId(), key -> new ArrayList<>())
                    .add(envelope.metadata().id());
        }
        return ids;
    }

    /** All records that stand in the topic now. */
    List<ConsumerRecord<byte[], byte[]>> records() {
        return records(NAME);
    }

    /** All records that stand in another topic now. */
    List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(topic)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            consumer.seekToBeginning(consumer.assignment());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(POLL).forEach(records::add);
            }
        }
        return records;
    }

    /** Writes these records once more, as they are: what a relay does that crashed before it heard of its success. */
    void writeAgain(List<ConsumerRecord<byte[], byte[]>> records) {
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            records.forEach(record -> sent.add(producer.send(copy(record))));
            sent.forEach(OrdersTopic::get);
        }
    }

    /** Writes each new record once more as soon as it comes, for as long as it is wanted. Blocks; ready after the first look. */
    void echo(Runnable ready, BooleanSupplier wanted) {
        Set<UUID> echoed = new LinkedHashSet<>();
        EventCodec<OrderEvent> codec = new EventCodec<>(OrderEvents.FAMILY);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer();
                KafkaProducer<byte[], byte[]> producer = producer()) {
            consumer.seekToEnd(consumer.assignment());
            consumer.assignment().forEach(consumer::position);
            ready.run();
            Consumer<ConsumerRecord<byte[], byte[]>> once = record -> {
                if (echoed.add(codec.decode(record).metadata().id())) {
                    get(producer.send(copy(record)));
                }
            };
            while (wanted.getAsBoolean()) {
                consumer.poll(POLL).forEach(once);
            }
        }
    }

    /** Waits until nothing is under way: all services have handled all records, and no outbox holds a row. */
    void awaitQuiet() {
        try (Admin admin = Admin.create(config);
                KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            Shop.eventually().until(() -> {
                Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
                // In this order: what a handled event led to stands in an outbox or, after that, in the topic.
                return services.stream().allMatch(group -> hasReached(admin, group, ends))
                        && services.stream().allMatch(service -> books.waitingEvents(service) == 0)
                        && ends.equals(consumer.endOffsets(consumer.assignment()));
            });
        }
    }

    /** What a consumer group has committed, by partition. */
    Map<TopicPartition, OffsetAndMetadata> committed(String group) {
        try (Admin admin = Admin.create(config)) {
            return get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        }
    }

    /** The topics whose partitions the consumers of a group have now. */
    Set<String> readBy(String group) {
        try (Admin admin = Admin.create(config)) {
            return get(admin.describeConsumerGroups(List.of(group)).all()).values().stream()
                    .flatMap(described -> described.members().stream())
                    .flatMap(member -> member.assignment().topicPartitions().stream())
                    .map(TopicPartition::topic)
                    .collect(toSet());
        }
    }

    /** How many partitions each consumer of a service has now. */
    List<Integer> shares(String service) {
        try (Admin admin = Admin.create(config)) {
            return get(admin.describeConsumerGroups(List.of(service)).all()).values().stream()
                    .flatMap(group -> group.members().stream())
                    .map(member -> member.assignment().topicPartitions().size())
                    .toList();
        }
    }

    private static boolean hasReached(Admin admin, String group, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, OffsetAndMetadata> committed =
                get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        return ends.entrySet().stream().allMatch(end -> {
            OffsetAndMetadata offset = committed.get(end.getKey());
            return end.getValue() == 0 || (offset != null && offset.offset() >= end.getValue());
        });
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ProducerRecord<byte[], byte[]> copy(ConsumerRecord<byte[], byte[]> record) {
        return new ProducerRecord<>(NAME, record.partition(), record.key(), record.value(), record.headers());
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return consumer(NAME);
    }

    private KafkaConsumer<byte[], byte[]> consumer(String topic) {
        var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList());
        return consumer;
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
