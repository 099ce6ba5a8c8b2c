package dev.mops.shipping;

import org.springframework.boot.SpringApplication;

/** Starts the service from the IDE, with a PostgreSQL and a Kafka of its own, on its port. */
final class TestShippingServiceApplication {

    private TestShippingServiceApplication() {}

    public static void main(String[] args) {
        SpringApplication.run(
                ShippingServiceApplication.class,
                TestServers.settings("shipping").entrySet().stream()
                        .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                        .toArray(String[]::new));
    }
}
