package dev.mops.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.KafkaAdmin;

class TestServersTest {

    private final ApplicationContextRunner service = new ApplicationContextRunner()
            .withUserConfiguration(TestServers.class)
            .withConfiguration(AutoConfigurations.of(
                    ServiceConnectionAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    KafkaAutoConfiguration.class));

    @Test
    void a_context_that_imports_them_is_connected_to_both() {
        service.run(context -> {
            assertThat(context.getBean(JdbcTemplate.class).queryForObject("SELECT current_database()", String.class))
                    .isEqualTo("test");
            assertThat(context.getBean(KafkaAdmin.class).clusterId()).isEqualTo(clusterId());
        });
    }

    @Test
    void they_outlive_the_context() {
        service.run(context -> context.getBean(JdbcTemplate.class).execute("CREATE TABLE kept (id int)"));

        service.run(context -> {
            assertThat(context.getBean(JdbcTemplate.class).queryForList("SELECT id FROM kept"))
                    .isEmpty();
            assertThat(context.getBean(KafkaAdmin.class).clusterId()).isEqualTo(clusterId());
        });
    }

    @Test
    void a_database_is_created_once() throws Exception {
        for (int n = 0; n < 2; n++) {
            try (var connection = DriverManager.getConnection(
                            TestServers.postgres().jdbcUrl("once"), TestPostgres.USER, TestPostgres.PASSWORD);
                    var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE IF NOT EXISTS kept (n int)");
                statement.execute("INSERT INTO kept VALUES (1)");
                try (var rows = statement.executeQuery("SELECT count(*) FROM kept")) {
                    rows.next();
                    assertThat(rows.getInt(1)).isEqualTo(n + 1);
                }
            }
        }
    }

    @Test
    void containers_and_embedded_servers_are_set_alike() throws Exception {
        service.run(context -> assertThat(context.getBean(JdbcTemplate.class).queryForMap("""
                                SELECT current_setting('max_connections') AS connections, current_setting('jit') AS jit,
                                       datlocale AS locale
                                  FROM pg_database WHERE datname = current_database()
                                """))
                .containsOnly(
                        Map.entry("connections", "400"), Map.entry("jit", "off"), Map.entry("locale", "C.UTF-8")));
        try (Admin admin = admin()) {
            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
            assertThat(admin.describeConfigs(List.of(broker)).all().get().values())
                    .flatExtracting(Config::entries)
                    .extracting(entry -> entry.name() + "=" + entry.value())
                    .contains(
                            "auto.create.topics.enable=false",
                            "group.initial.rebalance.delay.ms=0",
                            "group.min.session.timeout.ms=1000",
                            "broker.session.timeout.ms=2000");
        }
    }

    @Test
    void the_containers_are_those_of_the_platform() throws IOException {
        assertThat(Files.readString(Path.of("../docker-compose.yml")))
                .contains("image: " + ContainerKafka.IMAGE + "\n")
                .contains("image: " + ContainerPostgres.IMAGE + "\n")
                .contains("command: postgres " + PostgresServer.SETTINGS + "\n");
    }

    private static String clusterId() throws Exception {
        try (Admin admin = admin()) {
            return admin.describeCluster().clusterId().get();
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", TestServers.kafka().bootstrapServers()));
    }
}
