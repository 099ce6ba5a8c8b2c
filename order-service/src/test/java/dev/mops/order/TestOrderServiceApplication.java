package dev.mops.order;

import org.springframework.boot.builder.SpringApplicationBuilder;

/** Starts the service from the IDE, with the demo's products and with a PostgreSQL and a Kafka of its own, on its port. */
final class TestOrderServiceApplication {

    private TestOrderServiceApplication() {}

    public static void main(String[] args) {
        new SpringApplicationBuilder(OrderServiceApplication.class)
                .profiles("demo")
                .run(TestServers.arguments(TestServers.settings("orders")));
    }
}
