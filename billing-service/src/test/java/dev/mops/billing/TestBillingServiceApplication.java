package dev.mops.billing;

import dev.mops.test.TestServers;
import org.springframework.boot.SpringApplication;

/** Starts the service from the IDE, with a PostgreSQL and a Kafka of its own, on its port. */
final class TestBillingServiceApplication {

    private TestBillingServiceApplication() {}

    public static void main(String[] args) {
        SpringApplication.from(BillingServiceApplication::main)
                .with(TestServers.class)
                .run(args);
    }
}
