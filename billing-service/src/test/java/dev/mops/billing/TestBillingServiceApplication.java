package dev.mops.billing;

import dev.mops.local.EmbeddedServers;
import dev.mops.local.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;

/** Starts the billing service from the IDE, with a PostgreSQL and a Kafka of its own. */
final class TestBillingServiceApplication {

    private TestBillingServiceApplication() {}

    public static void main(String[] args) {
        PostgresServer postgres = EmbeddedServers.shared().postgres();
        postgres.createDatabase("billing");
        List<String> arguments = new ArrayList<>(List.of(args));
        arguments.add("--spring.datasource.url=" + postgres.jdbcUrl("billing"));
        arguments.add("--spring.kafka.bootstrap-servers="
                + EmbeddedServers.shared().kafka().bootstrapServers());
        SpringApplication.run(BillingServiceApplication.class, arguments.toArray(String[]::new));
    }
}
