package dev.mops.test;

import dev.mops.local.FreePorts;
import dev.mops.local.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** A PostgreSQL in a container, set as the embedded one is. */
final class ContainerPostgres extends PostgreSQLContainer implements TestPostgres {

    static final String IMAGE = "postgres:18";
    private static final String READY = ".*database system is ready to accept connections.*\\s";

    private final boolean shared;
    private final Set<String> databases = new HashSet<>(List.of(TestServers.DATABASE));
    // The image's first start serves twice: for its own preparations, and then in earnest.
    private int ready = 2;

    private ContainerPostgres(boolean shared) {
        super(IMAGE);
        this.shared = shared;
        withDatabaseName(TestServers.DATABASE);
        withUsername(USER);
        withPassword(PASSWORD);
        withEnv("POSTGRES_INITDB_ARGS", PostgresServer.CLUSTER);
        withCommand("postgres " + PostgresServer.SETTINGS);
        waitingFor(Wait.forLogMessage(READY, ready));
    }

    /** The one of all tests. */
    static ContainerPostgres shared() {
        return started(new ContainerPostgres(true));
    }

    /** One of a test's own. Its port is fixed: Docker would give it another one at a restart. */
    static ContainerPostgres own() {
        ContainerPostgres postgres = new ContainerPostgres(false);
        postgres.setPortBindings(List.of(FreePorts.find() + ":" + POSTGRESQL_PORT));
        return started(postgres);
    }

    private static ContainerPostgres started(ContainerPostgres postgres) {
        postgres.start();
        return postgres;
    }

    @Override
    public String getJdbcUrl() {
        return address(TestServers.DATABASE);
    }

    @Override
    public synchronized String jdbcUrl(String database) {
        if (databases.add(database)) {
            try (Connection connection = DriverManager.getConnection(getJdbcUrl(), USER, PASSWORD);
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE " + database);
            } catch (SQLException e) {
                throw new IllegalStateException("Can't create the database " + database, e);
            }
        }
        return address(database);
    }

    private String address(String database) {
        return "jdbc:postgresql://" + getHost() + ":" + getMappedPort(POSTGRESQL_PORT) + "/" + database
                + TestServers.PARAMETERS;
    }

    @Override
    public String log() {
        return getLogs();
    }

    @Override
    public void kill() {
        getDockerClient().killContainerCmd(getContainerId()).exec();
    }

    @Override
    public void restart() {
        getDockerClient().startContainerCmd(getContainerId()).exec();
        Wait.forLogMessage(READY, ++ready).waitUntilReady(this);
    }

    /** A context closes its beans; the shared server outlives it. Testcontainers removes it at the end of the JVM. */
    @Override
    public void close() {
        if (!shared) {
            stop();
        }
    }
}
