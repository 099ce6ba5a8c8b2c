package dev.mops.order;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderEvents;
import dev.mops.messaging.record.OutboxRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionTemplate;

/** What Prometheus gets of the service. */
class PrometheusTest extends OrderServiceTest {

    private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (mops_\\w+) \\w+$");
    // In the table of the metrics: name, name in Prometheus.
    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `mops\\.[a-z.]+` \\| `(mops_\\w+)` \\|");

    @Autowired
    private OutboxRecords records;

    @Autowired
    private TransactionTemplate transaction;

    @Test
    void a_scrape_has_every_metric_that_is_documented_and_no_other() throws IOException {
        // Of dead letters there is a metric for each type of which there are some.
        transaction.executeWithoutResult(_ -> records.publish(new ProducerRecord<>(
                OrderEvents.FAMILY.topic(), "no-order".getBytes(UTF_8), "no event".getBytes(UTF_8))));
        await().untilAsserted(() -> assertThat(scrape()).contains("mops_messaging_deadletters{type=\"unknown\"}"));

        String scrape = scrape();

        Set<String> documented = DOCUMENTED
                .matcher(Files.readString(Path.of("../docs/observing.md")))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(documented).hasSizeGreaterThan(15);
        assertThat(FAMILY.matcher(scrape)
                        .results()
                        .map(family -> family.group(1))
                        // The largest value of a timer or a summary comes with it.
                        .filter(family -> !family.endsWith("_max")))
                .containsExactlyInAnyOrderElementsOf(documented);
    }

    @Test
    void an_order_that_ends_is_counted_once_by_its_status_and_stands_in_no_label() {
        double shipped = value("mops_orders_ended_total{status=\"SHIPPED\"}");
        UUID orderId = placed();
        // Each is delivered twice.
        published(new InventoryReserved(orderId), paid(orderId), shipped(orderId), shipped(orderId));
        awaitStatus(orderId, OrderStatus.SHIPPED);

        await().untilAsserted(() ->
                assertThat(value("mops_orders_ended_total{status=\"SHIPPED\"}")).isEqualTo(shipped + 1));
        assertThat(scrape())
                .doesNotContain(orderId.toString())
                .containsPattern("http_server_requests_seconds_count\\{[^}]*uri=\"/orders/\\{orderId}\"");
    }

    @Test
    void open_orders_are_counted_by_their_status() {
        placed();
        UUID reserved = placed();
        published(new InventoryReserved(reserved));
        awaitStatus(reserved, OrderStatus.RESERVED);

        for (OrderStatus status : OrderStatus.OPEN) {
            await().untilAsserted(() -> assertThat(value("mops_orders_open{status=\"" + status + "\"}"))
                    .isEqualTo(requireNonNull(jdbc.queryForObject(
                            "SELECT count(*) FROM orders WHERE status = ?", Double.class, status.name()))));
        }
        assertThat(value("mops_orders_open{status=\"RESERVED\"}")).isPositive();
        assertThat(scrape()).doesNotContain("mops_orders_open{status=\"SHIPPED\"}");
    }

    private double value(String series) {
        return scrape().lines()
                .filter(line -> line.startsWith(series + " "))
                .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No series " + series));
    }

    private String scrape() {
        return requireNonNull(http.get()
                .uri("/actuator/prometheus")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
    }
}
