package dev.mops.local;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A real Kafka, broker and controller (KRaft) in one process of its own, on the loopback address. All state is in its
 * folder: another object, or another program, on the same folder and port is the same server.
 */
public final class KafkaServer {

    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    private final Path folder;
    private final Path log;
    private final int port;
    private final int door;

    private KafkaServer(Path folder, int port, int door) {
        this.folder = folder.toAbsolutePath().normalize();
        this.log = this.folder.resolve("kafka.log");
        this.port = port;
        this.door = door;
    }

    /** The server that keeps its data in the folder; nothing is started yet. */
    public static KafkaServer at(Path folder, int port) {
        return new KafkaServer(folder, port, port);
    }

    /** The same, which tells its clients to come through another port; the caller leads that on to the server's own. */
    static KafkaServer at(Path folder, int port, int door) {
        return new KafkaServer(folder, port, door);
    }

    /** Starts the server and waits until it serves; formats the folder at the first start. */
    public void start() {
        launch();
        awaitReady();
    }

    /** Starts the process without waiting; {@link #awaitReady()} waits. Nothing where it lives already. */
    public void launch() {
        Folders.create(folder);
        if (isRunning()) {
            return;
        }
        try {
            Files.deleteIfExists(log);
            Files.writeString(settingsFile(), settings());
            Files.writeString(loggingFile(), logging());
            Files.writeString(argumentsFile(), arguments());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Process process = OsProcess.launchDetached(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + argumentsFile()),
                log,
                // Fewer malloc arenas: tens of megabytes less of resident memory.
                builder -> builder.environment().put("MALLOC_ARENA_MAX", "2"));
        OsProcess.of(process.pid()).ifPresent(started -> started.write(pidFile()));
    }

    /** Waits until the started server serves clients. */
    public void awaitReady() {
        long end = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!accepts()) {
            if (!isRunning()) {
                throw new LocalPlatformException("Kafka did not start: "
                        + LogFiles.lastError(log).orElse("it says nothing") + " (log: " + log + ")");
            }
            if (System.nanoTime() > end) {
                throw new LocalPlatformException(
                        "Kafka is not ready after " + START_TIMEOUT.toSeconds() + " s (log: " + log + ")");
            }
            OsProcess.pause();
        }
    }

    /** Stops the server in order. */
    public void stop() {
        process().ifPresent(process -> process.end("TERM", STOP_TIMEOUT));
    }

    /** SIGKILL: what a crash does. */
    public void kill() {
        process().ifPresent(process -> {
            process.kill();
            process.awaitExit(STOP_TIMEOUT);
        });
    }

    /** SIGSTOP: the server hangs, its connections stay open and nobody answers, until {@link #resume()}. */
    public void pause() {
        process().ifPresent(process -> process.signal("STOP"));
    }

    /** SIGCONT: goes on after {@link #pause()}. */
    public void resume() {
        process().ifPresent(process -> process.signal("CONT"));
    }

    /** Whether the server's process lives. */
    public boolean isRunning() {
        return process().isPresent();
    }

    /** The port on the loopback address. */
    public int port() {
        return port;
    }

    /** What clients take as {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + door;
    }

    /** Where the server writes its log. */
    public Path log() {
        return log;
    }

    Optional<OsProcess> process() {
        return OsProcess.read(pidFile());
    }

    /** Kafka opens its port when it is ready to serve, not before. */
    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private Path pidFile() {
        return folder.resolve("kafka.pid");
    }

    private Path settingsFile() {
        return folder.resolve("server.properties");
    }

    private Path loggingFile() {
        return folder.resolve("logback.xml");
    }

    private Path argumentsFile() {
        return folder.resolve("java.arguments");
    }

    private Path data() {
        return folder.resolve("data");
    }

    private String settings() {
        // The controller's port is nobody else's business: any free one, at every start.
        int controllerPort = FreePorts.find();
        return """
                controller.quorum.voters=1@127.0.0.1:%1$d
                listeners=PLAINTEXT://127.0.0.1:%2$d,CONTROLLER://127.0.0.1:%1$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%3$d
                log.dirs=%4$s
                """.formatted(controllerPort, port, door, data().toString().replace("\\", "\\\\"))
                + Resources.text("kafka.properties");
    }

    private String logging() {
        return """
                <configuration>
                  <statusListener class="ch.qos.logback.core.status.NopStatusListener"/>
                  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>%d %-5level %logger{0}: %msg%n</pattern></encoder>
                  </appender>
                  <root level="WARN"><appender-ref ref="OUT"/></root>
                  <logger name="kafka.server.KafkaRaftServer" level="INFO"/>
                </configuration>
                """;
    }

    /** Java's own argument file: a class path can be longer than a command line. */
    private String arguments() {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        return String.join(
                "\n",
                "-Xms64m",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:CompileThresholdScaling=0.1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                // Kafka asks log4j whether it is there; its answer is no error.
                "-Dlog4j2.statusLoggerLevel=OFF",
                quoted("-Dlogback.configurationFile=" + loggingFile()),
                "-cp",
                quoted(classPath),
                KafkaMain.class.getName(),
                quoted(settingsFile().toString()),
                quoted(data().toString()),
                "");
    }

    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
