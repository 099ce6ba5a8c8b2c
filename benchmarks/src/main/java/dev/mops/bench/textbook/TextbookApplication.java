package dev.mops.bench.textbook;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.scheduling.annotation.EnableScheduling;

/** One of the four services: which one, {@code textbook.role} says. Its settings are in {@code textbook.yaml}. */
@SpringBootApplication
@EnableConfigurationProperties(TextbookSettings.class)
@EnableScheduling
public class TextbookApplication {

    /** Starts the service. */
    public static void main(String[] args) {
        SpringApplication.run(TextbookApplication.class, args);
    }
}
