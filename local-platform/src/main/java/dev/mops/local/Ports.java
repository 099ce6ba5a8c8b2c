package dev.mops.local;

/**
 * The six ports of a platform, all on the loopback address.
 *
 * @param order HTTP of the order service
 * @param inventory HTTP of the inventory service
 * @param billing HTTP of the billing service
 * @param shipping HTTP of the shipping service
 * @param postgres PostgreSQL
 * @param kafka Kafka
 */
public record Ports(int order, int inventory, int billing, int shipping, int postgres, int kafka) {

    /** The fixed ports of the demo. */
    public static Ports demo() {
        return new Ports(8081, 8082, 8083, 8084, 15432, 19092);
    }

    /** Free ports, for tests beside a running demo. */
    public static Ports free() {
        int[] ports = FreePorts.find(6);
        return new Ports(ports[0], ports[1], ports[2], ports[3], ports[4], ports[5]);
    }

    int of(String service) {
        return switch (service) {
            case "order-service" -> order;
            case "inventory-service" -> inventory;
            case "billing-service" -> billing;
            case "shipping-service" -> shipping;
            default -> throw new IllegalArgumentException("No service: " + service);
        };
    }
}
