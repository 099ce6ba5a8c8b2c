package dev.mops.shipping;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The shipping service. */
@SpringBootApplication
public class ShippingServiceApplication {

    /** Starts the service. */
    public static void main(String[] args) {
        SpringApplication.run(ShippingServiceApplication.class, args);
    }
}
