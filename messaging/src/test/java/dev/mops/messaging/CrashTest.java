package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.CrashingService.Step;
import dev.mops.test.TestServers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A process is killed between any two steps of an event's way; another instance goes on. */
class CrashTest {

    @TempDir
    private static Path folder;

    /** The processes run ahead of the tests, two at a time: most of their time is the start of a JVM. */
    private static final ExecutorService AHEAD = Executors.newFixedThreadPool(2);

    private static final Map<Step, CompletableFuture<Integer>> CRASHES = new EnumMap<>(Step.class);

    @BeforeAll
    static void startCrashing() {
        for (Step step : Step.values()) {
            if (step != Step.NEVER) {
                CRASHES.put(step, CompletableFuture.supplyAsync(() -> crash(step), AHEAD));
            }
        }
    }

    @AfterAll
    static void stop() {
        AHEAD.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NEVER")
    void a_process_that_is_killed_loses_no_event_and_doubles_no_effect(Step step) {
        assertThat(Objects.requireNonNull(CRASHES.get(step)).join())
                .as("exit status")
                .isEqualTo(CrashingService.CRASHED);
        String name = nameOf(step);
        try (AccountService service = CrashingService.start(
                TestServers.postgres().jdbcUrl(name), TestServers.kafka().bootstrapServers(), name)) {
            assertThat(service.count("published"))
                    .isEqualTo(
                            switch (step) {
                                case BEFORE_THE_PUBLISHING_COMMIT -> 4;
                                case AFTER_THE_PUBLISHING_COMMIT_BEFORE_THE_RELAY_WAKES -> 5;
                                default -> service.count("published");
                            });
            IntStream.rangeClosed(1, CrashingService.EVENTS).forEach(n -> CrashingService.publish(service, n));

            // Every event that was published takes effect once, in order: 5 is the transfer, 100 its settlement.
            await().untilAsserted(() -> assertThat(service.effects()).hasSizeGreaterThanOrEqualTo(9));
            await().untilAsserted(() -> assertThat(TopicLog.of(name).committed(name))
                    .isEqualTo(TopicLog.of(name).records().size()));
            assertThat(service.numbersOf("a-0")).containsExactly(2L, 4L, 6L, 8L);
            List<Long> odd = new ArrayList<>(service.numbersOf("a-1"));
            assertThat(odd).containsOnlyOnce(5L, 100L).containsSubsequence(5L, 100L);
            odd.remove(100L);
            assertThat(odd).containsExactly(1L, 3L, 5L, 7L);
            assertThat(service.count("outbox_event")).isZero();
            Map<String, List<Long>> log = TopicLog.of(name).firstOccurrences();
            assertThat(log)
                    .containsEntry("a-0", List.of(2L, 4L, 6L, 8L))
                    .containsEntry("a-1", service.numbersOf("a-1"));

            // The other bank may hear of it twice, but it is the same act.
            var heard = service.jdbc().queryForList("SELECT key FROM bank_book", String.class);
            assertThat(heard).containsOnly("transfer:5").hasSizeBetween(1, 2);
            if (step == Step.AFTER_THE_CALL_BEFORE_ITS_RECORD || step == Step.IN_A_HANDLER) {
                assertThat(heard).hasSize(2);
            }
        }
    }

    private static int crash(Step step) {
        String name = nameOf(step);
        try (ChildProcess process = ChildProcess.start(
                folder,
                name,
                CrashingService.class,
                List.of(
                        TestServers.postgres().jdbcUrl(name),
                        TestServers.kafka().bootstrapServers(),
                        name,
                        step.name()))) {
            return process.awaitExit();
        }
    }

    private static String nameOf(Step step) {
        return "crash_" + step.name().toLowerCase(Locale.ROOT);
    }
}
