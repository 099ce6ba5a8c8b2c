package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.test.TestServers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed after each statement of the path that holds, retries, gives up, replays and releases. */
class HeldCrashTest {

    private static final int AT_ONCE = 4;

    @Test
    void a_kill_after_any_statement_loses_nothing_doubles_nothing_and_keeps_the_order(@TempDir Path folder) {
        ChildProcess.Cached processes =
                ChildProcess.Cached.of(folder, CrashingHeldEvents.class, arguments("held_crash", Integer.MAX_VALUE));
        int crashes = 0;
        // Several at a time, since most of it is waiting for a JVM to start; until one has no statement left to die
        // after.
        try (ExecutorService ahead = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int from = 1; ; from += AT_ONCE) {
                List<CompletableFuture<Boolean>> runs = IntStream.range(from, from + AT_ONCE)
                        .mapToObj(n -> CompletableFuture.supplyAsync(() -> crashAndGoOn(processes, n), ahead))
                        .toList();
                long crashed = runs.stream().filter(CompletableFuture::join).count();
                crashes += (int) crashed;
                if (crashed < AT_ONCE) {
                    break;
                }
            }
        }
        // Holding, failing again, replaying and releasing are so many at least.
        assertThat(crashes).isGreaterThanOrEqualTo(20);
    }

    /** Returns whether it crashed. */
    private static boolean crashAndGoOn(ChildProcess.Cached processes, int statements) {
        String name = "held_crash_" + statements;
        String jdbcUrl = TestServers.postgres().jdbcUrl(name);
        String brokers = TestServers.kafka().bootstrapServers();
        int status;
        try (ChildProcess process = processes.start(name, arguments(name, statements))) {
            status = process.awaitExit();
            assertThat(status).as("exit status; %s", process.log()).isIn(0, CrashingHeldEvents.CRASHED);
        }
        try (AccountService service = CrashingHeldEvents.start(jdbcUrl, brokers, name)) {
            CrashingHeldEvents.live(service);

            assertThat(service.numbersOf("a"))
                    .as("after %d statements", statements)
                    .containsExactly(1L, 2L, 3L);
            assertThat(service.count("held_key")).isZero();
            assertThat(service.count("inbox_event")).isEqualTo(3);
            assertThat(TopicLog.of(name).firstOccurrences()).containsEntry("a", List.of(1L, 2L, 3L));
            assertThat(TopicLog.of(name + "-" + name + "-dlt").records()).isNotEmpty();
        }
        return status == CrashingHeldEvents.CRASHED;
    }

    private static List<String> arguments(String name, int statements) {
        return List.of(
                TestServers.postgres().jdbcUrl(name),
                TestServers.kafka().bootstrapServers(),
                name,
                Integer.toString(statements));
    }
}
