package dev.mops.shipping;

import dev.mops.test.TestServers;
import org.springframework.boot.SpringApplication;

/** Starts the service from the IDE, with a PostgreSQL and a Kafka of its own, on its port. */
final class TestShippingServiceApplication {

    private TestShippingServiceApplication() {}

    public static void main(String[] args) {
        SpringApplication.from(ShippingServiceApplication::main)
                .with(TestServers.class)
                .run(args);
    }
}
