package dev.mops.order;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

class IdempotencyKeyTest extends OrderServiceTest {

    private final String customer = customer();
    private final String key = UUID.randomUUID().toString();

    @Test
    void a_repeated_request_gets_the_very_same_answer() {
        Answer first = accepted(request(customer, line("LAPTOP-14", 1)), key);
        UUID orderId = onlyOrder();
        published(paid(orderId));
        awaitStatus(orderId, OrderStatus.PAID);

        Answer second = accepted(request(customer, line("LAPTOP-14", 1)), key);

        assertThat(second).isEqualTo(first);
        assertThat(orders()).isEqualTo(1);
    }

    @Test
    void white_space_and_the_order_of_fields_make_no_other_request() {
        Answer first = accepted(request(customer, line("LAPTOP-14", 1)), key);

        Answer second = accepted("""
                {
                  "shippingAddress": {
                    "country": "DE", "postalCode": "10117", "city": "Berlin", "street": "Unter den Linden 1",
                    "name": "Ada Lovelace"
                  },
                  "paymentToken": "tok_approved",
                  "lines": [ {"quantity": 1, "sku": "LAPTOP-14"} ],
                  "customerId": "%s"
                }
                """.formatted(customer), key);

        assertThat(second).isEqualTo(first);
        assertThat(orders()).isEqualTo(1);
    }

    @Test
    void a_key_with_another_request_is_refused() {
        accepted(request(customer, line("LAPTOP-14", 1)), key);

        post(request(customer, line("LAPTOP-14", 2)), key)
                .expectStatus()
                .isEqualTo(HttpStatus.UNPROCESSABLE_CONTENT)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo("Idempotency-Key");
        assertThat(orders()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 20})
    void requests_at_the_same_moment_are_one_order(int requests) throws Exception {
        Set<Answer> answers = atTheSameMoment(requests, () -> accepted(request(customer, line("LAPTOP-14", 1)), key));

        assertThat(answers).hasSize(1);
        assertThat(orders()).isEqualTo(1);
    }

    @Test
    void another_customer_may_use_the_same_key() {
        String other = customer();

        Answer first = accepted(request(customer, line("LAPTOP-14", 1)), key);
        Answer second = accepted(request(other, line("LAPTOP-14", 1)), key);

        assertThat(second.location()).isNotEqualTo(first.location());
    }

    @Test
    void a_refusal_is_not_kept() {
        post(request(customer, line("NO-SUCH-SKU", 1)), key).expectStatus().isEqualTo(HttpStatus.UNPROCESSABLE_CONTENT);

        accepted(request(customer, line("LAPTOP-14", 1)), key);

        assertThat(orders()).isEqualTo(1);
    }

    @Test
    void a_key_is_free_again_after_24_hours_and_not_before() {
        Answer first = accepted(request(customer, line("LAPTOP-14", 1)), key);
        age("23 hours 59 minutes");
        assertThat(accepted(request(customer, line("LAPTOP-14", 1)), key)).isEqualTo(first);

        age("24 hours 1 second");
        Answer later = accepted(request(customer, line("MOUSE-WL", 1)), key);

        assertThat(later.location()).isNotEqualTo(first.location());
        assertThat(accepted(request(customer, line("MOUSE-WL", 1)), key)).isEqualTo(later);
        assertThat(orders()).isEqualTo(2);
    }

    @Test
    void requests_at_the_same_moment_after_24_hours_are_one_order() throws Exception {
        accepted(request(customer, line("LAPTOP-14", 1)), key);
        age("24 hours 1 second");

        Set<Answer> answers = atTheSameMoment(5, () -> accepted(request(customer, line("MOUSE-WL", 1)), key));

        assertThat(answers).hasSize(1);
        assertThat(orders()).isEqualTo(2);
    }

    @Test
    void without_a_key_each_request_is_an_order() {
        post(request(customer, line("LAPTOP-14", 1))).expectStatus().isAccepted();
        post(request(customer, line("LAPTOP-14", 1))).expectStatus().isAccepted();

        assertThat(orders()).isEqualTo(2);
    }

    private Answer accepted(String body, String idempotencyKey) {
        var result = post(body, idempotencyKey)
                .expectStatus()
                .isAccepted()
                .expectBody(String.class)
                .returnResult();
        return new Answer(
                result.getResponseHeaders().getLocation(),
                result.getResponseHeaders().getContentType(),
                result.getResponseBody());
    }

    private static <T> Set<T> atTheSameMoment(int times, Callable<T> call) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = Collections.nCopies(times, call).stream()
                    .map(each -> threads.submit(() -> {
                        start.await();
                        return each.call();
                    }))
                    .toList();
            start.countDown();
            Set<T> results = new HashSet<>();
            for (Future<T> each : calls) {
                results.add(each.get());
            }
            return results;
        }
    }

    private void age(String age) {
        jdbc.update(
                "UPDATE idempotency_key SET created_at = now() - ?::interval WHERE customer = ? AND key = ?",
                age,
                customer,
                key);
    }

    private @Nullable Integer orders() {
        return jdbc.queryForObject("SELECT count(*) FROM orders WHERE customer_id = ?", Integer.class, customer);
    }

    private UUID onlyOrder() {
        return requireNonNull(jdbc.queryForObject("SELECT id FROM orders WHERE customer_id = ?", UUID.class, customer));
    }

    /** What must be the same. */
    private record Answer(
            @Nullable URI location,
            @Nullable MediaType type,
            @Nullable String body) {}
}
