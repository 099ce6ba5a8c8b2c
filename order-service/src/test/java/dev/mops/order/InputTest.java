package dev.mops.order;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.mops.test.HttpDoor;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

/** What nobody meant to send: it is refused with a problem document that names field and rule, and nothing is stored. */
class InputTest extends OrderServiceTest {

    private static final String ADDRESS = """
            {"name":"Ada","street":"S 1","city":"Berlin","postalCode":"10117","country":"DE"}""";
    private static final String CHANNEL_RULE = "must be 1 to 30 of a to z, 0 to 9 and -";
    private static final String LINES = """
            [{"sku":"LAPTOP-14","quantity":1}]""";

    private long stored;

    @BeforeEach
    void count() {
        stored = stored();
    }

    @AfterEach
    void nothing_is_stored() {
        assertThat(stored()).isEqualTo(stored);
    }

    private long stored() {
        Long rows = jdbc.queryForObject("""
                SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM order_line) + (SELECT count(*) FROM idempotency_key)
                     + (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_event_id_seq)
                """, Long.class);
        return rows == null ? -1 : rows;
    }

    @Test
    void whatever_no_endpoint_takes_is_refused_by_each() {
        assertThat(new HttpDoor(port()).wrongAnswers()).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("badTexts")
    void a_bad_text_is_refused_by_field_and_rule(String field, String value, String rule) {
        refused(post(orderWith(field, value)), HttpStatus.BAD_REQUEST, field, rule);
    }

    static Stream<Arguments> badTexts() {
        return Stream.of(
                        Map.entry("customerId", 100),
                        Map.entry("lines[0].sku", 64),
                        Map.entry("paymentToken", 200),
                        Map.entry("shippingAddress.name", 200),
                        Map.entry("shippingAddress.street", 200),
                        Map.entry("shippingAddress.city", 200),
                        Map.entry("shippingAddress.postalCode", 20))
                .flatMap(limit -> Stream.of(
                                Map.entry("", "must not be blank"),
                                Map.entry("null", "must not be blank"),
                                Map.entry("\"\"", "must not be blank"),
                                Map.entry("\" \"", "must not be blank"),
                                Map.entry(
                                        "\"" + "x".repeat(limit.getValue() + 1) + "\"",
                                        "size must be between 0 and " + limit.getValue()),
                                Map.entry("\"a\\u0000b\"", "must not contain control characters"),
                                Map.entry("\"a\\u0007b\"", "must not contain control characters"),
                                Map.entry("\"a\\nb\"", "must not contain control characters"),
                                Map.entry("\"a\\u0085b\"", "must not contain control characters"),
                                Map.entry("\"a\\ud800b\"", "must not contain control characters"),
                                Map.entry("5", "must be a text"),
                                Map.entry("1.5", "must be a text"),
                                Map.entry("true", "must be a text"),
                                Map.entry("{}", "must be a text"),
                                Map.entry("[\"a\"]", "must be a text"))
                        .map(bad -> arguments(limit.getKey(), bad.getKey(), bad.getValue())));
    }

    /** A good order, but for more lines of the address. */
    private static String address(String additionalLines) {
        return order(
                "\"c\"",
                LINES,
                "\"t\"",
                ADDRESS.replace(",\"city\"", ",\"additionalLines\":" + additionalLines + ",\"city\""));
    }

    private static String channel(String channel) {
        return order("\"c\"", LINES, "\"t\"", ADDRESS).replaceFirst("\\{", "{\"channel\":" + channel + ",");
    }

    /** A good order, but for one field; without it where the value is empty. */
    private static String orderWith(String field, String value) {
        String name = field.substring(field.lastIndexOf('.') + 1);
        String order = order("\"c\"", LINES, "\"t\"", ADDRESS);
        return order.replaceFirst(
                        "\"" + name + "\":\"[^\"]*\",?",
                        value.isEmpty() ? "" : Matcher.quoteReplacement("\"" + name + "\":" + value + ","))
                .replace(",}", "}");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badOrders")
    void a_bad_order_is_refused_by_field_and_rule(BadOrder bad) {
        refused(post(bad.body(), UUID.randomUUID().toString()), bad.status(), bad.field(), bad.rule());
    }

    static Stream<BadOrder> badOrders() {
        return Stream.of(
                // what is missing
                bad("an empty object", "{}", "customerId", "must not be blank"),
                bad("no lines", order("\"c\"", null, "\"t\"", ADDRESS), "lines", "must not be null"),
                bad("no address", order("\"c\"", LINES, "\"t\"", null), "shippingAddress", "must not be null"),
                bad(
                        "an empty address",
                        order("\"c\"", LINES, "\"t\"", "{}"),
                        "shippingAddress.city",
                        "must not be blank"),
                bad("no quantity", lines("{\"sku\":\"LAPTOP-14\"}"), "lines[0].quantity", "must be a whole number"),
                bad("quantity null", lines(line("null")), "lines[0].quantity", "must be a whole number"),
                bad("a line null", lines("null"), "lines[0]", "must not be null"),
                bad("empty lines", order("\"c\"", "[]", "\"t\"", ADDRESS), "lines", "size must be between 1 and 100"),
                // what is not known
                bad("an unknown field", """
                        {"customerId":"c","price":1}""", "price", "is not a known field"),
                bad(
                        "an unknown field of a line",
                        lines("{\"sku\":\"LAPTOP-14\",\"quantity\":1,\"unitPrice\":1}"),
                        "lines[0].unitPrice",
                        "is not a known field"),
                bad(
                        "an unknown field of the address",
                        order("\"c\"", LINES, "\"t\"", ADDRESS.replace("city", "town")),
                        "shippingAddress.town",
                        "is not a known field"),
                bad(
                        "an unknown SKU",
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        lines("{\"sku\":\"NO-SUCH\",\"quantity\":1}"),
                        "lines[0].sku",
                        "must be the SKU of a product"),
                // wrong types
                bad("a list", "[]", "body", "must be one JSON object"),
                bad("a text", "\"order\"", "body", "must be one JSON object"),
                bad("null", "null", "body", "must be JSON"),
                bad("lines an object", order("\"c\"", "{}", "\"t\"", ADDRESS), "lines", "must be a list"),
                bad("lines a text", order("\"c\"", "\"\"", "\"t\"", ADDRESS), "lines", "must be a list"),
                bad("a line a text", lines("\"LAPTOP-14\""), "lines[0]", "must be an object"),
                bad(
                        "the address a text",
                        order("\"c\"", LINES, "\"t\"", "\"Berlin\""),
                        "shippingAddress",
                        "must be an object"),
                bad("quantity a text", lines(line("\"1\"")), "lines[0].quantity", "must be a whole number"),
                bad("quantity an empty text", lines(line("\"\"")), "lines[0].quantity", "must be a whole number"),
                bad("quantity true", lines(line("true")), "lines[0].quantity", "must be a whole number"),
                bad("quantity a list", lines(line("[1]")), "lines[0].quantity", "must be a whole number"),
                // numbers
                bad("quantity fractional", lines(line("1.5")), "lines[0].quantity", "must be a whole number"),
                bad("quantity 2.0", lines(line("2.0")), "lines[0].quantity", "must be a whole number"),
                bad("quantity 1e2", lines(line("1e2")), "lines[0].quantity", "must be a whole number"),
                bad("quantity 0", lines(line("0")), "lines[0].quantity", "must be greater than or equal to 1"),
                bad("quantity negative", lines(line("-1")), "lines[0].quantity", "must be greater than or equal to 1"),
                bad("quantity 1001", lines(line("1001")), "lines[0].quantity", "must be less than or equal to 1000"),
                bad("quantity of ten digits", lines(line("9999999999")), "lines[0].quantity", "is out of range"),
                bad("quantity of 100 digits", lines(line("9".repeat(100))), "lines[0].quantity", "is out of range"),
                bad(
                        "quantity of 5000 digits",
                        lines(line("9".repeat(5_000))),
                        "lines[0]",
                        "must be JSON within its limits"),
                bad("quantity 1e999999", lines(line("1e999999")), "lines[0].quantity", "must be a whole number"),
                bad("quantity NaN", lines(line("NaN")), "lines[0]", "must be valid JSON"),
                // the country
                bad(
                        "a country in full",
                        order("\"c\"", LINES, "\"t\"", ADDRESS.replace("DE", "Germany")),
                        "shippingAddress.country",
                        "must be an ISO 3166-1 country code of two capital letters"),
                bad(
                        "a country in small letters",
                        order("\"c\"", LINES, "\"t\"", ADDRESS.replace("DE", "de")),
                        "shippingAddress.country",
                        "must be an ISO 3166-1 country code of two capital letters"),
                bad(
                        "no country",
                        order("\"c\"", LINES, "\"t\"", ADDRESS.replace(",\"country\":\"DE\"", "")),
                        "shippingAddress.country",
                        "must not be null"),
                // more lines of the address
                bad("the lines a text", address("\"a\""), "shippingAddress.additionalLines", "must be a list"),
                bad(
                        "a line that is null",
                        address("[null]"),
                        "shippingAddress.additionalLines[0]",
                        "must not be blank"),
                bad("a blank line", address("[\" \"]"), "shippingAddress.additionalLines[0]", "must not be blank"),
                bad("a line a number", address("[5]"), "shippingAddress.additionalLines[0]", "must be a text"),
                bad(
                        "a line with a control character",
                        address("[\"a\", \"b\\nc\"]"),
                        "shippingAddress.additionalLines[1]",
                        "must not contain control characters"),
                bad(
                        "a line too long",
                        address("[\"" + "x".repeat(201) + "\"]"),
                        "shippingAddress.additionalLines[0]",
                        "size must be between 0 and 200"),
                bad(
                        "three more lines",
                        address("[\"a\",\"b\",\"c\"]"),
                        "shippingAddress.additionalLines",
                        "size must be between 0 and 2"),
                bad(
                        "lines too long together",
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        address("[\"" + "x".repeat(100) + "\",\"" + "x".repeat(94) + "\"]"),
                        "shippingAddress.additionalLines",
                        "must not be longer than 200 characters together with the street"),
                // the channel
                bad("an empty channel", channel("\"\""), "channel", CHANNEL_RULE),
                bad("a channel in capitals", channel("\"WEB\""), "channel", CHANNEL_RULE),
                bad("a channel too long", channel("\"" + "x".repeat(31) + "\""), "channel", CHANNEL_RULE),
                bad("a channel a number", channel("5"), "channel", "must be a text"),
                // lines
                bad(
                        "the same SKU twice",
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        lines(line("1"), line("2")),
                        "lines[1].sku",
                        "must stand in one line only"),
                bad(
                        "101 lines",
                        order(
                                "\"c\"",
                                IntStream.range(0, 101)
                                        .mapToObj(n -> "{\"sku\":\"S-%d\",\"quantity\":1}".formatted(n))
                                        .collect(Collectors.joining(",", "[", "]")),
                                "\"t\"",
                                ADDRESS),
                        "lines",
                        "size must be between 1 and 100"),
                // no JSON
                bad("nothing", "", "body", "must be JSON"),
                bad("half an order", "{\"customerId\":\"c", "customerId", "must be valid JSON"),
                bad("two orders", lines(line("1")) + "{}", "body", "must be one JSON object"),
                bad("not JSON", "<order/>", "body", "must be valid JSON"),
                bad("a comment", "{/* hello */}", "body", "must be valid JSON"),
                bad("1001 brackets", "[".repeat(1_001), "body", "must be"),
                bad(
                        "1001 brackets in a field",
                        order("\"c\"", "[".repeat(1_001), "\"t\"", ADDRESS),
                        "lines[0]",
                        "must be an object"),
                bad(
                        "a doubled field",
                        "{\"customerId\":\"a\",\"customerId\":\"b\"}",
                        "body",
                        "must be valid JSON without doubled fields"),
                bad(
                        "a doubled field of a line",
                        lines("{\"sku\":\"LAPTOP-14\",\"quantity\":1,\"quantity\":1}"),
                        "lines[0]",
                        "must be valid JSON without doubled fields, at line 1, column"),
                bad(
                        "a doubled field of the address",
                        order("\"c\"", LINES, "\"t\"", ADDRESS.replace("\"city\"", "\"name\"")),
                        "shippingAddress",
                        "must be valid JSON without doubled fields"),
                bad(
                        "a doubled field, once in other letters",
                        "{\"customerId\":\"a\",\"customer\\u0049d\":\"b\"}",
                        "body",
                        "must be valid JSON without doubled fields"),
                bad(
                        "a token without quotation marks",
                        order("\"c\"", LINES, "tok_approved", ADDRESS),
                        "body",
                        "must be valid JSON without doubled fields, at line 1"),
                bad(
                        "a field without end",
                        "{\"" + "x".repeat(40_000) + "\":1}",
                        "x".repeat(100) + "…",
                        "is not a known field"),
                bad("a field of half a character", "{\"\\ud800\":1}", "body", "must be"));
    }

    @Test
    void every_field_that_breaks_a_rule_is_named() {
        post("{\"lines\":[{\"quantity\":0}]}")
                .expectStatus()
                .isBadRequest()
                .expectBody()
                .jsonPath("$.errors[*].field")
                .isEqualTo(
                        List.of("customerId", "lines[0].quantity", "lines[0].sku", "paymentToken", "shippingAddress"));
    }

    @Test
    void bytes_that_are_no_text_are_refused() {
        refused(
                http.post()
                        .uri("/orders")
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'})
                        .exchange(),
                HttpStatus.BAD_REQUEST,
                "body",
                "must be");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "multipart/form-data;boundary=b",
                "application/octet-stream"
            })
    void another_content_type_is_refused(String type) {
        problem(
                http.post()
                        .uri("/orders")
                        .headers(headers -> headers.set("Content-Type", type))
                        .body(request("c", line("LAPTOP-14", 1)).getBytes(UTF_8))
                        .exchange(),
                HttpStatus.UNSUPPORTED_MEDIA_TYPE);
    }

    @Test
    void a_charset_that_does_not_exist_is_refused() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(raw("/orders"))
                            .header("Content-Type", "application/json;charset=no-such")
                            .POST(BodyPublishers.ofString(request("c", line("1"))))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(415);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void a_blank_idempotency_key_is_refused(String key) {
        refused(
                post(request("c", line("LAPTOP-14", 1)), key),
                HttpStatus.BAD_REQUEST,
                "Idempotency-Key",
                "size must be between 1 and 200");
    }

    @Test
    void an_over_long_idempotency_key_is_refused() {
        refused(
                post(request("c", line("LAPTOP-14", 1)), "k".repeat(201)),
                HttpStatus.BAD_REQUEST,
                "Idempotency-Key",
                "size must be between 1 and 200");
    }

    @Test
    void an_unknown_order_is_not_found() {
        UUID unknown = UUID.randomUUID();
        problem(http.get().uri("/orders/" + unknown).exchange(), HttpStatus.NOT_FOUND);
        problem(http.post().uri("/orders/" + unknown + "/cancellation").exchange(), HttpStatus.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "1-1-1-1-1",
                "%20",
                "no-uuid",
                "00000000-0000-0000-0000-00000000000g",
                "a%20b",
                "%F0%9F%92%A9"
            })
    void an_order_id_that_is_no_uuid_is_refused(String id) {
        refused(http.get().uri(raw("/orders/" + id)).exchange(), HttpStatus.BAD_REQUEST, "orderId", "must be a UUID");
        refused(
                http.post().uri(raw("/orders/" + id + "/cancellation")).exchange(),
                HttpStatus.BAD_REQUEST,
                "orderId",
                "must be a UUID");
    }

    @Test
    void an_address_that_the_server_does_not_understand_is_refused() {
        problem(http.get().uri(raw("/orders/%00")).exchange(), HttpStatus.BAD_REQUEST);
        problem(http.get().uri(raw("/orders/a%2Fb")).exchange(), HttpStatus.BAD_REQUEST);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badQueries")
    void a_bad_query_is_refused_by_field_and_rule(String query, String field, String rule) {
        refused(http.get().uri(raw("/orders?" + query)).exchange(), HttpStatus.BAD_REQUEST, field, rule);
    }

    static Stream<Arguments> badQueries() {
        return Stream.of(
                arguments("page=1000000000", "page", "must be less than or equal to 1000"),
                arguments("page=99999999999", "page", "must be a whole number"),
                arguments("page=-1", "page", "must be greater than or equal to 0"),
                arguments("page=1&page=2", "page", "must be given once"),
                arguments("page=one", "page", "must be a whole number"),
                arguments("page=1.0", "page", "must be a whole number"),
                arguments("size=0", "size", "must be greater than or equal to 1"),
                arguments("size=101", "size", "must be less than or equal to 100"),
                arguments("status=LOST", "status", "must be one of [PLACED, RESERVED,"),
                arguments("status=shipped", "status", "must be one of [PLACED, RESERVED,"),
                arguments("customerId=a%00", "customerId", "must not contain control characters"),
                arguments("customerId=" + "c".repeat(101), "customerId", "size must be between 0 and 100"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/order", "/orders/a/b", "/orders/", "/products/LAPTOP-14", "/index.html", "/.env"})
    void an_unknown_path_is_not_found(String path) {
        problem(http.get().uri(path).exchange(), HttpStatus.NOT_FOUND);
    }

    @Test
    void another_method_is_not_allowed() {
        UUID id = UUID.randomUUID();
        for (HttpMethod method : new HttpMethod[] {HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.PATCH}) {
            problem(http.method(method).uri("/orders").exchange(), HttpStatus.METHOD_NOT_ALLOWED);
            problem(http.method(method).uri("/orders/" + id).exchange(), HttpStatus.METHOD_NOT_ALLOWED);
        }
        problem(http.get().uri("/orders/" + id + "/cancellation").exchange(), HttpStatus.METHOD_NOT_ALLOWED);
        problem(http.post().uri("/products").exchange(), HttpStatus.METHOD_NOT_ALLOWED);
    }

    @Test
    void the_answer_to_a_client_that_wants_no_json_is_still_a_problem_document() {
        problem(http.get().uri("/orders/no-uuid").accept(MediaType.TEXT_HTML).exchange(), HttpStatus.BAD_REQUEST);
        problem(http.get().uri("/orders").accept(MediaType.APPLICATION_XML).exchange(), HttpStatus.NOT_ACCEPTABLE);
    }

    @Test
    void the_rules_are_in_one_language() {
        refused(
                http.get().uri("/orders?size=0").header("Accept-Language", "de").exchange(),
                HttpStatus.BAD_REQUEST,
                "size",
                "must be greater than or equal to 1");
    }

    @Test
    void an_order_in_a_text_that_is_no_utf_8_but_says_so_is_taken_as_it_is_meant() {
        String order = order("\"Zo\u00e9\"", LINES, "\"t\"", ADDRESS.replace("10117", ""));
        for (Charset charset : List.of(UTF_8, UTF_16, UTF_16LE, ISO_8859_1)) {
            refused(
                    http.post()
                            .uri("/orders")
                            .contentType(new MediaType(MediaType.APPLICATION_JSON, charset))
                            .body(order.getBytes(charset))
                            .exchange(),
                    HttpStatus.BAD_REQUEST,
                    "shippingAddress.postalCode",
                    "must not be blank");
        }
    }

    private void refused(RestTestClient.ResponseSpec answer, HttpStatus status, String field, String rule) {
        problem(answer, status)
                .jsonPath("$.errors[0].field")
                .isEqualTo(field)
                .jsonPath("$.errors[0].rule")
                .value(String.class, text -> assertThat(text).startsWith(rule));
    }

    private static RestTestClient.BodyContentSpec problem(RestTestClient.ResponseSpec answer, HttpStatus status) {
        return answer.expectStatus()
                .isEqualTo(status)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo(status.value())
                .jsonPath("$.title")
                .exists()
                .jsonPath("$.detail")
                .exists();
    }

    private static BadOrder bad(String name, String body, String field, String rule) {
        return bad(name, HttpStatus.BAD_REQUEST, body, field, rule);
    }

    private static BadOrder bad(String name, HttpStatus status, String body, String field, String rule) {
        return new BadOrder(name, status, body, field, rule);
    }

    /** An order of these parts, each as JSON; null leaves a part out. */
    private static String order(
            @Nullable String customer, @Nullable String lines, @Nullable String token, @Nullable String address) {
        return Stream.of(
                        part("customerId", customer),
                        part("lines", lines),
                        part("paymentToken", token),
                        part("shippingAddress", address))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String part(String name, @Nullable String json) {
        return json == null ? "" : "\"" + name + "\":" + json;
    }

    private static String lines(String... lines) {
        return order("\"c\"", "[" + String.join(",", lines) + "]", "\"t\"", ADDRESS);
    }

    private static String line(String quantity) {
        return "{\"sku\":\"LAPTOP-14\",\"quantity\":" + quantity + "}";
    }

    record BadOrder(String name, HttpStatus status, String body, String field, String rule) {

        @Override
        public String toString() {
            return name;
        }
    }
}
