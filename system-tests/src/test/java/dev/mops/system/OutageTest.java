package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.KafkaServer;
import dev.mops.local.Platform;
import dev.mops.local.ServiceProcess;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The broker goes, services are killed, and no order is lost. The last of all, for it leaves services that are cold again. */
@SystemTest
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
    void orders_end_although_each_service_is_killed_once_on_the_way() {
        CompletableFuture<List<UUID>> orders = CompletableFuture.supplyAsync(
                () -> InParallel.each(Collections.nCopies(50, WISH), 2, shop::placeOrderWithPatience));
        int placedBefore = 0;
        for (String service : List.of("inventory-service", "billing-service", "shipping-service", "order-service")) {
            placedBefore += 10;
            int enough = placedBefore;
            Shop.eventually().until(() -> shop.placed().size() >= enough || orders.isDone());
            ServiceProcess process = platform.service(service);
            process.kill();
            process.launch();
        }
        platform.instances().forEach(ServiceProcess::awaitReady);

        assertThat(orders.join()).doesNotHaveDuplicates().hasSize(50).allSatisfy(order -> {
            shop.awaitStatus(order, "SHIPPED");
        });
    }
}
