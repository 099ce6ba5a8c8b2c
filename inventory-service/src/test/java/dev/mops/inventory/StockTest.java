package dev.mops.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.test.HttpDoor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

class StockTest extends InventoryServiceTest {

    private final String key = UUID.randomUUID().toString();

    @Test
    void stock_is_listed_by_product() {
        http.get()
                .uri("/stock")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$[?(@.sku == 'DESK-LAMP')].onHand")
                .isEqualTo(10_000)
                .jsonPath("$[?(@.sku == 'DESK-LAMP')].reserved")
                .isEqualTo(0)
                .jsonPath("$[?(@.sku == 'DESK-LAMP')].available")
                .isEqualTo(10_000)
                .jsonPath("$[?(@.sku == 'VINYL-SIGNED')].available")
                .isEqualTo(3);
    }

    @Test
    void what_is_received_is_on_hand() {
        String sku = product(5);

        receive(sku, "{\"quantity\":100}", null)
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentType(MediaType.APPLICATION_JSON)
                .expectBody()
                .jsonPath("$.sku")
                .isEqualTo(sku)
                .jsonPath("$.onHand")
                .isEqualTo(105)
                .jsonPath("$.reserved")
                .isEqualTo(0)
                .jsonPath("$.available")
                .isEqualTo(105);

        assertThat(stock(sku).onHand()).isEqualTo(105);
    }

    @Test
    void a_repeated_receipt_gets_the_first_answer_and_is_received_once() {
        String sku = product(0);

        String first = received(sku, "{\"quantity\":100}");
        String second = received(sku, " { \"quantity\" : 100 } ");

        assertThat(second).isEqualTo(first);
        assertThat(stock(sku).onHand()).isEqualTo(100);
    }

    @Test
    void a_key_with_another_receipt_is_refused() {
        String sku = product(0);
        received(sku, "{\"quantity\":100}");

        refused(
                receive(sku, "{\"quantity\":99}", key),
                HttpStatus.UNPROCESSABLE_CONTENT,
                "Idempotency-Key",
                "was used");

        assertThat(stock(sku).onHand()).isEqualTo(100);
    }

    @Test
    void a_key_counts_for_one_product() {
        String one = product(0);
        String two = product(0);

        received(one, "{\"quantity\":100}");
        received(two, "{\"quantity\":100}");

        assertThat(stock(one).onHand()).isEqualTo(100);
        assertThat(stock(two).onHand()).isEqualTo(100);
    }

    @Test
    void twenty_receipts_with_one_key_at_the_same_moment_are_one() throws Exception {
        String sku = product(0);
        CountDownLatch start = new CountDownLatch(1);
        Set<String> answers = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> calls = new ArrayList<>();
            for (int n = 0; n < 20; n++) {
                calls.add(threads.submit(() -> {
                    start.await();
                    return received(sku, "{\"quantity\":100}");
                }));
            }
            start.countDown();
            for (Future<String> call : calls) {
                answers.add(call.get());
            }
        }

        assertThat(answers).hasSize(1);
        assertThat(stock(sku).onHand()).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    {}                              ; quantity ; must be a whole number
                    {"quantity":null}               ; quantity ; must be a whole number
                    {"quantity":0}                  ; quantity ; must be greater than or equal to 1
                    {"quantity":-5}                 ; quantity ; must be greater than or equal to 1
                    {"quantity":1000001}            ; quantity ; must be less than or equal to 1000000
                    {"quantity":9999999999}         ; quantity ; is out of range
                    {"quantity":1.5}                ; quantity ; must be a whole number
                    {"quantity":1e6}                ; quantity ; must be a whole number
                    {"quantity":true}               ; quantity ; must be a whole number
                    {"quantity":[1]}                ; quantity ; must be a whole number
                    {"quantity":"100"}              ; quantity ; must be a whole number
                    {"quantity":1,"sku":"X"}        ; sku      ; is not a known field
                    {"quantity":1,"quantity":2}     ; body     ; must be valid JSON without doubled fields
                    [1]                             ; body     ; must be one JSON object
                    quantity=1                      ; body     ; must be valid JSON
                    """)
    void a_bad_receipt_is_refused_by_field_and_rule(String body, String field, String rule) {
        String sku = product(5);

        refused(receive(sku, body, key), HttpStatus.BAD_REQUEST, field, rule);

        assertThat(stock(sku).onHand()).isEqualTo(5);
        assertThat(count("idempotency_key WHERE key = '" + key + "'")).isZero();
    }

    @Test
    void an_unknown_product_is_not_found_and_its_key_is_not_kept() {
        problem(http.get().uri("/stock/NO-SUCH-SKU").exchange(), HttpStatus.NOT_FOUND);
        problem(receive("NO-SUCH-SKU", "{\"quantity\":1}", key), HttpStatus.NOT_FOUND);

        assertThat(count("idempotency_key WHERE key = '" + key + "'")).isZero();
    }

    @Test
    void a_sku_that_can_not_be_one_is_refused() {
        refused(
                http.get().uri(raw("/stock/a%07b")).exchange(),
                HttpStatus.BAD_REQUEST,
                "sku",
                "must not contain control");
        refused(
                http.get().uri(raw("/stock/" + "s".repeat(65))).exchange(),
                HttpStatus.BAD_REQUEST,
                "sku",
                "size must be between 0 and 64");
        refused(receive("s".repeat(5_000), "{\"quantity\":1}", key), HttpStatus.BAD_REQUEST, "sku", "size must be");
        problem(http.get().uri(raw("/stock/a%00b")).exchange(), HttpStatus.BAD_REQUEST);
    }

    @Test
    void pieces_that_would_be_more_than_can_be_counted_are_refused() {
        String sku = product(5);
        jdbc.update("UPDATE stock SET on_hand = ? WHERE sku = ?", Long.MAX_VALUE - 1, sku);
        receive(sku, "{\"quantity\":1}", null).expectStatus().isOk();

        refused(
                receive(sku, "{\"quantity\":1}", key),
                HttpStatus.UNPROCESSABLE_CONTENT,
                "quantity",
                "must not bring more than can be counted");

        assertThat(stock(sku).onHand()).isEqualTo(Long.MAX_VALUE);
        assertThat(count("idempotency_key WHERE key = '" + key + "'")).isZero();
        // Sums of other tests stay within what can be counted.
        jdbc.update("UPDATE stock SET on_hand = 0 WHERE sku = ?", sku);
    }

    @Test
    void whatever_no_endpoint_takes_is_refused_by_each() {
        long before = count("stock") + count("idempotency_key");

        assertThat(new HttpDoor(port()).wrongAnswers()).isEmpty();

        assertThat(count("stock") + count("idempotency_key")).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void a_blank_key_is_refused(String blank) {
        refused(
                receive(product(0), "{\"quantity\":1}", blank),
                HttpStatus.BAD_REQUEST,
                "Idempotency-Key",
                "size must be between 1 and 200");
    }

    @Test
    void an_over_long_key_is_refused() {
        refused(
                receive(product(0), "{\"quantity\":1}", "k".repeat(201)),
                HttpStatus.BAD_REQUEST,
                "Idempotency-Key",
                "size must be between 1 and 200");
    }

    @Test
    void other_paths_methods_and_content_types_are_refused() {
        String sku = product(0);
        problem(http.get().uri("/stocks").exchange(), HttpStatus.NOT_FOUND);
        problem(http.method(HttpMethod.DELETE).uri("/stock/" + sku).exchange(), HttpStatus.METHOD_NOT_ALLOWED);
        problem(http.get().uri("/stock/" + sku + "/receipts").exchange(), HttpStatus.METHOD_NOT_ALLOWED);
        problem(
                http.post()
                        .uri("/stock/" + sku + "/receipts")
                        .contentType(MediaType.TEXT_PLAIN)
                        .body("{\"quantity\":1}")
                        .exchange(),
                HttpStatus.UNSUPPORTED_MEDIA_TYPE);
    }

    @Test
    void the_description_shows_what_is_really_answered() {
        http.get()
                .uri("/v3/api-docs")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.info.title")
                .isEqualTo("inventory-service")
                .jsonPath(
                        "$.paths['/stock/{sku}/receipts'].post.responses['200'].content['application/json'].schema['$ref']")
                .isEqualTo("#/components/schemas/StockView")
                .jsonPath("$.paths['/stock/{sku}'].get.responses['200'].content['application/json'].schema['$ref']")
                .isEqualTo("#/components/schemas/StockView")
                .jsonPath("$.paths['/stock'].get.responses['200'].content['application/json'].schema.items['$ref']")
                .isEqualTo("#/components/schemas/StockView");
        http.get().uri("/swagger-ui/index.html").exchange().expectStatus().isOk();
    }

    private RestTestClient.ResponseSpec receive(String sku, String body, @Nullable String idempotencyKey) {
        return http.post()
                .uri("/stock/{sku}/receipts", sku)
                .contentType(MediaType.APPLICATION_JSON)
                .headers(headers -> {
                    if (idempotencyKey != null) {
                        headers.set("Idempotency-Key", idempotencyKey);
                    }
                })
                .body(body)
                .exchange();
    }

    private String received(String sku, String body) {
        return String.valueOf(receive(sku, body, key)
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
    }

    private static void refused(RestTestClient.ResponseSpec answer, HttpStatus status, String field, String rule) {
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
                .jsonPath("$.detail")
                .exists();
    }
}
