package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the services' own tests of the idempotency key do not show. */
class IdempotentRequestsTest extends WebApplicationTest {

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
    void new_keys_clear_away_the_oldest_that_are_over() {
        kept("30 hours", "26 hours", "28 hours", "23 hours");

        greet("everybody", "new").expectStatus().isOk();

        assertThat(keys()).containsExactlyInAnyOrder("26 hours", "23 hours", "new");
    }

    @Test
    void a_repeated_request_clears_nothing_away() {
        greet("everybody", "new").expectStatus().isOk();
        kept("30 hours");

        greet("everybody", "new").expectStatus().isOk();

        assertThat(keys()).containsExactlyInAnyOrder("30 hours", "new");
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
