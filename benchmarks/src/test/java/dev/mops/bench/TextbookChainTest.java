package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.bench.HttpLoad.Answer;
import dev.mops.bench.textbook.Role;
import dev.mops.local.Size;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextbookChainTest {

    private static final int ORDERS = 5;
    static final Size SMALL = new Size(Size.DEMO.service(), Size.DEMO.kafka(), "-c track_commit_timestamp=on");

    @TempDir
    Path folder;

    @Test
    void each_order_is_shipped_once_though_every_record_is_delivered_twice() throws Exception {
        try (Servers servers = Servers.start(folder, SMALL);
                TextbookChain chain = TextbookChain.open(servers, "small", SMALL, List.of("--textbook.delay=50ms"))) {
            List<UUID> placed = new HttpLoad(chain.ordersUrl(), Shop.anyOrders())
                    .closed(2, Duration.ofMinutes(1), ORDERS).stream()
                            .map(Answer::created)
                            .toList();
            chain.drain();

            UUID first =
                    placed.stream().min(Comparator.comparing(UUID::toString)).orElseThrow();
            Map<UUID, Long> shipped = chain.shippedSince(first);
            assertThat(shipped).containsOnlyKeys(placed).hasSize(ORDERS);

            deliverAgain(servers, chain);

            assertThat(chain.shippedSince(first)).isEqualTo(shipped);
            for (Role role : Role.values()) {
                assertThat(count(chain, role, "outbox")).as("events of " + role).isEqualTo(ORDERS);
                assertThat(count(chain, role, "step"))
                        .as("steps of " + role)
                        .isEqualTo(role == Role.ORDER ? 0 : ORDERS);
            }
        }
    }

    /** Copies every record to the end of its partition, and waits until all were read. */
    private static void deliverAgain(Servers servers, TextbookChain chain) throws Exception {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", servers.kafka().bootstrapServers());
        Map<TopicPartition, Long> ends;
        try (KafkaConsumer<String, String> consumer =
                        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            List<TopicPartition> partitions = Arrays.stream(Role.values())
                    .flatMap(role -> consumer.partitionsFor(chain.topic(role)).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<ProducerRecord<String, String>> copies = new ArrayList<>();
            await().until(() -> {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record -> copies.add(new ProducerRecord<>(
                                record.topic(), record.partition(), record.key(), record.value())));
                return copies.size() == ORDERS * Role.values().length;
            });
            for (ProducerRecord<String, String> copy : copies) {
                producer.send(copy).get();
            }
            ends = consumer.endOffsets(partitions);
        }
        assertThat(ends.values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(2L * ORDERS * Role.values().length);
        // Nobody has a place in a partition without records.
        Map<TopicPartition, Long> written = new HashMap<>(ends);
        written.values().removeIf(end -> end == 0);
        try (Admin admin = servers.admin()) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> read(admin, chain).equals(written));
        }
    }

    private static Map<TopicPartition, Long> read(Admin admin, TextbookChain chain) throws Exception {
        Map<TopicPartition, Long> read = new HashMap<>();
        for (Role role : Role.values()) {
            for (Map.Entry<TopicPartition, OffsetAndMetadata> offset : admin.listConsumerGroupOffsets(chain.group(role))
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .entrySet()) {
                read.put(offset.getKey(), offset.getValue().offset());
            }
        }
        read.values().removeIf(offset -> offset == 0);
        return read;
    }

    private static long count(TextbookChain chain, Role role, String table) throws SQLException {
        try (Connection connection = chain.connect(role);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM " + table)) {
            result.next();
            return result.getLong(1);
        }
    }
}
