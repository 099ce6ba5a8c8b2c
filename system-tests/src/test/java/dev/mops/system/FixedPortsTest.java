package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Platform;
import dev.mops.local.Ports;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FixedPortsTest {

    private static final Ports DEMO = Ports.demo();

    private static final Platform PLATFORM = Platform.at(PlatformExtension.root(), Path.of("target", "none"), DEMO);

    @ParameterizedTest
    @MethodSource("services")
    void a_service_that_is_started_alone_finds_the_demo_s_servers(String service) {
        assertThat(PlatformExtension.root().resolve(service).resolve("src/main/resources/application.yaml"))
                .content()
                .contains("jdbc:postgresql://localhost:%d/%s?".formatted(DEMO.postgres(), Platform.database(service)))
                .contains("bootstrap-servers: localhost:%d\n".formatted(DEMO.kafka()));
    }

    @ParameterizedTest
    @CsvSource({"order-service,8081", "inventory-service,8082", "billing-service,8083", "shipping-service,8084"})
    void a_service_of_the_demo_is_where_the_documents_say(String service, int port) {
        assertThat(PLATFORM.service(service).port()).isEqualTo(port);
    }

    @Test
    void no_two_services_of_the_demo_share_a_port() {
        assertThat(PLATFORM.services().stream()
                        .map(service -> PLATFORM.service(service).port()))
                .doesNotHaveDuplicates();
    }

    static Set<String> services() {
        return PLATFORM.services();
    }
}
