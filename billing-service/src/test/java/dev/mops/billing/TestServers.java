package dev.mops.billing;

import dev.mops.local.EmbeddedServers;
import dev.mops.local.PostgresServer;
import java.util.Map;

/** The settings of a service that runs on servers of this JVM. */
final class TestServers {

    private TestServers() {}

    /** PostgreSQL and Kafka, started at the first call, with a database of this name. */
    static Map<String, String> settings(String database) {
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
                EmbeddedServers.shared().kafka().bootstrapServers());
    }

    /** Settings as a program takes them. */
    static String[] arguments(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                .toArray(String[]::new);
    }
}
