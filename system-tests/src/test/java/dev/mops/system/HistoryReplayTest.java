package dev.mops.system;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Mops;
import dev.mops.local.Platform;
import dev.mops.local.ServiceProcess;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** New consumer groups are fed with history, by {@code ./mops replay}, beside the running platform. */
@SystemTest
@Tag(SystemTest.PROCESSES)
@TestInstance(Lifecycle.PER_CLASS)
class HistoryReplayTest {

    private static final String PROJECTION = "reporting-service";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Shop shop;
    private final Platform platform;
    private final OrdersTopic topic;

    HistoryReplayTest(Shop shop) {
        this.shop = shop;
        this.platform = shop.platform();
        this.topic = new OrdersTopic(platform);
    }

    @AfterAll
    void leaveTheServicesAlone() {
        platform.instances().stream()
                .filter(instance -> !platform.services().contains(instance.name()))
                .forEach(ServiceProcess::stop);
    }

    @Test
    void a_projection_that_is_made_anew_from_history_equals_the_live_one_and_nobody_else_notices() {
        run("start", PROJECTION);
        List<UUID> orders = List.of(
                shop.placeOrder(Wish.of("KEYBOARD-DE", 1).and("MOUSE-WL", 2)),
                shop.placeOrder(Wish.of("DESK-LAMP", 2).sentTo("00000")),
                shop.placeOrder(Wish.of("DESK-LAMP", 1).paidWith("tok_declined")));
        orders.forEach(shop::awaitEnd);
        topic.awaitQuiet();
        Instant since = Instant.now();
        shop.awaitStatus(shop.placeOrder(Wish.of("MOUSE-WL", 3)), "SHIPPED");
        topic.awaitQuiet();
        Map<String, Stand> before = stands();

        String said = run("replay", "--from", "beginning", "--group", "reporting-2");
        assertThat(said)
                .containsPattern("replay-reporting-2: ready in .* with the database replay_reporting_2")
                .contains("reporting-2 has read " + topic.records().size() + " records of orders")
                .contains("curl " + urlOf("reporting-2") + "/orders-per-hour")
                .contains("curl " + urlOf("reporting-2") + "/revenue-per-product");

        Reports live = Shop.eventually()
                .until(
                        () -> reports(shop.url(PROJECTION)),
                        reports -> reports.orders() == topic.eventIds().size());
        assertThat(reports(urlOf("reporting-2"))).isEqualTo(live);

        run("replay", "--from", since.toString(), "--group", "reporting-3");
        Reports young = reports(urlOf("reporting-3"));
        assertThat(young.orders()).isEqualTo(1);
        assertThat(young.revenuePerProduct().toString())
                .isEqualTo(
                        "[{\"sku\":\"MOUSE-WL\",\"quantity\":3,\"revenue\":{\"value\":11700,\"currency\":\"EUR\"}}]");

        assertThat(refused("replay", "--from", "beginning", "--group", "reporting-2"))
                .contains("The consumer group reporting-2 is there already");
        assertThat(refused("replay", "--from", "beginning", "--group", "shipping-2", "--service", "shipping"))
                .contains("The consumer group shipping-2 may not be fed with history")
                .contains("calls the outside world")
                .contains("--force");
        assertThat(stands()).isEqualTo(before);

        // It goes on in its group, and hears what comes.
        shop.awaitStatus(shop.placeOrder(Wish.of("MOUSE-WL", 1)), "SHIPPED");
        topic.awaitQuiet();
        Shop.eventually()
                .untilAsserted(() -> assertThat(List.of(urlOf("reporting-2"), shop.url(PROJECTION)))
                        .extracting(this::reports)
                        .allSatisfy(reports -> assertThat(reports.orders())
                                .isEqualTo(topic.eventIds().size()))
                        .containsOnly(reports(shop.url(PROJECTION))));
    }

    /** How far the services are, each in its group: what it has committed, and what it has handled. */
    private Map<String, Stand> stands() {
        return platform.services().stream()
                .collect(toMap(
                        Function.identity(),
                        service -> new Stand(
                                topic.committed(service),
                                read(shop.url(service).resolve("/actuator/metrics/mops.messaging.events.handled"))
                                        .at("/measurements/0/value")
                                        .asDouble())));
    }

    private Reports reports(URI service) {
        return new Reports(read(service.resolve("/orders-per-hour")), read(service.resolve("/revenue-per-product")));
    }

    private JsonNode read(URI uri) {
        return JSON.readTree(shop.get(uri).body());
    }

    private URI urlOf(String group) {
        return platform.instances().stream()
                .filter(instance -> instance.name().equals("replay-" + group))
                .map(ServiceProcess::url)
                .findFirst()
                .orElseThrow();
    }

    /** Runs a command of mops that must succeed. */
    private String run(String... command) {
        Said said = mops(command);
        assertThat(said.status()).as(said.text()).isZero();
        return said.text();
    }

    /** Runs a command of mops that must fail. */
    private String refused(String... command) {
        Said said = mops(command);
        assertThat(said.status()).as(said.text()).isEqualTo(1);
        return said.text();
    }

    private Said mops(String... command) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        int status = Mops.execute(PlatformExtension.root(), platform, out, out, command);
        return new Said(status, said.toString(StandardCharsets.UTF_8));
    }

    private record Said(int status, String text) {}

    private record Stand(Map<?, ?> committed, double handled) {}

    private record Reports(JsonNode ordersPerHour, JsonNode revenuePerProduct) {

        long orders() {
            return StreamSupport.stream(ordersPerHour.spliterator(), false)
                    .mapToLong(hour -> hour.path("orders").asLong())
                    .sum();
        }
    }
}
