package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Platform;
import dev.mops.local.Ports;
import dev.mops.local.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The containers are the same platform as the processes: same services, same ports, same databases. */
class ComposeFileTest {

    private static final Path ROOT = PlatformExtension.root();
    private static final Ports DEMO = Ports.demo();

    @ParameterizedTest
    @CsvSource({
        "order-service, ORDER_PORT, 8081",
        "inventory-service, INVENTORY_PORT, 8082",
        "billing-service, BILLING_PORT, 8083",
        "shipping-service, SHIPPING_PORT, 8084"
    })
    void a_service_has_its_image_its_port_and_its_database(String service, String setting, int port)
            throws IOException {
        assertThat(compose())
                .contains("\n  %s:\n    <<: *service\n    image: mops/%1$s\n".formatted(service))
                .contains("\n        SERVICE: %s\n".formatted(service))
                .contains("\n      SERVER_PORT: %d\n".formatted(port))
                .contains("jdbc:postgresql://postgres/%s?".formatted(Platform.database(service)))
                .contains("\n      CREATE DATABASE \"%s\";\n".formatted(Platform.database(service)))
                .contains("${MOPS_ADDRESS}:${%s}:%d\n".formatted(setting, port));
        assertThat(settings()).contains("\n%s=%d\n".formatted(setting, port));
    }

    @Test
    void servers_are_found_where_those_of_the_local_platform_are() throws IOException {
        assertThat(settings())
                .contains("\nKAFKA_PORT=%d\n".formatted(DEMO.kafka()))
                .contains("\nPOSTGRES_PORT=%d\n".formatted(DEMO.postgres()));
    }

    @Test
    void postgresql_is_set_as_that_of_the_local_platform_is() throws IOException {
        assertThat(compose())
                .contains("\n    command: postgres %s\n".formatted(PostgresServer.SETTINGS))
                .contains("\n      POSTGRES_INITDB_ARGS: %s\n".formatted(PostgresServer.CLUSTER));
    }

    @ParameterizedTest
    @MethodSource("demoSettings")
    void what_a_service_of_the_local_platform_may_be_asked_to_do_it_may_be_asked_here(String setting)
            throws IOException {
        String[] nameAndValue = setting.split("=", 2);
        String name = nameAndValue[0].toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");

        assertThat(compose()).contains("\n    %s: \"%s\"\n".formatted(name, nameAndValue[1]));
    }

    @Test
    void the_services_log_the_steps_of_an_order() throws IOException {
        assertThat(compose()).contains("\n    LOGGING_LEVEL_DEV_MOPS: debug\n");
    }

    static List<String> demoSettings() {
        return Platform.DEMO_SETTINGS;
    }

    private static String compose() throws IOException {
        return Files.readString(ROOT.resolve("docker-compose.yml"));
    }

    private static String settings() throws IOException {
        return Files.readString(ROOT.resolve(".env"));
    }
}
