package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.test.TestServers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** A topic as it is in Kafka, read and written beside the module. */
public final class TopicLog {

    private final String topic;
    private final String bootstrapServers;
    private final EventCodec<AccountEvent> codec;

    private TopicLog(String topic, String bootstrapServers) {
        this.topic = topic;
        this.bootstrapServers = bootstrapServers;
        this.codec = new EventCodec<>(AccountEvent.on(topic));
    }

    /** The topic on the Kafka that all tests share. */
    public static TopicLog of(String topic) {
        return new TopicLog(topic, TestServers.kafka().bootstrapServers());
    }

    /** The topic on this Kafka. */
    public static TopicLog of(String topic, String bootstrapServers) {
        return new TopicLog(topic, bootstrapServers);
    }

    /** Creates the topic before a service does, and for ever, as that does: Kafka's default forgets what is a week old. */
    public TopicLog create(int partitions) {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)
                            .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1"))))
                    .all()
                    .get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    /** An event as another service would publish it. */
    public ProducerRecord<byte[], byte[]> event(AccountEvent event, @Nullable String traceparent) {
        return codec.encode(
                new Envelope<>(codec.describe(event, "/elsewhere", Instant.EPOCH, null, null, traceparent), event));
    }

    public ProducerRecord<byte[], byte[]> event(AccountEvent event) {
        return event(event, null);
    }

    /** The same event for a partition that its key would not choose. */
    public static ProducerRecord<byte[], byte[]> on(int partition, ProducerRecord<byte[], byte[]> record) {
        return new ProducerRecord<>(record.topic(), partition, record.key(), record.value(), record.headers());
    }

    /** Appends records, all in one go, and returns where they are. */
    public List<RecordMetadata> append(List<ProducerRecord<byte[], byte[]>> records) {
        Map<String, Object> config = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.LINGER_MS_CONFIG,
                // What is appended together is one batch: it goes as soon as all of it is there.
                1_000,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            records.forEach(record -> sent.add(producer.send(record)));
            producer.flush();
            List<RecordMetadata> metadata = new ArrayList<>();
            for (Future<RecordMetadata> future : sent) {
                metadata.add(future.get());
            }
            return metadata;
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public RecordMetadata append(ProducerRecord<byte[], byte[]> record) {
        return append(List.of(record)).getFirst();
    }

    /** Every record of the topic, partition by partition, in the order of the log. */
    public List<ConsumerRecord<byte[], byte[]>> records() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("reader")) {
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            while (end.entrySet().stream().anyMatch(entry -> consumer.position(entry.getKey()) < entry.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }

    /** Every event of the topic, duplicates included. */
    public List<Envelope<AccountEvent>> events() {
        return records().stream().map(codec::decode).toList();
    }

    /** For each key the numbers of its events where they first stand in the log. */
    public Map<String, List<Long>> firstOccurrences() {
        Map<String, List<Long>> numbers = new LinkedHashMap<>();
        Set<UUID> seen = new HashSet<>();
        for (Envelope<AccountEvent> envelope : events()) {
            if (seen.add(envelope.metadata().id())) {
                numbers.computeIfAbsent(envelope.metadata().key(), key -> new ArrayList<>())
                        .add(envelope.event().number());
            }
        }
        return numbers;
    }

    /** How many records the group has committed, over all partitions. */
    public long committed(String group) {
        try (Admin admin = admin()) {
            return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                    .filter(entry -> entry.getKey().topic().equals(topic) && entry.getValue() != null)
                    .mapToLong(entry -> entry.getValue().offset())
                    .sum();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many partitions the topic has. */
    public int partitionCount() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("reader")) {
            return partitions(consumer).size();
        }
    }

    /** How many members of the group have partitions. */
    public long consumersOf(String group) {
        return membersOf(group).size();
    }

    /** The ids of the members of the group that have partitions: new ones for who was thrown out. */
    public Set<String> membersOf(String group) {
        try (Admin admin = admin()) {
            return admin
                    .describeConsumerGroups(List.of(group))
                    .describedGroups()
                    .values()
                    .iterator()
                    .next()
                    .get()
                    .members()
                    .stream()
                    .filter(member -> !member.assignment().topicPartitions().isEmpty())
                    .map(MemberDescription::consumerId)
                    .collect(Collectors.toSet());
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sets the group back to the beginning; it must have no members. */
    public void rewind(String group) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(group)) {
            partitions(consumer).forEach(partition -> commit(group, partition.partition(), 0));
        }
    }

    /** Sets the group back to the beginning, with its consumers stopped meanwhile. */
    public void rewindWhileStopped(String group, SmartLifecycle consumers) {
        consumers.stop();
        rewind(group);
        consumers.start();
    }

    /** Sets the group's place in one partition; it must have no members. */
    public void commit(String group, int partition, long offset) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(group)) {
            TopicPartition place = new TopicPartition(topic, partition);
            consumer.assign(List.of(place));
            consumer.commitSync(Map.of(place, new OffsetAndMetadata(offset)));
        }
    }

    /** Deletes all that stands in the topic, as its retention does. */
    public void deleteRecords() {
        try (Admin client = admin();
                KafkaConsumer<byte[], byte[]> consumer = consumer("none")) {
            client.deleteRecords(partitions(consumer).stream()
                            .collect(Collectors.toMap(
                                    Function.identity(), partition -> RecordsToDelete.beforeOffset(-1))))
                    .all()
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The value of a record's header. */
    public static @Nullable String header(ConsumerRecord<byte[], byte[]> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), UTF_8);
    }

    public Admin admin() {
        return Admin.create(Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    private KafkaConsumer<byte[], byte[]> consumer(String group) {
        return new KafkaConsumer<>(Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.GROUP_ID_CONFIG,
                group,
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                10,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                ByteArrayDeserializer.class,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                ByteArrayDeserializer.class));
    }
}
