package dev.mops.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.mops.bench.HttpLoad.Answer;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * What the machine gives: each of the platform's means by itself, used as well as it can be, while nothing else runs. The
 * benchmark's own process is on the same machine and takes its share. Each is measured once more than told: the first
 * time is its warm-up.
 */
final class Limits {

    static final String PART = "limits";

    private static final String DATABASE = "limits";
    private static final String ROW = "x".repeat(100);
    private static final int ROWS = 500;
    private static final int BLOCK = 8 * 1024;
    private static final int PARTITIONS = 6;
    private static final byte[] RECORD = "x".repeat(500).getBytes(UTF_8);
    private static final int CLIENTS = 64;

    private final Servers servers;
    private final Figures figures;
    private final int times;
    private final Duration duration;
    private int topics;

    /** @param duration of each time */
    Limits(Servers servers, Figures figures, int times, Duration duration) {
        this.servers = servers;
        this.figures = figures;
        this.times = times;
        this.duration = duration;
    }

    /** All but HTTP. */
    void measure() throws Exception {
        servers.postgres().createDatabase(DATABASE);
        for (int connections : new int[] {1, 8, 32}) {
            singleRows(connections);
        }
        for (int connections : new int[] {1, 2}) {
            manyRows(connections);
        }
        fsync();
        kafkaThroughput();
        kafkaLatency();
    }

    /** What an order needs most of, from each server. */
    void measureLeast() throws Exception {
        servers.postgres().createDatabase(DATABASE);
        singleRows(32);
        kafkaThroughput();
    }

    /** Transactions that each insert one row of 100 bytes, durable: a round trip and an fsync, which several can share. */
    private void singleRows(int connections) throws Exception {
        List<Double> values = repeat(() -> inserts(connections, connection -> {
            PreparedStatement insert = connection.prepareStatement("INSERT INTO limit_row (payload) VALUES (?)");
            return () -> {
                insert.setString(1, ROW);
                return insert.executeUpdate();
            };
        }));
        figures.rate(PART, "single-row inserts, " + connections(connections), "transactions/s", values);
    }

    /** The same rows, 500 a transaction, in one statement. */
    private void manyRows(int connections) throws Exception {
        List<Double> values = repeat(() -> inserts(connections, connection -> {
            PreparedStatement insert = connection.prepareStatement("INSERT INTO limit_row (payload) SELECT unnest(?)");
            Array rows = connection.createArrayOf(
                    "text", Collections.nCopies(ROWS, ROW).toArray());
            return () -> {
                insert.setArray(1, rows);
                return insert.executeUpdate();
            };
        }));
        figures.rate(PART, "500-row inserts, " + connections(connections), "rows/s", values);
    }

    private static String connections(int count) {
        return count == 1 ? "1 connection" : count + " connections";
    }

    /** What a connection does again and again; tells how many rows it wrote. */
    private interface Step {
        int run() throws SQLException;
    }

    private interface Steps {
        Step on(Connection connection) throws SQLException;
    }

    /** Rows a second. */
    private double inserts(int connections, Steps steps) throws Exception {
        try (Connection connection = servers.connect(DATABASE);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS limit_row");
            statement.execute(
                    "CREATE TABLE limit_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload text NOT NULL)");
        }
        CountDownLatch connected = new CountDownLatch(connections);
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            List<Future<Double>> rates = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                rates.add(threads.submit(() -> {
                    try (Connection connection = servers.connect(DATABASE)) {
                        Step step = steps.on(connection);
                        connected.countDown();
                        connected.await();
                        return perSecond(step);
                    } finally {
                        // Nobody waits for one that could not connect.
                        connected.countDown();
                    }
                }));
            }
            double sum = 0;
            for (Future<Double> rate : rates) {
                sum += rate.get();
            }
            return sum;
        }
    }

    private double perSecond(Step step) throws SQLException {
        long rows = 0;
        long begin = System.nanoTime();
        long now = begin;
        while (now - begin < duration.toNanos()) {
            rows += step.run();
            now = System.nanoTime();
        }
        return rows * 1e9 / (now - begin);
    }

    /** How long 8 KiB take to the disk, appended to a file beside the servers' data: write and fdatasync. */
    private void fsync() throws IOException {
        Path file = servers.folder().resolve("limit");
        List<Spread> spreads = new ArrayList<>();
        for (int i = 0; i <= times; i++) {
            try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
                ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
                spreads.add(latencies(() -> {
                    block.clear();
                    while (block.hasRemaining()) {
                        channel.write(block);
                    }
                    channel.force(false);
                }));
            } finally {
                Files.delete(file);
            }
        }
        percentiles("fsync of 8 KiB", spreads);
    }

    /** Records of 500 bytes that one producer has acknowledged in a second, with {@code linger.ms=5}, Kafka's default. */
    private void kafkaThroughput() throws Exception {
        figures.rate(PART, "Kafka, acks=all, records of 500 bytes", "records/s", repeat(this::acknowledgedPerSecond));
    }

    private double acknowledgedPerSecond() throws InterruptedException, ExecutionException {
        String topic = newTopic(PARTITIONS);
        AtomicLong acknowledged = new AtomicLong();
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(5)) {
            // A partition may have no leader yet: many records at once are not the ones to find out.
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(topic, partition, null, RECORD))
                        .get();
            }
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < duration.toNanos()) {
                var _ = producer.send(new ProducerRecord<>(topic, RECORD), (_, failed) -> {
                    if (failed == null) {
                        acknowledged.incrementAndGet();
                    } else {
                        failure.set(failed);
                    }
                });
            }
            producer.flush();
            long nanos = System.nanoTime() - begin;
            if (failure.get() != null) {
                throw new IllegalStateException("Kafka took no more records", failure.get());
            }
            return acknowledged.get() * 1e9 / nanos;
        } finally {
            delete(topic);
        }
    }

    /** From a record's send to its arrival at a consumer, one after another, with {@code linger.ms=0}. */
    private void kafkaLatency() throws Exception {
        String topic = newTopic(1);
        List<Spread> spreads = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(0);
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", servers.kafka().bootstrapServers()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            for (int i = 0; i <= times; i++) {
                spreads.add(latencies(() -> {
                    var _ = producer.send(new ProducerRecord<>(topic, RECORD));
                    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                    while (consumer.poll(Duration.ofMillis(100)).isEmpty()) {
                        if (System.nanoTime() > end) {
                            throw new IllegalStateException("A record did not arrive: "
                                    + servers.kafka().log());
                        }
                    }
                }));
            }
        } finally {
            delete(topic);
        }
        percentiles("Kafka, producer to consumer", spreads);
    }

    private KafkaProducer<byte[], byte[]> producer(int lingerMillis) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        servers.kafka().bootstrapServers(),
                        "acks",
                        "all",
                        "linger.ms",
                        lingerMillis),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private String newTopic(int partitions) throws InterruptedException {
        // The name of one that was deleted is no new one: what was known of it is still around.
        String topic = "limits-" + ++topics;
        servers.createTopics(List.of(topic), partitions);
        return topic;
    }

    private void delete(String topic) throws InterruptedException, ExecutionException {
        try (Admin admin = servers.admin()) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    /** Answers a second of an endpoint that has nothing to do, to 64 clients. */
    void http(URI empty) throws Exception {
        figures.rate(PART, "empty HTTP endpoint, " + CLIENTS + " clients", "requests/s", repeat(() -> {
            List<Answer> answers = new HttpLoad(empty, () -> null).closed(CLIENTS, duration);
            if (!answers.stream().allMatch(answer -> answer.status() == 200)) {
                throw new IllegalStateException("Not every request to " + empty + " was answered");
            }
            long begin = answers.stream().mapToLong(Answer::intended).min().orElseThrow();
            long end = answers.stream().mapToLong(Answer::answered).max().orElseThrow();
            return answers.size() * 1e6 / (end - begin);
        }));
    }

    private interface Waiting {
        void run() throws IOException;
    }

    private Spread latencies(Waiting step) throws IOException {
        List<Double> millis = new ArrayList<>();
        long begin = System.nanoTime();
        long now = begin;
        while (now - begin < duration.toNanos()) {
            long before = now;
            step.run();
            now = System.nanoTime();
            millis.add((now - before) / 1e6);
        }
        return Spread.of(millis);
    }

    private void percentiles(String name, List<Spread> spreads) {
        List<Spread> warm = spreads.subList(1, spreads.size());
        for (double share : new double[] {0.5, 0.99}) {
            figures.cost(
                    PART,
                    "%s, p%.0f".formatted(name, share * 100),
                    "ms",
                    warm.stream().map(spread -> spread.at(share)).toList());
        }
    }

    private interface Measured {
        double run() throws Exception;
    }

    private List<Double> repeat(Measured measured) throws Exception {
        var _ = measured.run();
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            values.add(measured.run());
        }
        return values;
    }
}
