package dev.mops.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topic {@code orders}, as the other services see it. */
final class OrdersLog implements AutoCloseable {

    private final EventCodec<OrderEvent> codec = new EventCodec<>(OrderEvents.FAMILY);
    private final List<Envelope<OrderEvent>> read = new ArrayList<>();
    private final String group;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * Opens the topic.
     *
     * @param group the consumer group of the service
     */
    OrdersLog(String bootstrapServers, String group) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrapServers, "auto.offset.reset", "earliest");
        this.group = group;
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer());
        this.consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions =
                consumer.partitionsFor(OrderEvents.FAMILY.topic(), Duration.ofSeconds(10)).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Writes these events, and then once more: each is delivered twice. */
    List<Envelope<OrderEvent>> write(List<? extends OrderEvent> events) {
        List<Envelope<OrderEvent>> envelopes = events.stream()
                .map(event -> new Envelope<OrderEvent>(
                        codec.describe(event, "/elsewhere", Instant.EPOCH, null, null, null), event))
                .toList();
        List<Future<?>> sent = new ArrayList<>();
        Stream.concat(envelopes.stream(), envelopes.stream())
                .forEach(envelope -> sent.add(producer.send(codec.encode(envelope))));
        assertThat(sent).allSatisfy(Future::get);
        return envelopes;
    }

    /** Waits until the service has handled everything that stands in the topic. */
    void awaitHandled() {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(committed()).isEqualTo(ends()));
    }

    /** The events of one source in the topic, in log order for each order. */
    List<Envelope<OrderEvent>> from(String source) {
        Map<TopicPartition, Long> ends = ends();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(codec.decode(record)));
        }
        return read.stream()
                .filter(envelope -> envelope.metadata().source().equals(source))
                .toList();
    }

    private Map<TopicPartition, Long> ends() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        ends.values().removeIf(end -> end == 0);
        return ends;
    }

    private Map<TopicPartition, Long> committed() throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        return offsets.entrySet().stream()
                .filter(entry -> entry.getValue().offset() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
        admin.close();
    }
}
