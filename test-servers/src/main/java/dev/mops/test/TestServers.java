package dev.mops.test;

import dev.mops.local.EmbeddedServers;
import dev.mops.local.FreePorts;
import dev.mops.local.KafkaServer;
import dev.mops.local.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The servers of the tests: containers where a Docker engine answers, else embedded ones. {@code -Dmops.servers} takes
 * {@code containers} or {@code embedded}, and forces it.
 *
 * <p>All tests of a JVM share one PostgreSQL and one Kafka; each starts at its first use and ends with the JVM. A context
 * that imports this class is connected to both. A test that breaks a server takes one of its own.
 */
@Configuration(proxyBeanMethods = false)
@Import(ServerConnections.class)
public final class TestServers {

    private static final Logger log = LoggerFactory.getLogger(TestServers.class);

    /** The database of a context that imports this class. */
    static final String DATABASE = "test";

    /** What the services have in the addresses of their databases, too. */
    static final String PARAMETERS = "?reWriteBatchedInserts=true";

    private static @Nullable ServersChoice choice;
    private static @Nullable TestPostgres postgres;
    private static @Nullable TestKafka kafka;

    private TestServers() {}

    /** The PostgreSQL that all tests share. */
    public static synchronized TestPostgres postgres() {
        if (postgres == null) {
            postgres = areContainers()
                    ? ContainerPostgres.shared()
                    : new EmbeddedPostgres(EmbeddedServers.shared().postgres());
        }
        return postgres;
    }

    /** The Kafka that all tests share. */
    public static synchronized TestKafka kafka() {
        if (kafka == null) {
            kafka = areContainers()
                    ? ContainerKafka.shared()
                    : new EmbeddedKafka(EmbeddedServers.shared().kafka());
        }
        return kafka;
    }

    /** A PostgreSQL for a test that breaks it, and closes it. */
    public static TestPostgres ownPostgres() {
        if (areContainers()) {
            return ContainerPostgres.own();
        }
        PostgresServer server = PostgresServer.at(folder(), FreePorts.find());
        server.start();
        return new EmbeddedPostgres(server);
    }

    /** A Kafka for a test that breaks it, and closes it. */
    public static TestKafka ownKafka() {
        if (areContainers()) {
            return ContainerKafka.own();
        }
        KafkaServer server = KafkaServer.at(folder(), FreePorts.find());
        server.start();
        return new EmbeddedKafka(server);
    }

    /** Decided, and said, at the first question. */
    static synchronized boolean areContainers() {
        if (choice == null) {
            choice = ServersChoice.ofThisJvm();
            log.info("Servers of the tests: {}", choice);
        }
        return choice.containers();
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("mops-server-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
