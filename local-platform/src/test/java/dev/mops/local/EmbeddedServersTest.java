package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

class EmbeddedServersTest {

    @Test
    void a_test_gets_a_database_of_its_own() throws Exception {
        PostgresServer postgres = EmbeddedServers.shared().postgres();

        postgres.createDatabase("own");
        postgres.createDatabase("own");

        try (var connection =
                DriverManager.getConnection(postgres.jdbcUrl("own"), PostgresServer.USER, PostgresServer.PASSWORD)) {
            assertThat(connection.getMetaData().getDatabaseMajorVersion()).isEqualTo(18);
        }
    }

    @Test
    void kafka_serves_as_soon_as_it_is_given_out() throws Exception {
        KafkaServer kafka = EmbeddedServers.shared().kafka();

        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
        }
    }
}
