package dev.mops.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One instance of a service in a process of its own. All state is in the platform's folder: another object, or another
 * program, with the same name and folder is the same instance.
 */
public final class ServiceProcess {

    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(45);
    private static final int PROBE_TIMEOUT_MILLIS = 2_000;
    private static final long LONGEST_LOG = 20L << 20;

    private final String name;
    private final int port;
    private final ServiceApp app;
    private final List<String> arguments;
    private final Path pidFile;
    private final Path log;

    ServiceProcess(String name, int port, ServiceApp app, List<String> arguments, Path home) {
        this.name = name;
        this.port = port;
        this.app = app;
        this.arguments = arguments;
        this.pidFile = home.resolve("run").resolve(name + ".pid");
        this.log = home.resolve("logs").resolve(name + ".log");
    }

    /** The service's name; that of a further instance ends with its port. */
    public String name() {
        return name;
    }

    /** The HTTP port. */
    public int port() {
        return port;
    }

    /** Where HTTP requests go. */
    public URI url() {
        return URI.create("http://localhost:" + port);
    }

    /** Where the instance writes its log. */
    public Path log() {
        return log;
    }

    /** Makes the program ready to start, which a start does, too, and says so where it takes a while. */
    void prepare(Consumer<String> say) {
        app.prepare(say);
    }

    /** Starts the instance and waits until it is ready for requests. */
    public void start() {
        launch();
        awaitReady();
    }

    /** Starts the process without waiting; {@link #awaitReady()} waits. */
    public void launch() {
        if (isRunning()) {
            throw new LocalPlatformException(name + " runs already");
        }
        // Else whoever listens there would say that this one is ready.
        if (PortHolder.isBusy(port)) {
            throw new LocalPlatformException("Port " + port + ", which " + name + " needs, is taken by "
                    + PortHolder.describe(port).orElse("another program") + ": stop that, then run this again");
        }
        app.prepare(line -> {});
        Folders.create(log.resolveSibling("."));
        Folders.create(pidFile.resolveSibling("."));
        try {
            if (LogFiles.size(log) > LONGEST_LOG) {
                Files.move(log, log.resolveSibling(name + ".old.log"), StandardCopyOption.REPLACE_EXISTING);
            }
            // The size marks where this run's part of the log begins.
            Files.writeString(logStart(), Long.toString(LogFiles.size(log)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Process process = OsProcess.launchDetached(app.command(arguments), log, builder -> {
            // Fewer malloc arenas: tens of megabytes less of resident memory.
            builder.environment().put("MALLOC_ARENA_MAX", "2");
            // Not on the command line, which every user of the machine can read.
            builder.environment().put("SPRING_DATASOURCE_PASSWORD", PostgresServer.PASSWORD);
        });
        OsProcess.of(process.pid()).ifPresent(started -> started.write(pidFile));
    }

    /** Waits until the started instance is ready for requests. */
    public void awaitReady() {
        long end = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!isReady()) {
            if (!isRunning()) {
                throw new LocalPlatformException(name + " did not start: "
                        + LogFiles.failure(log, logOffset()).orElse("it says nothing") + " (log: " + log + ")");
            }
            if (System.nanoTime() > end) {
                throw new LocalPlatformException(
                        name + " is not ready after " + START_TIMEOUT.toSeconds() + " s (log: " + log + ")");
            }
            OsProcess.pause();
        }
    }

    /** Whether the process lives and says that it is ready for requests. */
    public boolean isReady() {
        return isRunning() && isReady(url());
    }

    /** Whether the instance that is reached there says that it is ready for requests. */
    static boolean isReady(URI url) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    url.resolve("/actuator/health/readiness").toURL().openConnection();
            connection.setConnectTimeout(PROBE_TIMEOUT_MILLIS);
            connection.setReadTimeout(PROBE_TIMEOUT_MILLIS);
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Whether the process lives. */
    public boolean isRunning() {
        return process().isPresent();
    }

    /** Stops the instance in order. */
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

    /** SIGSTOP: the process hangs with all its connections and locks, until {@link #resume()}. */
    public void pause() {
        process().ifPresent(process -> process.signal("STOP"));
    }

    /** SIGCONT: goes on after {@link #pause()}, as if no time had passed. */
    public void resume() {
        process().ifPresent(process -> process.signal("CONT"));
    }

    /** When it was started; of one that ends meanwhile, never. */
    Instant startInstant() {
        return process().flatMap(OsProcess::startInstant).orElse(Instant.MAX);
    }

    Optional<OsProcess> process() {
        return OsProcess.read(pidFile);
    }

    private Path logStart() {
        return pidFile.resolveSibling(name + ".log-start");
    }

    private long logOffset() {
        try {
            return Long.parseLong(Files.readString(logStart()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
