package dev.mops.reporting;

import dev.mops.test.TestServers;
import org.springframework.boot.SpringApplication;

/** Starts the service from the IDE, with a PostgreSQL and a Kafka of its own, on its port. */
final class TestReportingServiceApplication {

    private TestReportingServiceApplication() {}

    public static void main(String[] args) {
        SpringApplication.from(ReportingServiceApplication::main)
                .with(TestServers.class)
                .run(args);
    }
}
