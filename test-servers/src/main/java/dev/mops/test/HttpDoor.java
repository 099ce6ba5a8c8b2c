package dev.mops.test;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.mops.test.RawConnection.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntPredicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The HTTP door of a service under test. Sends to each endpoint of its OpenAPI description what no endpoint of any service
 * takes, and looks for answers that are not a problem document with the right status.
 */
public final class HttpDoor {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String ANY_ID = "00000000-0000-7000-8000-000000000000";
    private static final int TOO_LARGE = 64 * 1024 + 1;
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    /** All that is wrong with a request before its meaning. */
    private static final List<Kind> KINDS = List.of(
            new Kind("a method that nobody knows", 405, door -> door.request("FOO", "", "")),
            new Kind("TRACE", 405, door -> door.request("TRACE", "", "")),
            new Kind("a method that the path does not know", 405, door -> door.request("PATCH", "", "")),
            new Kind("a path below", 404, door -> door.request("/no/such/thing", "")),
            new Kind("a slash at the end", 404, door -> door.request("/", "")),
            new Kind("an encoded slash", 400, door -> door.request("%2f", "")),
            new Kind("a NUL in the path", 400, door -> door.request("%00", "")),
            new Kind("no UTF-8 in the path", 400, door -> door.request("%ff", "")),
            new Kind("a path of 9,000 characters", 400, door -> door.request("a".repeat(9_000), "")),
            new Kind("no UTF-8 in the query", 400, door -> door.request("?a=%ff", "")),
            new Kind("a parameter twice", 400, door -> door.request("?a=1&a=2", "")),
            new Kind("1,001 parameters", 400, door -> door.request("?" + "a&".repeat(1_001), "")),
            new Kind("a header of 9,000 characters", 400, door -> door.request("", "A: " + "a".repeat(9_000) + "\r\n")),
            new Kind("101 headers", 400, door -> door.request("", "A: a\r\n".repeat(101))),
            new Kind("a NUL in a header", 400, door -> door.request("", "A: \0\r\n")),
            new Kind("an idempotency key twice", 400, door -> door.request("", "Idempotency-Key: k\r\n".repeat(2))),
            new Kind("a second host", 400, door -> door.request("", "Host: example.org\r\n")),
            new Kind("an expectation that nobody knows", 417, door -> door.request("", "Expect: much\r\n")),
            new Kind("a length below 0", 400, door -> door.request("", "Content-Length: -1\r\n")),
            new Kind("a body that is announced far too large", 413, door -> door.request("", length(100_000_000))),
            new Kind(
                    "a body that is too large",
                    413,
                    door -> door.request("", length(TOO_LARGE)) + " ".repeat(TOO_LARGE)),
            new Kind(
                    "chunks that are too large",
                    413,
                    door -> door.request("", CHUNKED) + Integer.toHexString(TOO_LARGE) + "\r\n" + " ".repeat(TOO_LARGE)
                            + "\r\n0\r\n\r\n"),
            new Kind("chunks that are none", 400, door -> door.request("", CHUNKED) + "no chunk\r\n"),
            new Kind("an Accept that is none", door -> door.request("", "Accept: foo\r\n")),
            new Kind("a media type that there is not", door -> door.request("", "Accept: model/obj\r\n")));

    private final int port;

    /** The door of the service at a port of this machine. */
    public HttpDoor(int port) {
        this.port = port;
    }

    /** What was answered wrongly, each with endpoint and request; none where all is well. */
    public List<String> wrongAnswers() {
        List<String> wrong = new ArrayList<>();
        List<Endpoint> endpoints = endpoints();
        if (endpoints.isEmpty()) {
            wrong.add("The description names no endpoint");
        }
        for (Endpoint endpoint : endpoints) {
            for (Kind kind : KINDS) {
                Answer answer = send(kind.request().apply(endpoint).getBytes(ISO_8859_1));
                if (!isProblem(answer) || !kind.status().test(answer.status())) {
                    wrong.add(endpoint + ", " + kind.name() + ": " + answer);
                }
            }
        }
        return wrong;
    }

    /** The bytes of a POST request, its body with its length or in chunks. */
    public static byte[] post(String path, OddHeaders headers, byte[] body, boolean chunked) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        String end = (chunked ? CHUNKED : length(body.length)) + "\r\n";
        request.writeBytes(
                ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers.text() + end).getBytes(ISO_8859_1));
        if (chunked && body.length > 0) {
            request.writeBytes((Integer.toHexString(body.length) + "\r\n").getBytes(ISO_8859_1));
        }
        request.writeBytes(body);
        if (chunked) {
            request.writeBytes(((body.length > 0 ? "\r\n" : "") + "0\r\n\r\n").getBytes(ISO_8859_1));
        }
        return request.toByteArray();
    }

    /** Sends a request on a connection of its own. */
    public Answer send(byte[] request) {
        try (RawConnection connection = new RawConnection(port)) {
            return connection.send(request).answer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether an answer is a problem document for a mistake of the client. */
    public static boolean isProblem(Answer answer) {
        if (answer.status() < 400
                || answer.status() > 499
                || !answer.head().contains("\r\nContent-Type: application/problem+json\r\n")) {
            return false;
        }
        try {
            JsonNode problem = JSON.readTree(answer.body());
            return problem.path("status").asInt() == answer.status()
                    && problem.path("title").isString()
                    && problem.path("detail").isString()
                    && problem.path("errors")
                            .valueStream()
                            .allMatch(error -> error.path("field").isString()
                                    && error.path("rule").isString());
        } catch (JacksonException notJson) {
            return false;
        }
    }

    private List<Endpoint> endpoints() {
        Answer description = send("GET /v3/api-docs HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
        List<Endpoint> endpoints = new ArrayList<>();
        JSON.readTree(description.body())
                .path("paths")
                .forEachEntry((path, operations) -> operations.propertyNames().stream()
                        .map(method -> new Endpoint(method.toUpperCase(Locale.ROOT), path))
                        .forEach(endpoints::add));
        return endpoints;
    }

    private static String length(int length) {
        return "Content-Length: " + length + "\r\n";
    }

    private record Endpoint(String method, String path) {

        String request(String afterPath, String headers) {
            return request(method, afterPath, headers);
        }

        String request(String other, String afterPath, String headers) {
            return other + " " + path.replaceAll("\\{\\w+}", ANY_ID) + afterPath + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\n" + headers + "\r\n";
        }
    }

    private record Kind(String name, IntPredicate status, Function<Endpoint, String> request) {

        Kind(String name, int status, Function<Endpoint, String> request) {
            this(name, answered -> answered == status, request);
        }

        /** Where it depends on the endpoint what is wrong first. */
        Kind(String name, Function<Endpoint, String> request) {
            this(name, _ -> true, request);
        }
    }
}
