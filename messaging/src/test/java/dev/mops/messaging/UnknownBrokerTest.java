package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.test.TestServers;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker's name leads nowhere, as that of a container that is stopped, and later it does. */
class UnknownBrokerTest {

    private static final String NAME = "unknown_broker";
    private static final String PUBLISHED = "Published without a broker";
    private static final String HANDLED = "Handled";

    @TempDir
    private Path folder;

    @Test
    void a_service_starts_and_publishes_while_nobody_knows_the_broker_and_goes_on_when_it_is_known()
            throws IOException {
        String broker = TestServers.kafka().bootstrapServers();
        String host = broker.substring(0, broker.indexOf(':'));
        String address = InetAddress.getByName(host).getHostAddress();
        Path hosts = Files.writeString(folder.resolve("hosts"), address + " " + host + "\n");
        try (ChildProcess service = ChildProcess.start(
                folder,
                "service",
                Service.class,
                List.of(TestServers.postgres().jdbcUrl(NAME), broker.replace(host, "broker.test"), hosts.toString()))) {
            // A JVM has to start first.
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(service.log()).contains(PUBLISHED));

            Files.writeString(hosts, address + " " + host + " broker.test\n");

            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(service.log()).contains(HANDLED));
        }
    }

    /** The service, in a JVM whose names stand in a file. */
    public static final class Service {

        public static void main(String[] args) {
            ChildProcess.endWithParent();
            System.setProperty("jdk.net.hosts.file", args[2]);
            Security.setProperty("networkaddress.cache.negative.ttl", "0");
            AccountService service = AccountService.named(NAME).noting().start(args[0], args[1]);
            service.inTransaction(() -> service.outbox().publish(new Deposited("a", 1)));
            assertThat(service.count("outbox_event")).isOne();
            System.out.println(PUBLISHED);
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L));
            System.out.println(HANDLED);
        }
    }
}
