package dev.mops.system;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Platform;
import dev.mops.local.ServiceProcess;
import dev.mops.test.RawConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * More than the platform carries. The last of all: whoever audits after it reads its eighty thousand events. A service that
 * runs out of memory ends (ExitOnOutOfMemoryError), so its process tells whether the heap was enough.
 */
@SystemTest
@Tag(SystemTest.PROCESSES)
@Order(Integer.MAX_VALUE)
class OverloadTest {

    private static final int ORDERS = 20_000;
    private static final int AT_ONCE = 64;
    private static final int LIMIT = 500;
    private static final int CROWD = 1_500;
    private static final int LARGE_CROWD = 900;
    private static final Wish WISH = Wish.of("CABLE-USBC-2", 1);

    private final Shop shop;
    private final Platform platform;
    private final Books books;

    OverloadTest(Shop shop) {
        this.shop = shop;
        this.platform = shop.platform();
        this.books = new Books(platform);
    }

    @Test
    void twenty_thousand_orders_as_fast_as_they_go_all_end() {
        for (int i = 0; i < ORDERS / 1_000; i++) {
            shop.receive("CABLE-USBC-2", 1_000);
        }
        List<ProcessHandle> before = processes();
        long begin = System.nanoTime();

        try (PatientCustomers customers = new PatientCustomers(shop, shop.url("order-service"), AT_ONCE)) {
            CompletableFuture<Void> all = customers.place(ORDERS, WISH);
            Shop.eventually()
                    .atMost(Duration.ofMinutes(5))
                    .until(() -> all.isCompletedExceptionally()
                            || customers.promised().size() >= ORDERS / 4);
            List<Long> early = liveKibibytes();
            all.orTimeout(15, TimeUnit.MINUTES).join();
            double accepted = secondsSince(begin);
            awaitNoneOpen();
            double ended = secondsSince(begin);

            List<Long> late = liveKibibytes();

            assertThat(customers.promised()).doesNotHaveDuplicates().hasSize(ORDERS);
            assertThat(customers.atTheFirstTry()).isGreaterThanOrEqualTo(ORDERS * 95 / 100);
            System.out.printf(
                    Locale.ROOT,
                    "%d orders: accepted in %.1f s (%.0f/s), %d at the first try; all had ended after %.1f s (%.0f/s)%n",
                    ORDERS,
                    accepted,
                    ORDERS / accepted,
                    customers.atTheFirstTry(),
                    ended,
                    ORDERS / ended);
            System.out.printf(
                    "Live heap of the services in KiB: %s after %d orders, %s when all had ended%n",
                    early, ORDERS / 4, late);
            for (int i = 0; i < late.size(); i++) {
                assertThat(late.get(i)).as(platform.instances().get(i).name()).isLessThan(early.get(i) * 5 / 4);
            }
        }
        assertThat(processes()).as("the processes of before").isEqualTo(before);
    }

    @Test
    void a_limit_of_500_is_held_and_orders_are_taken_again_when_it_allows_it() {
        ServiceProcess small = platform.another("order-service", List.of("--mops.orders.max-in-flight=" + LIMIT));
        ServiceProcess inventory = platform.service("inventory-service");
        awaitNoneOpen();
        small.start();
        try (PatientCustomers customers = new PatientCustomers(shop, small.url(), AT_ONCE)) {
            inventory.stop();
            CompletableFuture<Void> all = customers.place(2 * LIMIT, WISH);
            // Nobody reserves: what is promised stays in flight, and so many have tried that some were refused.
            Shop.eventually()
                    .until(() -> customers.waits().size() >= LIMIT
                            && customers.promised().size() >= LIMIT);
            assertThat(customers.promised()).hasSize(LIMIT);
            assertThat(books.openOrders()).hasSize(LIMIT);
            assertThat(all).isNotDone();

            inventory.start();

            Shop.eventually().atMost(Duration.ofMinutes(2)).until(() -> {
                assertThat(books.openOrders()).hasSizeLessThanOrEqualTo(LIMIT);
                return all.isDone();
            });
            all.join();
            assertThat(customers.promised()).doesNotHaveDuplicates().hasSize(2 * LIMIT);
            assertThat(customers.answers()).contains(202, 429).isSubsetOf(202, 429, 503);
        } finally {
            small.stop();
        }
        awaitNoneOpen();
    }

    @Test
    void a_crowd_of_connections_waits_or_is_served_and_the_service_lives() throws IOException {
        List<ProcessHandle> before = processes();
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                platform.service("order-service").port());
        List<Socket> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                Socket socket = new Socket();
                crowd.add(socket);
                socket.connect(address, 5_000);
                socket.getOutputStream().write("GET /products HTTP/1.1\r\nHost: crowd\r\n\r\n".getBytes(US_ASCII));
            }
            // Those for whom there is room are served while all stand there.
            for (Socket socket : crowd.subList(0, AT_ONCE)) {
                socket.setSoTimeout(20_000);
                assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 200");
            }
            // And the last of those who wait, when the others have left.
            for (Socket socket : crowd.subList(0, CROWD - 1)) {
                socket.close();
            }
            crowd.getLast().setSoTimeout(60_000);
            assertThat(statusLine(crowd.getLast())).isEqualTo("HTTP/1.1 200");
        } finally {
            for (Socket socket : crowd) {
                socket.close();
            }
        }

        shop.awaitStatus(shop.placeOrderWithPatience(WISH), "SHIPPED");
        assertThat(processes()).as("the processes of before").isEqualTo(before);
    }

    @Test
    void a_crowd_that_sends_all_but_the_end_of_large_bodies_is_refused_and_the_service_lives() throws IOException {
        List<ProcessHandle> before = processes();
        int port = platform.service("order-service").port();
        String begun =
                "POST /orders HTTP/1.1\r\nHost: crowd\r\nContent-Type: application/json\r\nContent-Length: 65536\r\n\r\n"
                        + " ".repeat(65_000);
        List<RawConnection> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < LARGE_CROWD; i++) {
                RawConnection client = new RawConnection(port);
                crowd.add(client);
                client.send(begun);
            }
            // Accepted, at the latest when the time for the bodies of the crowd is up.
            shop.awaitStatus(shop.placeOrderWithPatience(WISH), "SHIPPED");
            Set<Integer> answers = new HashSet<>();
            for (RawConnection client : crowd) {
                answers.add(client.answer().status());
            }
            // No room in memory, or no time left.
            assertThat(answers).contains(503).isSubsetOf(408, 503);
        } finally {
            for (RawConnection client : crowd) {
                client.close();
            }
        }
        assertThat(processes()).as("the processes of before").isEqualTo(before);
    }

    private void awaitNoneOpen() {
        Shop.eventually()
                .atMost(Duration.ofMinutes(4))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> books.openOrders().isEmpty());
    }

    private List<ProcessHandle> processes() {
        return platform.instances().stream().map(OverloadTest::process).toList();
    }

    private List<Long> liveKibibytes() {
        return processes().stream().map(OverloadTest::liveKibibytes).toList();
    }

    /** What is still there after a full collection: what piles up shows in it, however large the heap is. */
    private static long liveKibibytes(ProcessHandle process) {
        try {
            Process histogram = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(process.pid()),
                            "GC.class_histogram")
                    .start();
            String total = histogram.inputReader().lines().reduce("", (before, line) -> line);
            assertThat(total).startsWith("Total");
            return Long.parseLong(total.split(" +", -1)[2]) / 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String statusLine(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), US_ASCII);
    }

    private static ProcessHandle process(ServiceProcess service) {
        try {
            String[] words = Files.readString(service.log()
                            .resolveSibling("../run/" + service.name() + ".pid")
                            .normalize())
                    .split(" ", 2);
            return ProcessHandle.of(Long.parseLong(words[0])).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double secondsSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis() / 1000.0;
    }
}
