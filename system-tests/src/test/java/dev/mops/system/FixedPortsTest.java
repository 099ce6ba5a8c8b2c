package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.Platform;
import dev.mops.local.Ports;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FixedPortsTest {

    private static final Ports DEMO = Ports.demo();

    @ParameterizedTest
    @MethodSource("services")
    void a_service_that_is_started_alone_finds_the_demo_s_servers_and_is_found_in_its_place(String service, int port) {
        assertThat(PlatformExtension.root().resolve(service).resolve("src/main/resources/application.yaml"))
                .content()
                .contains("\nserver:\n  port: %d\n".formatted(port))
                .contains("jdbc:postgresql://localhost:%d/%s?".formatted(DEMO.postgres(), Platform.database(service)))
                .contains("bootstrap-servers: localhost:%d\n".formatted(DEMO.kafka()));
    }

    static Stream<Arguments> services() {
        return Stream.of(
                Arguments.of("order-service", DEMO.order()),
                Arguments.of("inventory-service", DEMO.inventory()),
                Arguments.of("billing-service", DEMO.billing()),
                Arguments.of("shipping-service", DEMO.shipping()));
    }
}
