package dev.mops.messaging;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators do over HTTP. */
final class Operators {

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI actuator;

    private Operators(int port) {
        this.actuator = URI.create("http://localhost:" + port + "/actuator/");
    }

    /** Makes a service one whose operators have endpoints that they may write to. */
    static AccountService.Builder welcome(AccountService.Builder service) {
        return service.with("spring.main.web-application-type", "servlet")
                .with("server.port", 0)
                .with("management.endpoints.web.exposure.include", "deadletters,events,failures,health,metrics")
                .with("management.endpoint.health.show-details", "always")
                .with("mops.messaging.dead-letters-writable", true);
    }

    static Operators of(AccountService service) {
        return new Operators(Integer.parseInt(service.property("local.server.port")));
    }

    record Answer(int status, JsonNode body) {

        String detail() {
            return body.path("detail").asString("");
        }
    }

    Answer get(String path) {
        return send(HttpRequest.newBuilder(actuator.resolve(path)).GET());
    }

    Answer post(String path, String json) {
        return send(HttpRequest.newBuilder(actuator.resolve(path))
                .header("Content-Type", "application/json")
                .header("X-Operator", "alice")
                .POST(BodyPublishers.ofString(json)));
    }

    Answer postAnonymously(String path, String json) {
        return send(HttpRequest.newBuilder(actuator.resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    Answer delete(String path) {
        return send(HttpRequest.newBuilder(actuator.resolve(path)).DELETE());
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            var response = client.send(request.build(), BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body().isBlank() ? JSON.createObjectNode() : JSON.readTree(response.body()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
