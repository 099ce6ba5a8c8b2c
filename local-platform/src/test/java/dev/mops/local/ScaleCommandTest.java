package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.FakePlatform.Result;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** More and fewer instances of fake services, beside real servers. With real services: ScaleTest of system-tests. */
class ScaleCommandTest extends WithFakeServices {

    @Test
    void as_many_instances_run_as_are_asked_for_whatever_ran_before() throws Exception {
        platform.start();
        // One of the ports that it would take is not free.
        int taken = platform.another("billing-service").port();
        Result up;
        try (ServerSocket _ = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
            up = mops("scale", "billing", "3");
        }
        assertThat(up.err()).isEmpty();
        assertThat(up.status()).isZero();
        assertThat(running()).hasSize(3).first().isEqualTo("billing-service");
        String second = running().get(1);
        String third = running().get(2);
        assertThat(second).isNotEqualTo("billing-service-" + taken);
        assertThat(up.lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(second + ": ready in"),
                        line -> assertThat(line).startsWith(third + ": ready in"),
                        line -> assertThat(line).isEqualTo("billing-service: 3 instances"),
                        line -> assertThat(line).matches("  billing-service +http://localhost:\\d+"),
                        line -> assertThat(line).matches("  " + second + " +http://localhost:\\d+"),
                        line -> assertThat(line).matches("  " + third + " +http://localhost:\\d+"));
        assertThat(platform.running("billing-service")).allMatch(ServiceProcess::isReady);
        assertThat(mops("status").lines())
                .filteredOn(line -> line.contains(" up "))
                .extracting(line -> line.substring(0, line.indexOf(' ')))
                .containsExactly(
                        "order-service",
                        "inventory-service",
                        "billing-service",
                        second,
                        third,
                        "shipping-service",
                        "postgres",
                        "kafka");
        assertThat(mops("logs", second).lines()).containsExactly(FakeService.STARTED);

        Result again = mops("scale", "billing-service", "3");
        assertThat(again.lines()).hasSize(4).first().isEqualTo("billing-service: 3 instances");

        // What has died is replaced, the first on its own port.
        assertThat(mops("kill", second).out()).contains("./mops start " + second);
        assertThat(mops("kill", "billing").status()).isZero();
        assertThat(mops("scale", "billing", "3").lines()).first().asString().startsWith("billing-service: ready in");
        assertThat(running()).hasSize(3).startsWith("billing-service", third);
        String newest = running().getLast();

        // The newest goes first.
        Result down = mops("scale", "billing", "2");
        assertThat(down.lines()).first().asString().startsWith(newest + ": stopped in");
        assertThat(running()).containsExactly("billing-service", third);

        assertThat(mops("scale", "order", "12").status()).as("16 in all").isZero();
        Result refused = mops("scale", "inventory", "8");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err())
                .contains("With 8 of inventory-service there would be 23 instances", "5 of inventory-service can run");

        List<ServiceProcess> orders = platform.running("order-service");
        assertThat(mops("scale", "order", "10").lines().subList(0, 2))
                .satisfiesExactly(
                        newer -> assertThat(newer).startsWith(orders.get(11).name() + ": stopped in"),
                        older -> assertThat(older).startsWith(orders.get(10).name() + ": stopped in"));

        // While another program scales, an instance might come that it does not see.
        try (FileChannel other = FileChannel.open(home.resolve("lock"), StandardOpenOption.WRITE);
                var _ = other.lock()) {
            assertThat(mops("down").err()).contains("Another program is starting or stopping");
            assertThat(mops("reset").err()).contains("Another program is starting or stopping");
        }
        assertThat(running()).containsExactly("billing-service", third);

        assertThat(mops("kill", "postgres").status()).isZero();
        assertThat(mops("scale", "billing", "1").err()).contains("./mops start postgres");
        assertThat(mops("down").status()).isZero();
        assertThat(platform.isRunning()).isFalse();
        assertThat(mops("scale", "billing", "2").err()).contains("The platform is not running: ./mops up starts it");
    }

    @Test
    void an_instance_that_does_not_start_is_not_left_behind_and_says_why() throws Exception {
        platform.start();
        Path failing = Files.createFile(FakeService.failing(root, "shipping-service"));
        try {
            Result result = mops("scale", "shipping", "2");

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err()).contains("did not start: " + FakeService.FAILURE);
        } finally {
            Files.delete(failing);
        }
        assertThat(platform.running("shipping-service"))
                .extracting(ServiceProcess::name)
                .containsExactly("shipping-service");
    }

    @Test
    void two_programs_do_not_scale_at_once() throws Exception {
        Files.createDirectories(home);
        try (FileChannel other =
                        FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = other.lock()) {
            Result result = mops("scale", "billing", "2");

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err()).contains("Another program is starting or stopping");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    returns | 2   | 1 | No service returns: there are order-service, inventory-service
                    billing | 0   | 1 | billing-service runs 1 to 12 times, not 0: ./mops kill <service> ends one
                    billing | 13  | 1 | billing-service runs 1 to 12 times, not 13
                    billing | two | 2 | Invalid value for positional parameter at index 1 (<n>): 'two' is not an int
                    """)
    void what_it_does_not_understand_is_refused_with_what_it_would(
            String service, String count, int status, String message) {
        Result result = mops("scale", service, count);

        assertThat(result.status()).isEqualTo(status);
        assertThat(result.err()).contains(message);
    }

    private List<String> running() {
        return platform.running("billing-service").stream()
                .map(ServiceProcess::name)
                .toList();
    }

    private Result mops(String... arguments) {
        return FakePlatform.mops(root, platform, arguments);
    }
}
