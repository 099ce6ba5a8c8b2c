package dev.mops.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The actuator of a service, and its other paths: answers as it is told, and remembers what it was asked. */
final class FakeActuator implements AutoCloseable {

    private final HttpServer server;
    private final Map<String, Answer> answers = new HashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    FakeActuator() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        answer("GET deadletters", 200, "{\"total\":0,\"followers\":0,\"causes\":[],\"deadLetters\":[],\"bulks\":[]}");
        answer("GET failures", 200, "{\"switches\":[]}");
    }

    int port() {
        return server.getAddress().getPort();
    }

    /**
     * Tells it what to answer.
     *
     * @param request method and path, with or without its query; of what is below {@code /actuator/} the rest alone
     */
    void answer(String request, int status, String body) {
        answers.put(request, new Answer(status, body));
    }

    void refuse(String request, int status, String detail) {
        answer(request, status, """
                {"type":"about:blank","title":"Refused","status":%d,"detail":"%s"}""".formatted(status, detail));
    }

    /** What it was asked, but for the looks. */
    List<Request> acts() {
        return requests.stream()
                .filter(request -> !request.line().startsWith("GET"))
                .toList();
    }

    List<String> lines() {
        return requests.stream().map(Request::line).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod() + " ";
        String path = exchange.getRequestURI().getPath().replaceFirst("^/actuator/", "");
        String query = exchange.getRequestURI().getRawQuery();
        String line = method + path + (query == null ? "" : "?" + query);
        requests.add(new Request(
                line,
                exchange.getRequestHeaders().getFirst("X-Operator"),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        Answer nothing = new Answer(404, "");
        Answer answer = answers.getOrDefault(line, answers.getOrDefault(method + path, nothing));
        if (answer.status() == 204) {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
            return;
        }
        FakeService.answer(exchange, answer.status(), answer.body());
    }

    /** What was asked. */
    record Request(String line, @Nullable String operator, String body) {}

    private record Answer(int status, String body) {}
}
