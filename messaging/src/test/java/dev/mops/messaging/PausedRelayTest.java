package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.local.EmbeddedServers;
import dev.mops.messaging.AccountEvent.Deposited;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The leader's process is stopped in the middle of its work and wakes up after another has taken over. */
class PausedRelayTest {

    private static final String NAME = "paused_relay";
    private static final int BURST = 3_000;

    @TempDir
    private Path folder;

    @Test
    void a_relay_that_slept_through_its_succession_neither_loses_nor_reorders() {
        try (AccountService service = AccountService.named(NAME).noting().start()) {
            service.relay().stop();
            Map<String, ChildProcess> relays = Map.of("one relay", relay("one"), "other relay", relay("other"));
            try {
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(service.count(RELAYS)).isEqualTo(2));
                publish(service, 0);
                await().untilAsserted(
                                () -> assertThat(TopicLog.of(NAME).records()).isNotEmpty());
                ChildProcess leader = Objects.requireNonNull(relays.get(leader(service)));
                leader.signal("STOP");

                publish(service, BURST);
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(
                                () -> assertThat(service.count("outbox_event")).isZero());
                assertThat(relays.get(leader(service))).isNotSameAs(leader);
                leader.signal("CONT");
                publish(service, 2 * BURST);

                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(service.count("effect")).isEqualTo(3 * BURST));
                await().untilAsserted(
                                () -> assertThat(service.count("outbox_event")).isZero());
                // The one that slept is there again, and stands by.
                await().untilAsserted(() -> assertThat(service.count(RELAYS)).isEqualTo(2));
                assertThat(service.count(LEADERS)).isEqualTo(1);
                Map<String, List<Long>> log = TopicLog.of(NAME).firstOccurrences();
                for (int key = 0; key < 10; key++) {
                    int remainder = key;
                    List<Long> numbers = LongStream.range(0, 3 * BURST)
                            .filter(n -> n % 10 == remainder)
                            .boxed()
                            .toList();
                    assertThat(log).containsEntry("a-" + key, numbers);
                }
                assertThat(service.count("effect")).isEqualTo(3 * BURST);
            } finally {
                relays.values().forEach(ChildProcess::close);
            }
        }
    }

    private ChildProcess relay(String application) {
        return ChildProcess.start(
                folder,
                application,
                RelayProcess.class,
                List.of(
                        EmbeddedServers.shared().postgres().jdbcUrl(NAME),
                        EmbeddedServers.shared().kafka().bootstrapServers(),
                        application));
    }

    private static void publish(AccountService service, int from) {
        service.inTransaction(() -> {
            for (int n = from; n < from + BURST; n++) {
                service.outbox().publish(new Deposited("a-" + n % 10, n));
            }
        });
    }

    private static final String RELAYS =
            "pg_stat_activity WHERE datname = '" + NAME + "' AND application_name IN ('one relay', 'other relay')";
    private static final String LEADERS =
            "pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND datname = '" + NAME + "'";

    private static String leader(AccountService service) {
        return Objects.requireNonNull(
                service.jdbc().queryForObject("SELECT application_name FROM " + LEADERS, String.class));
    }

    /** An instance that does nothing but relay. */
    static final class RelayProcess {

        private RelayProcess() {}

        public static void main(String[] args) {
            ChildProcess.endWithParent();
            AccountService.named(NAME)
                    .with("spring.application.name", args[2])
                    .with("mops.messaging.relay-timeout", "1s")
                    .start(args[0], args[1]);
        }
    }
}
