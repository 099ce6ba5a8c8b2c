package dev.mops.test;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.TestcontainersConfiguration;

/** The Docker engine, found as Testcontainers finds it. */
final class DockerEngine {

    private static final int PATIENCE_SECONDS = 30;
    private static final List<String> LOGGERS = List.of("org.testcontainers", "tc", "com.github.dockerjava");

    private DockerEngine() {}

    /**
     * Whether an engine answers.
     *
     * @param text the engine's version, or that there is none
     */
    record Answer(boolean isThere, String text) {}

    /** Asks, and says nothing in the log: that there is no engine is no error. */
    static Answer ask() {
        String named = TestcontainersConfiguration.getInstance().getEnvVarOrUserProperty("docker.host", null);
        Answer nobody = new Answer(false, "no Docker engine answers" + (named == null ? "" : " at " + named));
        log(LogLevel.OFF);
        try {
            // An engine that hangs takes the connection, and is silent for ever.
            return CompletableFuture.supplyAsync(() -> find(named, nobody))
                    .completeOnTimeout(nobody, PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
        } finally {
            log(LogLevel.WARN);
        }
    }

    private static Answer find(@Nullable String named, Answer nobody) {
        try {
            DockerClientFactory found = DockerClientFactory.instance();
            String version = found.getInfo().getServerVersion();
            // Testcontainers goes on to look elsewhere where the engine that was named does not answer.
            boolean asNamed = named == null
                    || named.equals(found.getTransportConfig().getDockerHost().toString());
            return asNamed ? new Answer(true, "Docker " + version) : nobody;
        } catch (IllegalStateException none) {
            return nobody;
        }
    }

    private static void log(LogLevel level) {
        LoggingSystem logging = LoggingSystem.get(DockerEngine.class.getClassLoader());
        LOGGERS.forEach(name -> logging.setLogLevel(name, level));
    }
}
