package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.Envelope;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderShipped;
import dev.mops.local.Mops;
import dev.mops.local.Platform;
import dev.mops.local.Ports;
import dev.mops.test.TestTopic;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./mops new-service} in a copy of this repository: what it makes is built, tested, and run. Its name is one that
 * nobody takes: where somebody has made {@code returns}, this goes on.
 */
class CopiedServiceTest {

    private static final String WORD = "specimen";
    private static final String NAME = WORD + "-service";

    private final Path folder;
    private final Checkout checkout;

    CopiedServiceTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.checkout = Checkout.in(folder);
    }

    @Test
    void a_new_service_is_built_passes_its_tests_hears_order_shipped_and_publishes_an_event_of_its_own()
            throws Exception {
        checkout.run(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dmops.root=" + checkout.root(),
                "-cp",
                System.getProperty("java.class.path"),
                Mops.class.getName(),
                "new-service",
                WORD);
        checkout.run(
                "mvn",
                "-B",
                "-o",
                "-pl",
                NAME,
                "-am",
                "verify",
                // Its own tests, and that of the documents; those of the others are run by their own build.
                "-Dtest=dev/mops/%1$s/*Test,dev/mops/events/%1$s/*Test,DocumentsTest".formatted(WORD),
                "-Dsurefire.failIfNoSpecifiedTests=false",
                // Whatever the other tests run on: it is a service on the local platform that is made here.
                "-Dmops.servers=embedded",
                // What is older than its classes is not compiled again, although it lies in another folder now.
                "-Dmaven.compiler.useIncrementalCompilation=false");

        assertThat(testsRun(NAME)).isPositive();
        assertThat(testsRun("common-events")).isPositive();

        Platform platform = Platform.at(checkout.root(), folder.resolve("home"), Ports.free());
        try {
            platform.postgres().start();
            platform.postgres().createDatabase(Platform.database(NAME));
            platform.kafka().start();
            platform.service(NAME).start();

            hearsAndTells(platform.service(NAME).url(), platform.kafka().bootstrapServers());
        } finally {
            platform.stop();
        }
    }

    private static void hearsAndTells(URI service, String kafka) throws Exception {
        OrderShipped shipped = shipped();
        OrderShipped later = shipped();
        try (TestTopic<OrderEvent> orders = new TestTopic<>(OrderEvents.FAMILY, kafka);
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            Envelope<OrderEvent> event = orders.envelope("/shipping-service", shipped);
            orders.deliver(List.of(event, event));
            Shop.eventually().until(() -> handled(admin) == 2);
            // What it leads to stands behind all that the first one led to.
            orders.deliver(List.of(orders.envelope("/shipping-service", later)));
            Shop.eventually().until(() -> published(kafka).stream().anyMatch(record -> isOf(later, record)));
        }

        assertThat(get(service.resolve("/" + WORD + "?orderId=" + shipped.orderId())))
                .contains(
                        "\"orderId\":\"" + shipped.orderId() + "\"", "\"shipmentId\":\"" + shipped.shipmentId() + "\"");
        assertThat(published(kafka).stream().filter(record -> isOf(shipped, record)))
                .singleElement()
                .satisfies(record -> {
                    assertThat(header(record, "ce_type")).isEqualTo(WORD + ".noted");
                    assertThat(header(record, "ce_source")).isEqualTo("/" + NAME);
                    assertThat(header(record, "ce_dataschema")).isEqualTo(WORD + ".noted/1.0");
                    assertThat(record.value()).isEqualTo("{\"orderId\":\"" + shipped.orderId() + "\"}");
                });
    }

    private static OrderShipped shipped() {
        return new OrderShipped(UUID.randomUUID(), UUID.randomUUID(), "Simulated Carrier", "MOPS0000000042");
    }

    private static boolean isOf(OrderShipped shipped, ConsumerRecord<String, String> record) {
        return record.key().equals(shipped.orderId().toString());
    }

    private static long handled(Admin admin) throws Exception {
        return admin.listConsumerGroupOffsets(NAME).partitionsToOffsetAndMetadata().get().values().stream()
                .mapToLong(OffsetAndMetadata::offset)
                .sum();
    }

    /** All that stands in its topic. */
    private static List<ConsumerRecord<String, String>> published(String kafka) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(consumer.partitionsFor(WORD).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList());
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static String get(URI uri) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body();
        }
    }

    private long testsRun(String module) throws IOException {
        Path reports = checkout.root().resolve(module).resolve("target/surefire-reports");
        try (var files = Files.newDirectoryStream(reports, "TEST-*" + WORD + "*.xml")) {
            long run = 0;
            for (Path file : files) {
                run += Files.readString(file).split("<testcase ", -1).length - 1;
            }
            return run;
        }
    }
}
