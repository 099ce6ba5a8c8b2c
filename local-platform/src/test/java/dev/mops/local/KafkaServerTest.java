package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaServerTest {

    private static final TopicPartition PARTITION = new TopicPartition("kept", 0);

    @TempDir
    Path folder;

    private KafkaServer kafka;

    @BeforeEach
    void start() {
        kafka = KafkaServer.at(folder.resolve("a folder with spaces"), FreePorts.find());
        kafka.start();
    }

    @AfterEach
    void stop() {
        kafka.kill();
    }

    @Test
    void what_is_acknowledged_survives_a_kill_and_an_orderly_stop() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1)))
                    .all()
                    .get();
        }
        send("one");

        kafka.kill();
        assertThat(kafka.isRunning()).isFalse();
        kafka.start();
        send("two");
        kafka.stop();
        assertThat(kafka.isRunning()).isFalse();
        kafka.start();

        assertThat(received(2)).containsExactly("one", "two");
    }

    @Test
    void a_paused_server_answers_again_after_it_is_resumed() throws Exception {
        kafka.pause();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            var nodes = admin.describeCluster().nodes();
            assertThat(nodes.isDone()).isFalse();

            kafka.resume();

            assertThat(nodes.get(30, TimeUnit.SECONDS)).hasSize(1);
        }
    }

    @Test
    void a_paused_server_can_be_stopped() {
        kafka.pause();

        kafka.stop();

        assertThat(kafka.isRunning()).isFalse();
    }

    private void send(String value) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>("kept", value)).get(30, TimeUnit.SECONDS);
        }
    }

    private List<String> received(int count) {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            List<String> values = new java.util.ArrayList<>();
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(received -> values.add(received.value()));
                return values.size() >= count;
            });
            return values;
        }
    }
}
