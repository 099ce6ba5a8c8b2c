package dev.mops.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Takes the place of the four services: a jar that unpacks itself, trains and answers as theirs do. */
final class FakeService {

    static final String FAILURE = "The fake service was told to fail.";

    static final String STARTED = "The fake service started.";

    /** What the root pom says of the services. */
    static final String MODULES = """
            <module>order-service</module>
            <module>inventory-service</module>
            <module>billing-service</module>
            <module>shipping-service</module>
            """;

    private static final String FAILS = "fails";

    private static final String INTERRUPTED = "interrupted";

    private FakeService() {}

    /** A repository whose four services are fakes, the same for all tests: what is prepared once stays so. */
    static Path repository() throws IOException {
        Path root = Path.of("target", "fakes").toAbsolutePath();
        declare(root);
        for (String service : Build.services(root)) {
            Path target = Files.createDirectories(root.resolve(service).resolve("target"));
            Manifest manifest = new Manifest();
            manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
            manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, FakeService.class.getName());
            try (JarOutputStream jar =
                    new JarOutputStream(Files.newOutputStream(target.resolve(service + ".jar")), manifest)) {
                String entry = FakeService.class.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(entry));
                try (var in = ClassLoader.getSystemResourceAsStream(entry)) {
                    if (in == null) {
                        throw new IOException("No class file: " + entry);
                    }
                    in.transferTo(jar);
                }
            }
            Files.deleteIfExists(failing(root, service));
        }
        return root;
    }

    /** Writes what says which services there are, and on which ports. */
    static void declare(Path root) throws IOException {
        Files.createDirectories(root);
        Files.writeString(root.resolve("pom.xml"), MODULES);
        int port = 8081;
        for (String service : Build.services(root)) {
            Path settings = root.resolve(service).resolve(ServiceModule.SETTINGS);
            Files.createDirectories(settings.resolveSibling("."));
            Files.writeString(settings, "server:\n  port: " + port++ + "\n");
        }
    }

    /** As long as this file exists, the service fails when it starts. */
    static Path failing(Path root, String service) {
        return root.resolve(service).resolve("target").resolve(FAILS);
    }

    /** As long as this file exists, the service's training ends as by Ctrl-C. */
    static Path interrupted(Path root, String service) {
        return root.resolve(service).resolve("target").resolve(INTERRUPTED);
    }

    /** Unpacks itself, trains, or serves, as a Spring Boot jar would. */
    public static void main(String[] args) throws IOException {
        if ("tools".equals(System.getProperty("jarmode"))) {
            Path jar = Path.of(System.getProperty("java.class.path"));
            Path destination = Files.createDirectories(Path.of(args[2]));
            Files.copy(jar, destination.resolve(String.valueOf(jar.getFileName())));
            return;
        }
        Path app = Path.of(System.getProperty("java.class.path")).toAbsolutePath();
        if ("onRefresh".equals(System.getProperty("spring.context.exit"))) {
            if (Files.exists(app.resolve("..", "..", INTERRUPTED).normalize())) {
                System.exit(130);
            }
            return;
        }
        if (Files.exists(app.resolve("..", "..", FAILS).normalize())) {
            System.out.println("***************************\nAPPLICATION FAILED TO START\n\nDescription:\n\n" + FAILURE
                    + "\n\nAction:\n\nTell it otherwise.\n");
            System.exit(1);
        }
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(args)), 0);
        server.createContext("/actuator/health/readiness", exchange -> answer(exchange, 200, "{\"status\":\"UP\"}"));
        server.createContext("/actuator/deadletters", exchange -> answer(exchange, 200, "{\"deadLetters\":[]}"));
        orders(server);
        server.start();
        System.out.println(STARTED);
    }

    /** One product; every order is shipped when it is asked for the third time. */
    static void orders(HttpServer server) {
        AtomicInteger asked = new AtomicInteger();
        server.createContext("/products", exchange -> answer(exchange, 200, "[{\"sku\":\"SKU-1\"}]"));
        server.createContext("/orders", exchange -> {
            if (exchange.getRequestMethod().equals("POST")) {
                answer(exchange, 202, "{\"orderId\":\"4711\",\"status\":\"PLACED\"}");
                return;
            }
            String status = asked.incrementAndGet() % 3 == 0 ? "SHIPPED" : "PLACED";
            answer(exchange, 200, """
                    {"orderId":"4711","status":"%s","timeline":[
                      {"eventId":"1","type":"order.created","at":"2026-01-01T12:00:00Z","source":"/order-service"},
                      {"eventId":"2","type":"order.shipped","at":"2026-01-01T12:00:00.042Z","source":"/shipping-service"}]}
                    """.formatted(status));
        });
    }

    private static int port(String[] args) {
        for (String arg : args) {
            if (arg.startsWith("--server.port=")) {
                return Integer.parseInt(arg.substring("--server.port=".length()));
            }
        }
        throw new IllegalArgumentException("No port");
    }

    static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
