package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.KafkaServer;
import dev.mops.local.Platform;
import dev.mops.local.ServiceProcess;
import java.net.http.HttpResponse;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Broker and database go and come back, and no order is lost. The last of all, for it leaves services that are cold again. */
@SystemTest
@Tag(SystemTest.PROCESSES)
@Order(Integer.MAX_VALUE)
class OutageTest {

    private static final Wish WISH = Wish.of("MONITOR-27", 1);

    private final Shop shop;
    private final Platform platform;

    OutageTest(Shop shop) {
        this.shop = shop;
        this.platform = shop.platform();
    }

    @Test
    void orders_are_taken_while_the_broker_is_down_and_ship_when_it_is_back() {
        KafkaServer kafka = platform.kafka();
        kafka.kill();
        List<UUID> orders =
                Collections.nCopies(10, WISH).stream().map(shop::placeOrder).toList();
        UUID regretted = shop.placeOrder(WISH);
        assertThat(shop.cancel(regretted)).isEqualTo(202);
        Views.Order waiting = shop.order(regretted);
        assertThat(waiting.status()).isEqualTo("PLACED");
        assertThat(waiting.cancellationRequested()).isTrue();

        kafka.start();

        orders.forEach(order -> shop.awaitStatus(order, "SHIPPED"));
        shop.awaitStatus(regretted, "CANCELLED");
    }

    @Test
    void services_are_not_ready_while_the_database_is_down_and_orders_go_on_when_it_is_back() {
        List<UUID> orders =
                Collections.nCopies(10, WISH).stream().map(shop::placeOrder).toList();
        platform.postgres().kill();

        try {
            assertThat(InParallel.each(platform.instances(), 4, service -> health(service, "readiness")))
                    .hasSize(4)
                    .allSatisfy(answer -> {
                        assertThat(answer.statusCode()).isEqualTo(503);
                        assertThat(answer.body()).contains("\"status\":\"DOWN\"");
                    });
            // Another start would not help.
            assertThat(platform.instances())
                    .allSatisfy(service ->
                            assertThat(health(service, "liveness").statusCode()).isEqualTo(200));
        } finally {
            platform.postgres().start();
        }

        platform.instances().forEach(ServiceProcess::awaitReady);
        orders.forEach(order -> shop.awaitStatus(order, "SHIPPED"));
    }

    private HttpResponse<String> health(ServiceProcess service, String probe) {
        return shop.get(service.url().resolve("/actuator/health/" + probe));
    }
}
