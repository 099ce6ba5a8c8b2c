package dev.mops.messaging.test;

import java.util.List;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.TestcontainersConfiguration;

/** The Docker engine, found as Testcontainers finds it. */
final class DockerEngine {

    private static final List<String> LOGGERS = List.of("org.testcontainers", "tc", "com.github.dockerjava");

    private DockerEngine() {}

    /**
     * Whether an engine answers.
     *
     * @param text the engine's name and version, or that there is none
     */
    record Answer(boolean isThere, String text) {}

    /** Asks, and says nothing in the log: that there is no engine is no error. */
    static Answer ask() {
        String named = TestcontainersConfiguration.getInstance().getEnvVarOrUserProperty("docker.host", null);
        log(LogLevel.OFF);
        try {
            DockerClientFactory found = DockerClientFactory.instance();
            String version = found.getInfo().getServerVersion();
            // Testcontainers goes on to look elsewhere where the engine that was named does not answer.
            if (named == null
                    || named.equals(found.getTransportConfig().getDockerHost().toString())) {
                return new Answer(true, "Docker " + version);
            }
            return new Answer(false, "no Docker engine answers at " + named);
        } catch (IllegalStateException none) {
            return new Answer(false, "no Docker engine answers" + (named == null ? "" : " at " + named));
        } finally {
            log(LogLevel.WARN);
        }
    }

    private static void log(LogLevel level) {
        LoggingSystem logging = LoggingSystem.get(DockerEngine.class.getClassLoader());
        LOGGERS.forEach(name -> logging.setLogLevel(name, level));
    }
}
