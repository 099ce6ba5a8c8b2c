package dev.mops.system;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Mops;
import dev.mops.local.Platform;
import dev.mops.local.ServiceProcess;
import dev.mops.system.Views.Order;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two and four instances of a service, brought there by {@code ./mops scale}. They share the partitions, hand them over, and
 * the audit after the class finds no order that is lost, doubled or out of step. Each test asks for the instances that it
 * needs; in this order the fewest have to start.
 */
@SystemTest
@Tag(SystemTest.PROCESSES)
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class ScaleTest {

    private static final int ORDERS = 60;
    private static final int PARTITIONS = 12;
    /** Of one instance; {@code mops.messaging.concurrency}. */
    private static final int CONSUMERS = 3;

    private static final Wish WISH = Wish.of("MONITOR-27", 1);
    private static final Wish CAMERA = Wish.of("WEBCAM-4K", 1);
    private static final List<String> WAY = List.of("PLACED", "RESERVED", "PAID", "SHIPPED");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Shop shop;
    private final Platform platform;
    private final Books books;
    private final OrdersTopic topic;

    ScaleTest(Shop shop) {
        this.shop = shop;
        this.platform = shop.platform();
        this.books = new Books(platform);
        this.topic = new OrdersTopic(platform);
    }

    @AfterAll
    void bringBackOneOfEach() {
        platform.services().forEach(service -> scale(service, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-service", "inventory-service", "billing-service", "shipping-service"})
    @org.junit.jupiter.api.Order(1)
    void four_instances_share_the_work_of_which_one_is_killed_and_one_told_to_end_under_load(String service) {
        scale(service, 4);
        awaitEvenShares(service, 4);
        eachHandlesEvents(platform.running(service));

        allOrdersEndAlthough(service + ", one of four killed, another one told to end", () -> {
            platform.running(service).get(2).kill();
            scale(service, 2);
        });

        awaitEvenShares(service, 2);
    }

    @Test
    @org.junit.jupiter.api.Order(2)
    void where_the_instance_that_leads_the_relay_ends_or_is_killed_the_other_one_takes_over() {
        scale("billing-service", 2);
        ServiceProcess first = leader("billing-service");

        allOrdersEndAlthough("billing-service, the relay's leader told to end", first::stop);
        assertThat(leader("billing-service").name()).isNotEqualTo(first.name());

        scale("billing-service", 2);
        ServiceProcess second = leader("billing-service");
        allOrdersEndAlthough("billing-service, the relay's leader killed", second::kill);
        assertThat(leader("billing-service").name()).isNotEqualTo(second.name());
    }

    @Test
    @org.junit.jupiter.api.Order(2)
    void neither_instance_ever_shows_a_status_older_than_one_it_showed_before() {
        URI other = second("order-service");

        List<Looks> looks = InParallel.each(
                Collections.nCopies(30, CAMERA), 4, wish -> watchUntilShipped(other, shop.placeOrder(wish)));

        assertThat(looks)
                .extracting(Looks::atFirst)
                .as("orders on their way, seen at the first")
                .anyMatch(seen -> seen > 0);
        assertThat(looks).extracting(Looks::atSecond).as("and at the second").anyMatch(seen -> seen > 0);
    }

    @Test
    @org.junit.jupiter.api.Order(2)
    void one_idempotency_key_at_both_instances_at_once_is_one_order() {
        URI first = shop.url("order-service");
        URI second = second("order-service");

        List<HttpResponse<String>> answers = InParallel.each(
                List.of(first, second, first, second),
                4,
                instance -> shop.tryToPlaceOrder(instance, CAMERA, "twice-at-once"));

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(202);
        assertThat(answers.stream().map(answer -> shop.accepted(answer, CAMERA)))
                .containsOnly(shop.accepted(answers.getFirst(), CAMERA));
    }

    @Test
    @org.junit.jupiter.api.Order(2)
    void an_order_placed_at_one_instance_is_cancelled_at_the_other() {
        URI second = second("order-service");
        Wish wish = CAMERA.paidWith("tok_slow");
        UUID order = shop.accepted(shop.tryToPlaceOrder(second, wish, "here-and-there"), wish);

        assertThat(shop.cancel(order)).isEqualTo(202);

        assertThat(Shop.eventually().until(() -> shop.order(second, order), Order::isFinal))
                .extracting(Order::status)
                .isEqualTo("CANCELLED");
    }

    @Test
    @org.junit.jupiter.api.Order(3)
    void two_instances_of_every_service_share_the_work_until_one_of_each_is_told_to_end_under_load() {
        platform.services().forEach(service -> scale(service, 2));
        platform.services().forEach(service -> awaitEvenShares(service, 2));
        eachHandlesEvents(platform.instances());

        allOrdersEndAlthough(
                "every service, one of two told to end",
                () -> platform.services().forEach(service -> scale(service, 1)));

        platform.services().forEach(service -> awaitEvenShares(service, 1));
    }

    /** All partitions are given away, and no consumer has more of them than another. */
    private void awaitEvenShares(String service, int instances) {
        int consumers = CONSUMERS * instances;
        List<Integer> even = Collections.nCopies(consumers, PARTITIONS / consumers);
        Shop.eventually()
                .alias(service + ": " + instances + " instances with even shares")
                .until(() -> topic.shares(service), even::equals);
    }

    private void eachHandlesEvents(List<ServiceProcess> instances) {
        Map<ServiceProcess, Double> before = instances.stream().collect(toMap(Function.identity(), this::handled));
        shop.receive("MONITOR-27", ORDERS);

        new Customers(shop, orderDoors()).place(ORDERS, WISH).join().forEach(shop::awaitEnd);

        Shop.eventually()
                .untilAsserted(() -> assertThat(before)
                        .allSatisfy((instance, events) -> assertThat(handled(instance))
                                .as(instance.name())
                                .isGreaterThan(events)));
    }

    /** Customers go on ordering, and one order waits for the gateway, while instances end. */
    private void allOrdersEndAlthough(String what, Runnable end) {
        shop.receive("MONITOR-27", 2 * ORDERS);
        Customers customers = new Customers(shop, orderDoors());
        CompletableFuture<List<UUID>> orders = customers.place(ORDERS, WISH);
        Shop.eventually().until(() -> customers.promised() >= ORDERS / 3);
        UUID slow = shop.placeOrderWithPatience(WISH.paidWith("tok_slow"));
        Set<UUID> open = books.openOrders();
        assertThat(open).contains(slow);

        long begin = System.nanoTime();
        end.run();

        open.forEach(shop::awaitEnd);
        double ended = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0;
        assertThat(orders.join()).doesNotHaveDuplicates().hasSize(ORDERS);
        Stream.concat(Stream.of(slow), orders.join().stream()).forEach(shop::awaitEnd);
        System.out.printf(
                Locale.ROOT, "%s: the %d orders that were open had ended after %.1f s%n", what, open.size(), ended);
    }

    private List<URI> orderDoors() {
        return platform.running("order-service").stream()
                .map(ServiceProcess::url)
                .toList();
    }

    /** The instance whose relay sends; those of the others stand by. */
    private ServiceProcess leader(String service) {
        Map<ServiceProcess, Double> before =
                platform.running(service).stream().collect(toMap(Function.identity(), this::batchesSent));
        shop.awaitEnd(shop.placeOrder(CAMERA));
        List<ServiceProcess> leaders = Shop.eventually()
                .until(
                        () -> before.keySet().stream()
                                .filter(instance -> batchesSent(instance) > before.getOrDefault(instance, 0.0))
                                .toList(),
                        sending -> !sending.isEmpty());
        assertThat(leaders).hasSize(1);
        return leaders.getFirst();
    }

    private double batchesSent(ServiceProcess instance) {
        return count(instance, "mops.messaging.relay.batch");
    }

    /** How many events this instance has handled since its start. */
    private double handled(ServiceProcess instance) {
        return count(instance, "mops.messaging.events.handled");
    }

    private double count(ServiceProcess instance, String metric) {
        HttpResponse<String> answer = shop.get(instance.url().resolve("/actuator/metrics/" + metric));
        return answer.statusCode() == 404
                ? 0
                : JSON.readTree(answer.body()).at("/measurements/0/value").asDouble();
    }

    private URI second(String service) {
        scale(service, 2);
        return platform.running(service).get(1).url();
    }

    private void scale(String service, int count) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);

        int status =
                Mops.execute(PlatformExtension.root(), platform, out, out, "scale", service, Integer.toString(count));

        assertThat(status).as(said.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(platform.running(service)).hasSize(count);
    }

    /** Looks at both in turn until both have shown the end. */
    private Looks watchUntilShipped(URI second, UUID orderId) {
        Watch first = new Watch(shop.url("order-service"), orderId);
        Watch other = new Watch(second, orderId);
        Shop.eventually().until(() -> {
            boolean firstEnded = first.seesTheEnd();
            boolean otherEnded = other.seesTheEnd();
            return firstEnded && otherEnded;
        });
        return new Looks(first.onTheWay, other.onTheWay);
    }

    /** How often each instance showed an order that had not ended. */
    private record Looks(int atFirst, int atSecond) {}

    private final class Watch {

        private final URI instance;
        private final UUID orderId;
        private int step;
        private int events;
        private int onTheWay;

        Watch(URI instance, UUID orderId) {
            this.instance = instance;
            this.orderId = orderId;
        }

        boolean seesTheEnd() {
            Order order = shop.order(instance, orderId);
            assertThat(WAY.indexOf(order.status()))
                    .as("%s showed %s before", instance, WAY.get(step))
                    .isGreaterThanOrEqualTo(step);
            assertThat(order.timeline()).hasSizeGreaterThanOrEqualTo(events);
            step = WAY.indexOf(order.status());
            events = order.timeline().size();
            if (!order.isFinal()) {
                onTheWay++;
            }
            return order.isFinal();
        }
    }
}
