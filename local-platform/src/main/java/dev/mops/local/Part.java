package dev.mops.local;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A service or a server: what the commands that name one need of it. */
record Part(String name, Path log, BooleanSupplier isRunning, Runnable start, Runnable kill) {

    private static final List<String> SERVERS = List.of("kafka", "postgres");

    /**
     * By its name, that of a service also without its ending.
     *
     * @throws LocalPlatformException if there is none
     */
    static Part of(Platform platform, String name) {
        String full = SERVERS.contains(name)
                        || name.matches(".*-service(-\\d+)?")
                        || platform.instance(name).isPresent()
                ? name
                : name.replaceFirst("(-\\d+)?$", "-service$1");
        return switch (full) {
            case "kafka" -> {
                KafkaServer kafka = platform.kafka();
                yield new Part(full, kafka.log(), kafka::isRunning, kafka::start, kafka::kill);
            }
            case "postgres" -> {
                PostgresServer postgres = platform.postgres();
                yield new Part(full, postgres.log(), postgres::isRunning, postgres::start, postgres::kill);
            }
            default -> {
                ServiceProcess service = platform.instance(full)
                        .orElseThrow(() -> new LocalPlatformException("No service " + name + ": there are "
                                + String.join(", ", platform.services()) + ", kafka and postgres"));
                yield new Part(full, service.log(), service::isRunning, service::start, service::kill);
            }
        };
    }

    /** The first instance of each service, and the servers. */
    static List<Part> all(Platform platform) {
        return Stream.concat(platform.services().stream(), SERVERS.stream())
                .map(name -> of(platform, name))
                .toList();
    }

    boolean isServer() {
        return SERVERS.contains(name);
    }
}
