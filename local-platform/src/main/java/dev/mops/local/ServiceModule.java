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
 * @param folder where it lies, for example {@code order-service} or {@code examples/reporting-service}
 * @param port where its HTTP is unless it is told otherwise
 */
record ServiceModule(String folder, int port) {

    static final String SETTINGS = "src/main/resources/application.yaml";

    private static final Pattern PORT = Pattern.compile("(?m)^server:\\R  port: (\\d+)$");

    private static final Pattern NAME_AND_PORT = Pattern.compile("([a-z][a-z0-9-]*):(\\d{1,5})");

    /** The services of a repository, in the order of its modules. */
    static List<ServiceModule> in(Path root) {
        return modules(root, Build.services(root));
    }

    /** The services of a repository that are examples, and not part of the platform. */
    static List<ServiceModule> examplesIn(Path root) {
        return modules(root, Build.examples(root));
    }

    private static List<ServiceModule> modules(Path root, List<String> folders) {
        return folders.stream()
                .map(folder ->
                        new ServiceModule(folder, port(root.resolve(folder).resolve(SETTINGS))))
                .toList();
    }

    /** The last part of its folder. */
    String name() {
        return folder.substring(folder.lastIndexOf('/') + 1);
    }

    /** The services of a line such as {@code order-service:8081,billing-service:8083}, as a container of mops is given it. */
    static List<ServiceModule> parse(String line) {
        return Stream.of(line.split(",", -1))
                .map(service -> {
                    Matcher parts = NAME_AND_PORT.matcher(service);
                    if (!parts.matches()) {
                        throw new LocalPlatformException(
                                "MOPS_SERVICES names services with their ports, such as order-service:8081,billing-service:8083;"
                                        + " '" + service + "' is none");
                    }
                    return new ServiceModule(parts.group(1), Integer.parseInt(parts.group(2)));
                })
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
