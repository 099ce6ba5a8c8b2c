package dev.mops.system.chaos;

import dev.mops.local.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looks at dead letters, acts on them, and asks for failures: over HTTP. */
final class Operator {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int PAGE = 200;

    private final Platform platform;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    Operator(Platform platform) {
        this.platform = platform;
    }

    /** A dead letter of a service. */
    record DeadLetter(String service, long id, String type, int replays, long version) {}

    /** The dead letters of a service, the first of them. */
    List<DeadLetter> deadLetters(String service) {
        HttpResponse<String> answer = send("GET", service, "/actuator/deadletters?size=" + PAGE, null);
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(service + " does not list its dead letters: " + answer.body());
        }
        JsonNode page = JSON.readTree(answer.body());
        List<DeadLetter> letters = new ArrayList<>();
        for (JsonNode letter : page.path("deadLetters")) {
            letters.add(new DeadLetter(
                    service,
                    letter.path("id").asLong(),
                    letter.path("type").asString(""),
                    letter.path("replays").asInt(),
                    letter.path("version").asLong()));
        }
        return letters;
    }

    /** The answer's status: 409 where the dead letter has moved meanwhile. */
    int act(DeadLetter letter, String action) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("action", action);
        body.put("reason", "chaos");
        body.put("version", letter.version());
        body.put("force", letter.replays() > 0);
        return send("POST", letter.service(), "/actuator/deadletters/" + letter.id(), body)
                .statusCode();
    }

    /** Replays all dead letters of a service, in the background. */
    int replayAll(String service) {
        return send(
                        "POST",
                        service,
                        "/actuator/deadletters",
                        Map.of("action", "replay", "reason", "chaos", "rate", 50, "force", true))
                .statusCode();
    }

    /** Asks for failures. */
    int fail(String service, String how, @Nullable String type, @Nullable String key, @Nullable Integer times) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("how", how);
        if (type != null) {
            body.put("type", type);
        }
        if (key != null) {
            body.put("key", key);
        }
        if (times != null) {
            body.put("times", times.toString());
        }
        return send("POST", service, "/actuator/failures", body).statusCode();
    }

    /** How many failures of a type are asked for, and have not struck yet. */
    int failuresLeft(String service, String type) {
        JsonNode answer =
                JSON.readTree(send("GET", service, "/actuator/failures", null).body());
        int left = 0;
        for (JsonNode asked : answer.path("switches")) {
            left += asked.path("type").asString("").equals(type)
                    ? asked.path("remaining").asInt()
                    : 0;
        }
        return left;
    }

    int clearFailures(String service) {
        return send("DELETE", service, "/actuator/failures", null).statusCode();
    }

    private HttpResponse<String> send(String method, String service, String path, @Nullable Object body) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(platform.service(service).url() + path))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .header("X-Operator", "chaos")
                .method(
                        method,
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 500) {
                throw new IllegalStateException(service + " answered " + answer.statusCode() + " to " + path);
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
