package dev.mops.test;

import dev.mops.local.PostgresServer;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/** A PostgreSQL for tests, in a container or embedded. */
public sealed interface TestPostgres extends AutoCloseable permits ContainerPostgres, EmbeddedPostgres {

    /** The user of every database. */
    String USER = PostgresServer.USER;

    /** The user's password. */
    String PASSWORD = PostgresServer.PASSWORD;

    /** The address of a database, which is created where it is not there yet. */
    String jdbcUrl(String database);

    /** How a context connects to the database with this address. */
    static JdbcConnectionDetails connectionTo(String jdbcUrl) {
        return new JdbcConnectionDetails() {

            @Override
            public String getJdbcUrl() {
                return jdbcUrl;
            }

            @Override
            public String getUsername() {
                return USER;
            }

            @Override
            public String getPassword() {
                return PASSWORD;
            }
        };
    }

    /** What the server has logged. */
    String log();

    /** Kills the server and all its processes at once. */
    void kill();

    /** Starts the server again after {@link #kill()}: the same addresses, and what was committed. */
    void restart();

    /** Ends the server and deletes its data. Not for the one that all tests share: it ends with the JVM. */
    @Override
    void close();
}
