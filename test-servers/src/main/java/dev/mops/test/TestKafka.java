package dev.mops.test;

/** A Kafka for tests, in a container or embedded. */
public sealed interface TestKafka extends AutoCloseable permits ContainerKafka, EmbeddedKafka {

    /** The address, as clients take it. */
    String bootstrapServers();

    /** Kills the server. */
    void kill();

    /** Starts the server again after {@link #kill()}: the same address, and what was acknowledged. */
    void restart();

    /** Ends the server and deletes its data. Not for the one that all tests share: it ends with the JVM. */
    @Override
    void close();
}
