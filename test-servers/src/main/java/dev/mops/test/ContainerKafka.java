package dev.mops.test;

import dev.mops.local.FreePorts;
import java.util.List;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.MountableFile;

/** A Kafka in a container, set as the embedded one is. */
final class ContainerKafka extends KafkaContainer implements TestKafka {

    static final String IMAGE = "apache/kafka:4.2.1";
    private static final int PORT = 9092;

    private final boolean shared;

    private ContainerKafka(boolean shared) {
        super(IMAGE);
        this.shared = shared;
        withCopyToContainer(
                MountableFile.forClasspathResource("dev/mops/local/kafka.properties"),
                "/mnt/shared/config/server.properties");
        // As the embedded one: a small heap, and code that is compiled early.
        withEnv("KAFKA_HEAP_OPTS", "-Xms64m -Xmx256m -XX:TieredStopAtLevel=1");
        // In some builds of the image the files that a start copies and then changes are read-only, and a second start
        // gives up because the storage is formatted; everything else is prepared by then.
        withCommand(
                "sh",
                "-c",
                "chmod u+w /etc/kafka/docker/*.yaml; " + getCommandParts()[2]
                        + " || exec /opt/kafka/bin/kafka-run-class.sh kafka.Kafka /opt/kafka/config/server.properties");
        // Kafka opens its port when it is ready to serve, not before.
        waitingFor(Wait.forListeningPort());
    }

    /** The one of all tests. */
    static ContainerKafka shared() {
        return started(new ContainerKafka(true));
    }

    /** One of a test's own. Its port is fixed: Docker would give it another one at a restart. */
    static ContainerKafka own() {
        ContainerKafka kafka = new ContainerKafka(false);
        kafka.setPortBindings(List.of(FreePorts.find() + ":" + PORT));
        return started(kafka);
    }

    private static ContainerKafka started(ContainerKafka kafka) {
        kafka.start();
        return kafka;
    }

    @Override
    public String bootstrapServers() {
        return getBootstrapServers();
    }

    @Override
    public void kill() {
        getDockerClient().killContainerCmd(getContainerId()).exec();
    }

    @Override
    public void restart() {
        getDockerClient().startContainerCmd(getContainerId()).exec();
        waitUntilContainerStarted();
    }

    /** A context closes its beans; the shared server outlives it. Testcontainers removes it at the end of the JVM. */
    @Override
    public void close() {
        if (!shared) {
            stop();
        }
    }
}
