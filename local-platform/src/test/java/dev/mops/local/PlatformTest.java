package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With real servers; the services are fakes here and real in system-tests. What the user sees is MopsUpTest's. */
class PlatformTest extends WithFakeServices {

    @Test
    void what_one_program_starts_another_sees_kills_and_starts_again() {
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        platform.start(said::add);
        Platform other = Platform.at(root, home, ports);
        ServiceProcess billing = other.service("billing-service");

        assertThat(said).filteredOn(line -> line.contains("ready in")).hasSize(6);
        assertThat(platform.instances()).allMatch(ServiceProcess::isReady);
        assertThat(billing.isReady()).isTrue();
        billing.kill();
        assertThat(platform.service("billing-service").isRunning()).isFalse();
        billing.start();
        assertThat(platform.service("billing-service").isReady()).isTrue();
        other.stop();
        assertThat(platform.isRunning()).isFalse();
    }

    @Test
    void data_survives_a_kill_of_everything() throws Exception {
        platform.start();
        try (var connection = DriverManager.getConnection(
                        platform.postgres().jdbcUrl("orders"), PostgresServer.USER, PostgresServer.PASSWORD);
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE kept ()");
        }
        platform.instances().forEach(ServiceProcess::kill);
        platform.kafka().kill();
        platform.postgres().kill();
        assertThat(platform.isRunning()).isFalse();

        platform.start();

        try (var connection = DriverManager.getConnection(
                platform.postgres().jdbcUrl("orders"), PostgresServer.USER, PostgresServer.PASSWORD)) {
            assertThat(connection
                            .getMetaData()
                            .getTables(null, null, "kept", null)
                            .next())
                    .isTrue();
        }
        assertThatThrownBy(platform::deleteData).hasMessageContaining("running");
        platform.stop();
        Path strange = Files.writeString(home.resolve("strange"), "not the platform's");
        platform.deleteData();
        assertThat(home.resolve("postgres")).doesNotExist();
        assertThat(home.resolve("logs")).doesNotExist();
        assertThat(strange).exists();
    }

    @Test
    void two_programs_that_start_at_once_do_not_collide() throws Exception {
        Files.createDirectories(home);
        try (FileChannel other =
                        FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = other.lock()) {
            assertThatThrownBy(platform::start)
                    .isInstanceOf(LocalPlatformException.class)
                    .hasMessageContaining("Another program is starting");
        }
        assertThat(platform.isRunning()).isFalse();
    }

    @Test
    void a_service_that_is_not_built_is_named_with_what_to_do() throws Exception {
        FakeService.declare(folder.resolve("unbuilt"));
        Platform unbuilt = Platform.at(folder.resolve("unbuilt"), home, ports);

        assertThatThrownBy(unbuilt::start)
                .isInstanceOf(LocalPlatformException.class)
                .hasMessageContaining("order-service.jar is missing")
                .hasMessageContaining("./mops up");
    }
}
