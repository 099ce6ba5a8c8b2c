package dev.mops.local;

import java.util.Arrays;
import java.util.List;

/**
 * The ports of a platform, all on the loopback address.
 *
 * @param services HTTP of the services, in their order; empty where each takes that of its own settings
 * @param postgres PostgreSQL
 * @param kafka Kafka
 */
public record Ports(List<Integer> services, int postgres, int kafka) {

    private static final int MOST_SERVICES = 30;

    /** The fixed ports of the demo. */
    public static Ports demo() {
        return new Ports(List.of(), 15432, 19092);
    }

    /** Free ports, for tests beside a running demo. */
    public static Ports free() {
        List<Integer> ports =
                Arrays.stream(FreePorts.find(2 + MOST_SERVICES)).boxed().toList();
        return new Ports(ports.subList(2, ports.size()), ports.get(0), ports.get(1));
    }

    /** The port of the service with this place in their order. */
    int of(int place, ServiceModule service) {
        return services.isEmpty() ? service.port() : services.get(place);
    }
}
