package dev.mops.order;

import dev.mops.test.TestServers;
import org.springframework.boot.SpringApplication;

/** Starts the service from the IDE, with the demo's products and with a PostgreSQL and a Kafka of its own, on its port. */
final class TestOrderServiceApplication {

    private TestOrderServiceApplication() {}

    public static void main(String[] args) {
        SpringApplication.from(OrderServiceApplication::main)
                .with(TestServers.class)
                .withAdditionalProfiles("demo")
                .run(args);
    }
}
