package dev.mops.test;

import dev.mops.local.KafkaServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.util.FileSystemUtils;

/** A Kafka in a process of this machine; all that it has is in the folder of its log. */
record EmbeddedKafka(KafkaServer server) implements TestKafka {

    @Override
    public String bootstrapServers() {
        return server.bootstrapServers();
    }

    @Override
    public void kill() {
        server.kill();
    }

    @Override
    public void restart() {
        server.start();
    }

    @Override
    public void close() {
        server.kill();
        try {
            FileSystemUtils.deleteRecursively(server.log().getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
