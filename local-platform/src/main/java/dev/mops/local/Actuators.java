package dev.mops.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** The doors of the services, above all those for who operates them. What a service refuses is an exception with the service's own words. */
final class Actuators {

    /** Gives a payload back as it came: a number keeps its digits, and a name that stands twice is no JSON here. */
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
    private static final int LONGEST_ANSWER = 200;

    private final Map<String, URI> services;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    Actuators(Map<String, URI> services) {
        this.services = services;
    }

    /** The full names of those that were named, {@code billing} for {@code billing-service}; of none, all services. */
    List<String> named(List<String> names) {
        return names.isEmpty()
                ? List.copyOf(services.keySet())
                : names.stream().map(this::named).distinct().toList();
    }

    /** The full name of a service. */
    String named(String name) {
        String full = name.endsWith("-service") ? name : name + "-service";
        if (!services.containsKey(full)) {
            throw new LocalPlatformException(
                    "No service " + name + ": there are " + String.join(", ", services.keySet()));
        }
        return full;
    }

    JsonNode get(String service, String path) {
        return send(service, path, HttpRequest.newBuilder().GET());
    }

    /** What a service shows under a path of all its paths; a missing node where it says that it is not there. */
    JsonNode find(String service, String path) {
        URI address = URI.create(services.get(service) + path);
        HttpResponse<String> response =
                answer(service, address, HttpRequest.newBuilder().GET());
        return response.statusCode() == 404 || response.statusCode() == 409
                ? JSON.missingNode()
                : accepted(address, response);
    }

    JsonNode post(String service, String path, Map<String, ?> body, @Nullable String operator) {
        HttpRequest.Builder request = HttpRequest.newBuilder()
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
        if (operator != null) {
            request.header("X-Operator", operator);
        }
        return send(service, path, request);
    }

    void delete(String service, String path) {
        send(service, path, HttpRequest.newBuilder().DELETE());
    }

    private JsonNode send(String service, String path, HttpRequest.Builder request) {
        URI address = URI.create(services.get(service) + "/actuator/" + path);
        return accepted(address, answer(service, address, request));
    }

    private HttpResponse<String> answer(String service, URI address, HttpRequest.Builder request) {
        try {
            return http.send(
                    request.uri(address).timeout(REQUEST_TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new LocalPlatformException(
                    services.get(service) + " does not answer: ./mops status shows what is down", e);
        } catch (InterruptedException e) {
            throw OsProcess.interrupted();
        }
    }

    private static JsonNode accepted(URI address, HttpResponse<String> response) {
        JsonNode answer = read(response.body());
        if (response.statusCode() / 100 != 2) {
            throw new LocalPlatformException(refusal(address, response, answer));
        }
        return answer;
    }

    private static JsonNode read(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            return JSON.missingNode();
        }
    }

    /** The detail of the problem document, else what there is. */
    private static String refusal(URI address, HttpResponse<String> response, JsonNode problem) {
        String detail = problem.path("detail").asString("");
        if (!detail.isBlank()) {
            return Lines.printable(detail);
        }
        String body = response.body();
        return address + " answered " + response.statusCode()
                + (body.isBlank()
                        ? ""
                        : ": " + Lines.printable(body.substring(0, Math.min(body.length(), LONGEST_ANSWER))));
    }
}
