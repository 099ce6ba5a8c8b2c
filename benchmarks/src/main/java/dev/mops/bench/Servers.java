package dev.mops.bench;

import dev.mops.local.FreePorts;
import dev.mops.local.KafkaServer;
import dev.mops.local.PostgresServer;
import dev.mops.local.Size;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** PostgreSQL and Kafka alone, for what is measured without the platform. They end with the program. */
final class Servers implements AutoCloseable {

    private final Path folder;
    private final PostgresServer postgres;
    private final KafkaServer kafka;
    private boolean ended;

    private Servers(Path folder, PostgresServer postgres, KafkaServer kafka) {
        this.folder = folder;
        this.postgres = postgres;
        this.kafka = kafka;
    }

    /** Starts them in a folder that is empty. */
    static Servers start(Path folder, Size size) {
        int kafkaPort = FreePorts.find();
        Servers servers = new Servers(
                folder,
                PostgresServer.at(folder.resolve("postgres"), FreePorts.find(), size.postgres()),
                KafkaServer.at(folder.resolve("kafka"), kafkaPort, kafkaPort, size.kafka()));
        AtEnd.run(servers::close);
        try {
            servers.launch();
            servers.kafka.awaitReady();
            return servers;
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private synchronized void launch() {
        if (ended) {
            throw new IllegalStateException("Ended while starting");
        }
        kafka.launch();
        postgres.start();
    }

    /** Where their data lie. */
    Path folder() {
        return folder;
    }

    PostgresServer postgres() {
        return postgres;
    }

    KafkaServer kafka() {
        return kafka;
    }

    Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(database), PostgresServer.USER, PostgresServer.PASSWORD);
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    void createTopics(Collection<String> names, int partitions) throws InterruptedException {
        // Else the disk has what was deleted for another minute.
        Map<String, String> settings = Map.of("file.delete.delay.ms", "0");
        List<NewTopic> topics = names.stream()
                .map(name -> new NewTopic(name, partitions, (short) 1).configs(settings))
                .toList();
        try (Admin admin = admin()) {
            admin.createTopics(topics).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Can't create the topics " + names, e.getCause());
        }
    }

    /** Their logs stay. */
    @Override
    public synchronized void close() {
        ended = true;
        kafka.stop();
        postgres.stop();
        Folder.delete(folder, true);
    }
}
