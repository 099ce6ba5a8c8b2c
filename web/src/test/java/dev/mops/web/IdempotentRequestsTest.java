package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.PlatformTransactionManager;
import tools.jackson.databind.json.JsonMapper;

/** What the services' own tests of the idempotency key do not show. */
class IdempotentRequestsTest extends WebApplicationTest {

    @Autowired
    private PlatformTransactionManager transactions;

    @BeforeEach
    void clear() {
        jdbc.update("DELETE FROM idempotency_key");
    }

    @Test
    void the_key_of_a_request_that_failed_is_free() {
        String key = UUID.randomUUID().toString();
        greet("nobody", key).expectStatus().is5xxServerError();

        greet("everybody", key).expectStatus().isOk();
    }

    @Test
    void a_key_is_kept_as_it_was_sent() {
        greet("everybody", "a key, with; odd \"characters\"").expectStatus().isOk();

        assertThat(keys()).containsExactly("a key, with; odd \"characters\"");
    }

    @Test
    void how_long_a_key_is_kept_is_a_setting() {
        var anHour = new IdempotentRequests(jdbc, transactions, JsonMapper.shared(), Duration.ofHours(1));
        kept("59 minutes", "61 minutes");

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> anHour.once("POST /greetings", "", "59 minutes", "Ada", () -> ResponseEntity.ok("")));
        assertThat(anHour.once("POST /greetings", "", "61 minutes", "Ada", () -> ResponseEntity.ok("new"))
                        .getBody())
                .isEqualTo("\"new\"");
    }

    private void kept(String... ages) {
        for (String age : ages) {
            jdbc.update("""
                    INSERT INTO idempotency_key (endpoint, customer, key, request_hash, status, body, created_at)
                    VALUES ('POST /greetings', '', ?, 'a hash', 200, '{}', now() - ?::interval)
                    """, age, age);
        }
    }

    private List<@Nullable String> keys() {
        return jdbc.queryForList("SELECT key FROM idempotency_key", String.class);
    }
}
