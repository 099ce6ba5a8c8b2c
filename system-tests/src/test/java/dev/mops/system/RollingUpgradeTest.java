package dev.mops.system;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.EventCodec;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvents;
import dev.mops.local.Platform;
import dev.mops.local.Ports;
import dev.mops.local.ServiceProcess;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * A major version of an event, deployed under load as {@code docs/changing-events.md} says it, and in the wrong order. The
 * inventory service runs in two builds next to each other: the former one is compiled against the events of version 1.
 */
class RollingUpgradeTest {

    private static final Wish WISH = Wish.of("CABLE-USBC-2", 1);
    private static final int AT_ONCE = 20;
    private static final String INVENTORY = "inventory-service";
    private static final String ORDER = "order-service";

    @TempDir
    private Path folder;

    /** Three builds on the same servers: the former one, the one that reads 2.0 and writes 1.1, and the newest. */
    private Platform former;

    private Platform between;
    private Platform newest;
    private Shop shop;
    private Books books;

    @BeforeEach
    void start() throws Exception {
        Ports ports = Ports.free();
        Path home = folder.resolve("home");
        Path root = PlatformExtension.root();
        newest = Platform.at(root, home, ports);
        between = Platform.at(
                root, home, ports, ports.kafka(), List.of("--mops.messaging.write-version.order.created=1"));
        former = Platform.at(FormerBuild.of(INVENTORY, folder), home, ports);
        shop = new Shop(newest);
        books = new Books(newest);
        Runtime.getRuntime().addShutdownHook(new Thread(newest::stop));
        newest.kafka().launch();
        newest.postgres().start();
        newest.services().forEach(service -> newest.postgres().createDatabase(Platform.database(service)));
        newest.kafka().awaitReady();
        List<ServiceProcess> services = List.of(
                between.service(ORDER),
                former.service(INVENTORY),
                newest.service("billing-service"),
                newest.service("shipping-service"));
        services.forEach(ServiceProcess::launch);
        services.forEach(ServiceProcess::awaitReady);
    }

    @AfterEach
    void stop() {
        newest.stop();
    }

    @Test
    void a_major_version_is_deployed_under_load_and_in_the_wrong_order_nothing_is_lost_either() {
        Audit audit = new Audit(shop);
        audit.begin();
        for (int i = 0; i < 5; i++) {
            shop.receive("CABLE-USBC-2", 1_000);
        }
        List<UUID> orders = underLoad(this::inTheDocumentedOrder);

        orders.forEach(order -> shop.awaitStatus(order, "SHIPPED"));
        List<ConsumerRecord<byte[], byte[]>> created = created();
        assertThat(created).extracting(RollingUpgradeTest::versionOf).contains("1.1", "2.0");
        Map<Integer, Set<String>> byPartition = created.stream()
                .collect(groupingBy(ConsumerRecord::partition, mapping(RollingUpgradeTest::versionOf, toSet())));
        assertThat(byPartition.values())
                .as("both versions in one partition")
                .anySatisfy(versions -> assertThat(versions).containsExactlyInAnyOrder("1.1", "2.0"));
        assertThat(deadLetters()).isEqualTo("[]");

        inTheWrongOrder();
        audit.end();
    }

    /** Readers first, then writers. */
    private void inTheDocumentedOrder() {
        ServiceProcess second = newest.another(INVENTORY);
        second.start();
        awaitTaken(20);
        former.service(INVENTORY).stop();
        newest.service(INVENTORY).start();
        second.stop();
        awaitTaken(20);

        between.service(ORDER).stop();
        newest.service(ORDER).start();
        awaitTaken(40);
    }

    private void inTheWrongOrder() {
        newest.service(INVENTORY).stop();
        former.service(INVENTORY).start();
        List<UUID> orders = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            orders.add(shop.placeOrder(WISH));
        }
        Shop.eventually()
                .untilAsserted(() -> assertThat(deadLetters())
                        .contains(
                                "The major version of order.created/2.0 is unknown: this build reads order.created 1.x")
                        .contains(orders.stream().map(UUID::toString).toList()));
        assertThat(orders)
                .allSatisfy(order -> assertThat(shop.order(order).status()).isEqualTo("PLACED"));

        former.service(INVENTORY).stop();
        newest.service(INVENTORY).start();
        TraceCommandTest.mops(
                shop, "dead-letters", "replay", "--all", "--type", "order.created", "--reason", "deployed");

        orders.forEach(order -> shop.awaitStatus(order, "SHIPPED"));
        assertThat(deadLetters()).isEqualTo("[]");
    }

    /** Orders are placed all the while. */
    private List<UUID> underLoad(Runnable work) {
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<List<UUID>> load = CompletableFuture.supplyAsync(() -> {
            List<UUID> placed = new ArrayList<>();
            while (!done.get()) {
                Shop.eventually().until(() -> books.openOrders().size() < AT_ONCE);
                placed.add(shop.placeOrderWithPatience(WISH));
            }
            return placed;
        });
        try {
            work.run();
        } finally {
            done.set(true);
        }
        return load.join();
    }

    /** So many more orders, on the way. */
    private void awaitTaken(int more) {
        int before = shop.placed().size();
        Shop.eventually().until(() -> shop.placed().size() >= before + more);
    }

    private List<ConsumerRecord<byte[], byte[]>> created() {
        String type = OrderEvents.FAMILY.definitionOf(OrderCreated.class).type();
        return new OrdersTopic(newest)
                .records().stream()
                        .filter(record -> type.equals(EventCodec.typeOf(record.headers())))
                        .toList();
    }

    private static String versionOf(ConsumerRecord<byte[], byte[]> record) {
        return new EventCodec<>(OrderEvents.FAMILY)
                .decode(record)
                .metadata()
                .version()
                .toString();
    }

    /** The dead letters of the service in its two builds. */
    private String deadLetters() {
        URI inventory = shop.url(INVENTORY).resolve("/actuator/deadletters");
        return JsonMapper.shared()
                .readTree(shop.get(inventory).body())
                .path("deadLetters")
                .toString();
    }
}
