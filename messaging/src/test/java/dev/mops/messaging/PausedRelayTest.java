package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.test.TestServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The leader's process is stopped in the middle of its work and wakes up after another has taken over. */
class PausedRelayTest {

    private static final String NAME = "paused_relay";
    private static final int BURST = 3_000;
    private static final int MIDDLE = 1_500;
    private static final String FALLS_ASLEEP = "The relay falls asleep";

    @TempDir
    private Path folder;

    @Test
    void a_relay_that_slept_through_its_succession_neither_loses_nor_reorders() {
        try (AccountService service = AccountService.named(NAME).noting().start()) {
            service.relay().stop();
            publish(service, 0);
            try (ChildProcess leader = ChildProcess.start(
                    folder,
                    "leader",
                    SleepingRelay.class,
                    List.of(
                            TestServers.postgres().jdbcUrl(NAME),
                            TestServers.kafka().bootstrapServers()))) {
                // A JVM has to start first.
                await().atMost(Duration.ofMinutes(2))
                        .untilAsserted(() -> assertThat(leader.log()).contains(FALLS_ASLEEP));
                assertThat(service.count("outbox_event")).isBetween(1L, BURST - 1L);

                service.relay().start();
                await().untilAsserted(() -> assertThat(service.leaders()).containsExactly(NAME + " relay"));
                publish(service, BURST);
                await().untilAsserted(
                                () -> assertThat(service.count("outbox_event")).isZero());
                leader.signal("CONT");
                publish(service, 2 * BURST);

                await().untilAsserted(() -> assertThat(service.count("effect")).isEqualTo(3 * BURST));
                await().untilAsserted(
                                () -> assertThat(service.count("outbox_event")).isZero());
                // The one that slept is there again, and stands by.
                await().untilAsserted(() ->
                        assertThat(service.count(RELAYS)).as(leader.log()).isEqualTo(2));
                assertThat(service.leaders()).containsExactly(NAME + " relay");
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
            }
        }
    }

    private static void publish(AccountService service, int from) {
        service.inTransaction(() -> {
            for (int n = from; n < from + BURST; n++) {
                service.outbox().publish(new Deposited("a-" + n % 10, n));
            }
        });
    }

    private static final String RELAYS =
            "pg_stat_activity WHERE datname = '" + NAME + "' AND application_name LIKE '% relay'";

    /** An instance that does nothing but relay, and stops when the middle of the first burst is about to be sent. */
    public static final class SleepingRelay implements ProducerInterceptor<byte[], byte[]> {

        public static void main(String[] args) {
            ChildProcess.endWithParent();
            AccountService.named(NAME)
                    .with("spring.application.name", "leader")
                    .with("spring.kafka.producer.properties.interceptor.classes", SleepingRelay.class.getName())
                    .with("mops.messaging.relay-timeout", "1s")
                    .start(args[0], args[1]);
        }

        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            if (new String(record.value(), UTF_8).contains("\"number\":" + MIDDLE + "}")) {
                System.out.println(FALLS_ASLEEP);
                ChildProcess.signal("STOP", ProcessHandle.current().pid());
            }
            return record;
        }

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {}
    }
}
