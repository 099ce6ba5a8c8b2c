package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Platform;
import dev.mops.local.ServiceProcess;
import dev.mops.test.RawConnection;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each part of the platform dies in the middle of 300 orders. The customers keep their own list of what was promised; the
 * audit after the class holds every order on it against charges, labels and stock. Late, for it leaves services cold.
 */
@SystemTest
@Tag(SystemTest.PROCESSES)
@Order(Integer.MAX_VALUE - 1)
class CrashesTest {

    private static final int ORDERS = 300;
    private static final int MIDDLE = 100;
    private static final Wish WISH = Wish.of("MONITOR-27", 1);

    private final Shop shop;
    private final Platform platform;
    private final Books books;

    CrashesTest(Shop shop) {
        this.shop = shop;
        this.platform = shop.platform();
        this.books = new Books(platform);
    }

    @BeforeEach
    void fillTheWarehouse() {
        shop.receive("MONITOR-27", 2 * ORDERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-service", "inventory-service", "billing-service", "shipping-service"})
    void all_orders_end_although_a_service_is_killed_in_the_middle(String name) {
        ServiceProcess service = platform.service(name);

        allEndAlthough(name, List.of(shop.url("order-service")), service::kill, service::start);
    }

    @Test
    void all_orders_end_although_kafka_is_killed_in_the_middle() {
        allEndAlthough("Kafka", List.of(shop.url("order-service")), platform.kafka()::kill, platform.kafka()::start);
    }

    @Test
    void all_orders_end_although_postgresql_is_killed_in_the_middle() {
        allEndAlthough("PostgreSQL", List.of(shop.url("order-service")), platform.postgres()::kill, () -> {
            platform.postgres().start();
            platform.instances().forEach(ServiceProcess::awaitReady);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-service", "inventory-service", "billing-service", "shipping-service"})
    void all_orders_end_although_one_of_two_instances_is_killed_and_stays_away(String name) {
        ServiceProcess first = platform.service(name);
        ServiceProcess second = platform.another(name);
        List<URI> instances =
                name.equals("order-service") ? List.of(first.url(), second.url()) : List.of(shop.url("order-service"));
        second.start();
        try {
            allEndAlthough("one of two instances of " + name, instances, second::kill, () -> {});
        } finally {
            second.stop();
        }
    }

    @Test
    void services_that_are_told_to_end_under_load_lose_nothing_and_answer_no_request_with_an_error_of_theirs() {
        Customers customers = new Customers(shop, List.of(shop.url("order-service")));
        CompletableFuture<List<UUID>> orders = customers.place(ORDERS, WISH);
        int promised = 0;
        for (ServiceProcess service : platform.instances()) {
            promised += ORDERS / 6;
            int enough = promised;
            Shop.eventually().until(() -> customers.promised() >= enough);
            long told = System.nanoTime();
            service.stop();
            Duration stopped = since(told);
            // The last thing that it does; whoever does not end in time is killed.
            assertThat(service.log()).content().endsWith("HikariPool-1 - Shutdown completed.\n");
            service.start();
            System.out.printf(
                    Locale.ROOT,
                    "Told to end under load: %s. Ended after %.1f s, ready again after %.1f s%n",
                    service.name(),
                    stopped.toMillis() / 1000.0,
                    since(told).toMillis() / 1000.0);
        }

        assertThat(orders.join()).doesNotHaveDuplicates().hasSize(ORDERS);
        orders.join().forEach(shop::awaitEnd);
        // 503 is what says that the request may be repeated; 409 is the answer to a cancellation that comes too late.
        assertThat(customers.answers()).contains(202).isSubsetOf(202, 409, 503);
    }

    @Test
    void a_request_of_which_the_service_has_a_part_when_it_is_told_to_end_is_served() throws IOException {
        ServiceProcess service = platform.service("order-service");
        String body = Shop.bodyOf(WISH);
        try (RawConnection customer = new RawConnection(service.port())) {
            customer.send("""
                    POST /orders HTTP/1.1\r
                    Host: localhost\r
                    Content-Type: application/json\r
                    Content-Length: %d\r
                    Expect: 100-continue\r
                    \r
                    """.formatted(body.length()));
            // The service has the head of the request when it asks for the body.
            assertThat(customer.answer().status()).isEqualTo(100);
            customer.send(body.substring(0, 10));
            CompletableFuture<Void> end = CompletableFuture.runAsync(service::stop);
            Shop.eventually().until(() -> isClosed(service.port()));

            RawConnection.Answer answer = customer.send(body.substring(10)).answer();

            end.join();
            assertThat(answer.status()).as(answer.body()).isEqualTo(202);
            shop.accepted(answer.body(), WISH);
        } finally {
            service.stop();
            service.start();
        }
        shop.placed().keySet().forEach(shop::awaitEnd);
    }

    private static boolean isClosed(int port) {
        try {
            new RawConnection(port).close();
            return false;
        } catch (IOException nobodyThere) {
            return true;
        }
    }

    private void allEndAlthough(String who, List<URI> instances, Runnable kill, Runnable restart) {
        Customers customers = new Customers(shop, instances);
        CompletableFuture<List<UUID>> orders = customers.place(ORDERS, WISH);
        Shop.eventually().until(() -> customers.promised() >= MIDDLE);
        // The gateway takes its time: this order has not ended at the kill, however slow the kill is.
        UUID slow = shop.placeOrderWithPatience(WISH.paidWith("tok_slow"));
        Set<UUID> open = books.openOrders();
        assertThat(open).contains(slow);

        long killed = System.nanoTime();
        kill.run();
        assertThat(orders).as("customers are still there").isNotDone();
        restart.run();
        Duration away = since(killed);

        open.forEach(shop::awaitEnd);
        Duration ended = since(killed);
        assertThat(orders.join()).doesNotHaveDuplicates().hasSize(ORDERS);
        Stream.concat(Stream.of(slow), orders.join().stream()).forEach(shop::awaitEnd);
        System.out.printf(
                Locale.ROOT,
                "Killed in the middle of %d orders: %s. Ready again after %.1f s; the %d orders that were open had ended after %.1f s%n",
                ORDERS,
                who,
                away.toMillis() / 1000.0,
                open.size(),
                ended.toMillis() / 1000.0);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
