package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.test.RawConnection;
import dev.mops.test.RawConnection.Answer;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as scanners, broken clients and other protocols send them: each is answered with a problem document. */
class OddRequestsTest extends WebApplicationTest {

    private static final String POST = "POST /greetings HTTP/1.1\r\nHost: localhost\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";
    private static final String KEY = "Idempotency-Key: k\r\n";
    private static final String BODY = "{\"name\":\"Ada\"}";

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void an_odd_request_is_refused_with_a_problem_document(Refused request) throws IOException {
        Answer answer = answer(request.text());

        assertThat(answer.status()).as(answer.body()).isEqualTo(request.status());
        assertThat(answer.head()).contains("Content-Type: application/problem+json");
        assertThat(answer.body())
                .contains("\"status\":" + request.status(), "\"title\":\"", "\"detail\":\"")
                .doesNotContain("Exception", "org.apache", "tools.jackson");
        if (request.field() != null) {
            assertThat(answer.body())
                    .contains("\"errors\":[{\"field\":\"" + request.field() + "\",\"rule\":\"" + request.rule());
        }
    }

    static Stream<Refused> refused() {
        return Stream.of(
                // methods
                refused("TRACE", 405, get("TRACE", "/failure", "")),
                refused(
                        "a method that nobody knows",
                        405,
                        get("FOO", "/failure", ""),
                        "method",
                        "must be one of [GET]"),
                refused("a method in small letters", 405, get("get", "/failure", ""), "method", "must be one of [GET]"),
                refused(
                        "a method without end",
                        405,
                        get("X".repeat(5_000), "/failure", ""),
                        "method",
                        "must be one of [GET]"),
                refused("a method that is no word", 400, get("G@T", "/failure", "")),
                refused(
                        "a method that the path does not know",
                        405,
                        get("DELETE", "/failure", ""),
                        "method",
                        "must be one of [GET]"),
                // As RFC 9110 has it: what the server can't do at all is 501 or 505.
                refused("CONNECT", 501, get("CONNECT", "example.org:443", "")),
                refused("a version of HTTP that does not exist", 505, "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"),
                // paths
                refused("an unknown path", 404, get("GET", "/nowhere", "")),
                refused("options of an unknown path", 404, get("OPTIONS", "/nowhere", "")),
                refused("the error page itself", 404, get("GET", "/error", "")),
                refused("two slashes", 404, get("GET", "//", "")),
                refused("another host's path", 404, get("GET", "//example.org/failure", "")),
                refused("a NUL in the path", 400, get("GET", "/%00", "")),
                refused("an encoded slash", 400, get("GET", "/a%2fb", "")),
                refused("a percent sign", 400, get("GET", "/%", "")),
                refused("no UTF-8 in the path", 400, get("GET", "/%ff", "")),
                refused("a path above the root", 400, get("GET", "/../failure", "")),
                refused("a file above the root", 400, get("GET", "/swagger-ui/..%2f..%2fapplication.yaml", "")),
                refused("a backslash", 400, get("GET", "/\\", "")),
                refused("a quotation mark", 400, get("GET", "/\"", "")),
                refused("no path", 400, get("GET", "failure", "")),
                refused("a path of 9,000 characters", 400, get("GET", "/" + "a".repeat(9_000), "")),
                // queries
                refused("a query of 9,000 characters", 400, get("GET", "/failure?of=" + "a".repeat(9_000), "")),
                refused(
                        "no UTF-8 in the query",
                        400,
                        get("GET", "/failure?of=%ff", ""),
                        "query",
                        "must be percent-encoded UTF-8 and within the limit of parameters"),
                refused(
                        "a percent sign in the query",
                        400,
                        get("GET", "/failure?of=%", ""),
                        "query",
                        "must be percent-encoded UTF-8 and within the limit of parameters"),
                refused(
                        "1,001 parameters",
                        400,
                        get("GET", "/failure?" + "a&".repeat(1_001), ""),
                        "query",
                        "must be percent-encoded UTF-8 and within the limit of parameters"),
                refused("a parameter twice", 400, get("GET", "/failure?of=CODE&of=POOL", ""), "of"),
                refused("a parameter that is blank", 400, get("GET", "/failure?of=%20", ""), "of"),
                // headers
                refused("an unknown path and an Accept that is none", 404, get("GET", "/nowhere", "Accept: foo\r\n")),
                refused(
                        "an Accept that is none",
                        406,
                        post("Accept: foo\r\n" + JSON, BODY),
                        "Accept",
                        "must include application/json"),
                refused(
                        "a type that there is not",
                        406,
                        post("Accept: text/html\r\n" + JSON, BODY),
                        "Accept",
                        "must include application/json"),
                refused("a bad query and an Accept that is none", 400, get("GET", "/failure", "Accept: foo\r\n"), "of"),
                refused(
                        "a header of 9,000 characters",
                        400,
                        get("GET", "/failure", "A: " + "a".repeat(9_000) + "\r\n")),
                refused("101 headers", 400, get("GET", "/failure", headers(101))),
                refused("100,000 headers", 400, get("GET", "/failure", headers(100_000))),
                refused("201 cookies", 400, get("GET", "/failure", "Cookie: " + "a=b;".repeat(201) + "\r\n")),
                refused("a blank in a header's name", 400, get("GET", "/failure", "A B: c\r\n")),
                refused("a header without a name", 400, get("GET", "/failure", ": c\r\n")),
                refused("a NUL in a header", 400, get("GET", "/failure", "A: b\0\r\n")),
                refused("two hosts", 400, get("GET", "/failure", "Host: example.org\r\n")),
                refused("no host", 400, "GET /failure HTTP/1.1\r\n\r\n"),
                refused(
                        "a range that does not exist",
                        416,
                        get("GET", "/swagger-ui/index.html", "Range: bytes=5-1\r\n")),
                refused("an idempotency key twice", 400, post(KEY + KEY + JSON, BODY), "Idempotency-Key"),
                refused("an expectation that nobody knows", 417, post("Expect: much\r\n" + JSON, BODY)),
                // content types
                refused("no content type", 415, post("", BODY), "Content-Type", "must be application/json"),
                refused(
                        "a content type that is none",
                        415,
                        post("Content-Type: foo\r\n", BODY),
                        "Content-Type",
                        "must be application/json"),
                refused(
                        "a form",
                        415,
                        post("Content-Type: application/x-www-form-urlencoded\r\n", "name=Ada"),
                        "Content-Type",
                        "must be application/json"),
                refused(
                        "a form put",
                        405,
                        put("Content-Type: application/x-www-form-urlencoded\r\n", "name=Ada"),
                        "method",
                        "must be one of [POST]"),
                refused(
                        "a form in parts",
                        415,
                        post(
                                "Content-Type: multipart/form-data;boundary=b\r\n",
                                "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAda\r\n--b--\r\n"),
                        "Content-Type",
                        "must be application/json"),
                refused(
                        "a form in parts that breaks off",
                        415,
                        post("Content-Type: multipart/form-data\r\n", "--b"),
                        "Content-Type",
                        "must be application/json"),
                refused(
                        "a charset that does not exist",
                        415,
                        post("Content-Type: application/json;charset=x\r\n", BODY),
                        "Content-Type",
                        "must be application/json"),
                // bodies
                refused("no body", 400, post(JSON, ""), "body"),
                refused("a compressed body", 400, post(JSON + "Content-Encoding: gzip\r\n", "\u001f\u008b\b"), "body"),
                refused("UTF-16 that is none", 400, post(JSON, "\u00fe\u00ff\u00d8\0"), "body"),
                refused("60,000 brackets", 400, post(JSON, "[".repeat(60_000)), "body"),
                refused("10,000 objects in each other", 400, post(JSON, "{\"name\":".repeat(7_000)), "name"),
                refused("a name of 60,000 characters", 400, post(JSON, "{\"" + "a".repeat(60_000) + "\":1}"), "body"),
                refused("two lengths", 400, post(JSON + "Content-Length: 3\r\n", BODY)),
                refused("a length below 0", 400, POST + JSON + "Content-Length: -1\r\n\r\n"),
                refused("a length that is no number", 400, POST + JSON + "Content-Length: x\r\n\r\n"),
                refused("a length of 20 digits", 400, POST + JSON + "Content-Length: " + "9".repeat(20) + "\r\n\r\n"),
                refused("an encoding that nobody knows", 501, POST + JSON + "Transfer-Encoding: gzip\r\n\r\n"),
                refused("chunks that are none", 400, POST + JSON + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n", "body"),
                // other protocols
                refused("TLS", 400, "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003"),
                refused("a word", 400, "hello\r\n\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "OPTIONS /greetings HTTP/1.1\r\nHost: localhost\r\n\r\n",
                // Upgrades that there are not are ignored.
                "GET /v3/api-docs HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
                "GET /v3/api-docs HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
                // Of whom the request came is not the service's affair.
                "GET /v3/api-docs HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Port: x\r\nX-Forwarded-Host: a b\r\nForwarded: ;\r\ntraceparent: x\r\n\r\n",
                "GET /v3/api-docs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx",
                "GET /v3/api-docs HTTP/1.1\r\nHost: localhost\r\nAccept-Language: x-\r\nIf-Modified-Since: x\r\n\r\n",
            })
    void an_odd_request_that_is_none_the_less_clear_is_answered(String request) throws IOException {
        assertThat(answer(request).status()).isEqualTo(200);
    }

    private Answer answer(String request) throws IOException {
        try (RawConnection client = rawConnection()) {
            try {
                client.send(request);
            } catch (IOException e) {
                // Refused before all was sent; the answer is there.
                assertThat(request).hasSizeGreaterThan(100_000);
            }
            return client.answer();
        }
    }

    private static String headers(int count) {
        return IntStream.range(0, count).mapToObj(n -> "H" + n + ": h\r\n").collect(Collectors.joining());
    }

    private static String get(String method, String path, String headers) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    }

    private static String post(String headers, String body) {
        return POST + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String put(String headers, String body) {
        return post(headers, body).replace("POST", "PUT");
    }

    private static Refused refused(String name, int status, String text) {
        return new Refused(name, status, text, null, "");
    }

    private static Refused refused(String name, int status, String text, String field) {
        return refused(name, status, text, field, "");
    }

    private static Refused refused(String name, int status, String text, String field, String rule) {
        return new Refused(name, status, text, field, rule);
    }

    /** A request that is refused, with the field to blame where there is one, and the rule that it breaks. */
    record Refused(
            String name, int status, String text, @Nullable String field, String rule) {

        @Override
        public String toString() {
            return name;
        }
    }
}
