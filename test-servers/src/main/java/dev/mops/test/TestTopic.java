package dev.mops.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.EventFamily;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The topic of an event family, for a test of one service: delivers what the other services would publish, and reads
 * what stands in the log. For one thread.
 *
 * @param <E> the family's root
 */
public final class TestTopic<E> implements AutoCloseable {

    private final EventFamily<E> family;
    private final EventCodec<E> codec;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();

    /** The topic of a family on a broker; it must exist when it is first used. */
    public TestTopic(EventFamily<E> family, String bootstrapServers) {
        this.family = family;
        this.codec = new EventCodec<>(family);
        this.producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers, ProducerConfig.ACKS_CONFIG, "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** An event as a service would publish it now, with a new id. */
    public Envelope<E> envelope(String source, E event) {
        return new Envelope<>(codec.describe(event, source, Instant.now(), null, null, null), event);
    }

    /** Delivers events, in this order. An envelope that is delivered again is a second delivery of the same event. */
    public void deliver(List<Envelope<E>> envelopes) {
        List<Future<RecordMetadata>> sent = envelopes.stream()
                .map(envelope -> producer.send(codec.encode(envelope)))
                .toList();
        try {
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("The events can't be delivered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while events are delivered", e);
        }
    }

    /** The events of a key that stand in the log now, in log order, second deliveries included. */
    public List<Envelope<E>> eventsOf(String key) {
        readToTheEnd();
        // What others have appended may be unreadable, on purpose.
        byte[] bytes = key.getBytes(UTF_8);
        return log.stream()
                .filter(record -> Arrays.equals(record.key(), bytes))
                .map(codec::decode)
                .toList();
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        consumer.close();
    }

    private void readToTheEnd() {
        if (consumer.assignment().isEmpty()) {
            consumer.assign(consumer.partitionsFor(family.topic()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList());
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(Duration.ofMillis(100)).forEach(log::add);
        }
    }
}
