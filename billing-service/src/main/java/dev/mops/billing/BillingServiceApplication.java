package dev.mops.billing;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The billing service. */
@SpringBootApplication
public class BillingServiceApplication {

    /** Starts the service. */
    public static void main(String[] args) {
        SpringApplication.run(BillingServiceApplication.class, args);
    }
}
