package dev.mops.order;

import dev.mops.local.EmbeddedServers;
import dev.mops.local.PostgresServer;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;

/** The settings of a service that runs on servers of this JVM. */
final class TestServers {

    private TestServers() {}

    /** PostgreSQL and Kafka, started at the first call, with a database of this name. */
    static Map<String, String> settings(String database) {
        return settings(database, EmbeddedServers.shared().kafka().bootstrapServers());
    }

    /** PostgreSQL, started at the first call, with a database of this name; Kafka is elsewhere. */
    static Map<String, String> settings(String database, String bootstrapServers) {
        PostgresServer postgres = EmbeddedServers.shared().postgres();
        postgres.createDatabase(database);
        return Map.of(
                "spring.datasource.url",
                postgres.jdbcUrl(database) + "?reWriteBatchedInserts=true",
                "spring.datasource.username",
                PostgresServer.USER,
                "spring.datasource.password",
                PostgresServer.PASSWORD,
                "spring.kafka.bootstrap-servers",
                bootstrapServers);
    }

    /** Settings as a program takes them, and more arguments. */
    static String[] arguments(Map<String, String> settings, String... more) {
        return Stream.concat(
                        settings.entrySet().stream().map(setting -> "--" + setting.getKey() + "=" + setting.getValue()),
                        Arrays.stream(more))
                .toArray(String[]::new);
    }
}
