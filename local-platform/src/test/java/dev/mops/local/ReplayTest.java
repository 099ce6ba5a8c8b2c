package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.local.FakePlatform.Result;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** {@code mops replay} of fake services, beside real servers. With real services: HistoryReplayTest of system-tests. */
class ReplayTest extends WithFakeServices {

    @Test
    void while_it_reads_other_programs_may_start_and_stop_parts_and_its_port_and_its_group_stay_its_own()
            throws Exception {
        platform.start();
        // As a replay leaves it that was interrupted before its instance started.
        platform.postgres().createDatabase("replay_first");
        CompletableFuture<Result> replaying = CompletableFuture.supplyAsync(() -> replay("first", "--force"));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> platform.instances().stream()
                        .anyMatch(instance -> instance.name().equals("replay-first")));

        // It starts, then it waits for its group, which reads nothing yet.
        await().atMost(Duration.ofMinutes(1))
                .until(() -> mops("scale", "billing", "1").status() == 0);

        assertThat(replaying).isNotDone();
        execute("replay_first", "CREATE TABLE held_key (state text)", "INSERT INTO held_key VALUES ('RETRYING')");
        readNothingAs("first");
        Result replayed = replaying.join();
        assertThat(replayed.status()).as(replayed.err()).isZero();
        assertThat(replayed.out())
                .contains("first has read 0 records of orders")
                .contains("Not all has taken effect yet, since events of 1 key are tried again");
        assertThat(Files.readString(home.resolve("run").resolve("replay-first.replay")))
                .contains("--mops.messaging.replay-forced=true");

        int port = platform.instance("replay-first").orElseThrow().port();
        assertThat(mops("kill", "replay-first").status()).isZero();
        assertThat(platform.another("order-service").port()).isNotEqualTo(port);
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(mops("start", "replay-first").err())
                    .contains("Port " + port + ", which replay-first needs, is taken by");
        }
        assertThat(mops("start", "replay-first").status()).isZero();

        assertThat(replay("first").err()).contains("The consumer group first is there already");
        readNothingAs("second-retry");
        assertThat(replay("second").err()).contains("The consumer group second-retry is there already");
    }

    @Test
    void a_start_that_fails_leaves_nothing_so_that_the_next_finds_the_group_as_new() throws Exception {
        platform.start();
        Path failing = Files.createFile(FakeService.failing(root, "order-service"));
        try {
            Result failed = replay("failing");

            assertThat(failed.status()).isEqualTo(1);
            assertThat(failed.err()).contains("did not start: " + FakeService.FAILURE);
            assertThat(failed.out()).doesNotContain("is not all gone");
        } finally {
            Files.delete(failing);
        }
        assertThat(platform.instance("replay-failing")).isEmpty();
        assertThat(platform.postgres().count("postgres", "pg_database WHERE datname = 'replay_failing'"))
                .isZero();

        // Consumers may have begun before the start failed.
        readNothingAs("begun");
        readNothingAs("begun-retry");
        try (GroupOffsets offsets = new GroupOffsets(platform.kafka().bootstrapServers(), "begun")) {
            assertThat(offsets.groups()).containsExactly("begun", "begun-retry");
            offsets.delete();
            assertThat(offsets.groups()).isEmpty();
        }
    }

    /** What a group commits that has read the topic, in which nothing is. */
    private void readNothingAs(String group) throws Exception {
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, platform.kafka().bootstrapServers()))) {
            if (!admin.listTopics().names().get().contains("orders")) {
                admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1)))
                        .all()
                        .get();
            }
            // The topic is there when its creation has gone round.
            await().ignoreExceptionsInstanceOf(ExecutionException.class).until(() -> {
                admin.alterConsumerGroupOffsets(
                                group, Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(0)))
                        .all()
                        .get();
                return true;
            });
        }
    }

    private void execute(String database, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        platform.postgres().jdbcUrl(database), PostgresServer.USER, PostgresServer.PASSWORD);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private Result replay(String group, String... options) {
        List<String> command =
                new ArrayList<>(List.of("replay", "--from", "beginning", "--group", group, "--service", "order"));
        command.addAll(List.of(options));
        return mops(command.toArray(String[]::new));
    }

    private Result mops(String... command) {
        return FakePlatform.mops(root, platform, command);
    }
}
