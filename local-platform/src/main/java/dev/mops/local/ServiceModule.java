package dev.mops.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A service of the platform.
 *
 * @param name its folder, for example {@code order-service}
 * @param port where its HTTP is unless it is told otherwise
 */
record ServiceModule(String name, int port) {

    static final String SETTINGS = "src/main/resources/application.yaml";

    private static final Pattern PORT = Pattern.compile("(?m)^server:\\R  port: (\\d+)$");

    /** The services of a repository, in the order of its modules. */
    static List<ServiceModule> in(Path root) {
        return Build.services(root).stream()
                .map(name -> new ServiceModule(name, port(root.resolve(name).resolve(SETTINGS))))
                .toList();
    }

    /** The services of a line such as {@code order-service:8081,billing-service:8083}. */
    static List<ServiceModule> parse(String line) {
        return Stream.of(line.split(",", -1))
                .map(service -> service.split(":", 2))
                .map(parts -> new ServiceModule(parts[0], Integer.parseInt(parts[1])))
                .toList();
    }

    private static int port(Path settings) {
        try {
            Matcher port = PORT.matcher(Files.readString(settings));
            if (!port.find()) {
                throw new LocalPlatformException(settings + " states no server.port");
            }
            return Integer.parseInt(port.group(1));
        } catch (IOException e) {
            throw new LocalPlatformException("Can't read " + settings + ", which says the port of the service", e);
        }
    }
}
