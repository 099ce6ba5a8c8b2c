package dev.mops.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL and one Kafka for all tests of a JVM, in a temporary folder on free ports. Each starts at its first
 * use; both end with the JVM, also when that is killed, and leave nothing behind. A test takes a database and topics of
 * its own.
 */
public final class EmbeddedServers {

    /** Waits for the end of its input, which is the end of the JVM, and ends what the folder names. */
    private static final String GUARD = """
            trap '' INT HUP TERM
            read -r _
            kafka=$(cut -d' ' -f1 "$1/kafka/kafka.pid" 2>/dev/null)
            postgres=$(head -n 1 "$1/postgres/data/postmaster.pid" 2>/dev/null)
            [ -n "$kafka" ] && kill -s KILL "$kafka" 2>/dev/null
            if [ -n "$postgres" ]; then
              kill -s QUIT "$postgres" 2>/dev/null
              i=0
              while kill -s 0 "$postgres" 2>/dev/null && [ -f "$1/postgres/data/postmaster.pid" ] && [ $i -lt 50 ]; do
                sleep 0.1
                i=$((i + 1))
              done
            fi
            rm -rf "$1"
            """;

    private static @Nullable EmbeddedServers shared;

    private final PostgresServer postgres;
    private final KafkaServer kafka;
    private boolean postgresStarted;
    private boolean kafkaStarted;

    private EmbeddedServers(Path folder) {
        this.postgres = PostgresServer.at(folder.resolve("postgres"), FreePorts.find());
        this.kafka = KafkaServer.at(folder.resolve("kafka"), FreePorts.find());
    }

    /** The servers of this JVM. */
    public static synchronized EmbeddedServers shared() {
        if (shared == null) {
            try {
                Path folder = Files.createTempDirectory("mops-servers-");
                guard(folder);
                shared = new EmbeddedServers(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return shared;
    }

    /** PostgreSQL, started at the first call. Whoever stops it starts it again. */
    public synchronized PostgresServer postgres() {
        if (!postgresStarted) {
            postgres.start();
            postgresStarted = true;
        }
        return postgres;
    }

    /** Kafka, started at the first call. Whoever stops it starts it again. */
    public synchronized KafkaServer kafka() {
        if (!kafkaStarted) {
            kafka.start();
            kafkaStarted = true;
        }
        return kafka;
    }

    private static void guard(Path folder) {
        Process guard = OsProcess.launchDetached(
                List.of("/bin/sh", "-c", GUARD, "mops-guard", folder.toString()), Path.of("/dev/null"), builder -> {});
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                guard.getOutputStream().close();
                guard.waitFor(10, TimeUnit.SECONDS);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }
}
