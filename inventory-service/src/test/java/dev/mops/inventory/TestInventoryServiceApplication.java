package dev.mops.inventory;

import org.springframework.boot.builder.SpringApplicationBuilder;

/** Starts the service from the IDE, with the demo's stock and with a PostgreSQL and a Kafka of its own, on its port. */
final class TestInventoryServiceApplication {

    private TestInventoryServiceApplication() {}

    public static void main(String[] args) {
        new SpringApplicationBuilder(InventoryServiceApplication.class)
                .profiles("demo")
                .run(TestServers.arguments(TestServers.settings("inventory")));
    }
}
