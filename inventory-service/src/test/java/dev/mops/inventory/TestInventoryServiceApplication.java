package dev.mops.inventory;

import dev.mops.test.TestServers;
import org.springframework.boot.SpringApplication;

/** Starts the service from the IDE, with the demo's stock and with a PostgreSQL and a Kafka of its own, on its port. */
final class TestInventoryServiceApplication {

    private TestInventoryServiceApplication() {}

    public static void main(String[] args) {
        SpringApplication.from(InventoryServiceApplication::main)
                .with(TestServers.class)
                .withAdditionalProfiles("demo")
                .run(args);
    }
}
