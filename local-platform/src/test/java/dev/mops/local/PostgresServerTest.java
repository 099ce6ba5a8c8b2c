package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {

    @TempDir
    Path folder;

    private PostgresServer postgres;

    @BeforeEach
    void start() {
        postgres = PostgresServer.at(folder, FreePorts.find());
        postgres.start();
        postgres.createDatabase("orders");
    }

    @AfterEach
    void stop() {
        postgres.kill();
    }

    @Test
    void what_is_committed_survives_a_kill_of_every_process() throws Exception {
        execute("CREATE TABLE kept (note text)");
        execute("INSERT INTO kept VALUES ('committed')");
        List<OsProcess> processes = postgres.processes().toList();

        postgres.kill();

        assertThat(processes).hasSizeGreaterThan(1).noneMatch(OsProcess::isAlive);
        assertThat(postgres.isRunning()).isFalse();
        postgres.start();
        assertThat(notes()).containsExactly("committed");
    }

    @Test
    void a_stop_ends_open_connections_and_keeps_the_data() throws Exception {
        execute("CREATE TABLE kept (note text)");
        execute("INSERT INTO kept VALUES ('stopped')");
        try (Connection open = connect()) {
            assertThat(open.isValid(5)).isTrue();

            postgres.stop();

            assertThat(postgres.isRunning()).isFalse();
        }
        postgres.start();
        assertThat(notes()).containsExactly("stopped");
    }

    @Test
    void a_pid_file_that_names_a_stranger_does_not_stop_the_next_start() throws Exception {
        postgres.stop();
        long stranger = ProcessHandle.current().pid();
        Files.write(
                folder.resolve("data/postmaster.pid"),
                List.of(Long.toString(stranger), folder.resolve("data").toString(), "1"));

        assertThat(postgres.isRunning()).isFalse();
        postgres.start();

        assertThat(postgres.isRunning()).isTrue();
        assertThat(ProcessHandle.of(stranger)).isPresent();
    }

    @Test
    void a_port_that_is_taken_is_named_with_postgresqls_own_words() {
        PostgresServer second = PostgresServer.at(folder.resolve("second"), postgres.port());

        assertThatThrownBy(second::start)
                .isInstanceOf(LocalPlatformException.class)
                .hasMessageContaining("PostgreSQL did not start")
                .hasMessageContaining("second");
        assertThat(second.isRunning()).isFalse();
    }

    @Test
    void a_database_that_exists_is_left_as_it_is() throws Exception {
        execute("CREATE TABLE kept (note text)");

        postgres.createDatabase("orders");

        assertThat(notes()).isEmpty();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl("orders"), PostgresServer.USER, PostgresServer.PASSWORD);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> notes() throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT note FROM kept ORDER BY note")) {
            List<String> notes = new java.util.ArrayList<>();
            while (rows.next()) {
                notes.add(rows.getString(1));
            }
            return notes;
        }
    }
}
