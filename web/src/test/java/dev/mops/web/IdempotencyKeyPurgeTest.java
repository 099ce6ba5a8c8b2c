package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The table of idempotency keys does not grow for ever, and no key is forgotten too early. */
class IdempotencyKeyPurgeTest extends WebApplicationTest {

    @Autowired
    private IdempotencyKeyPurge purge;

    @Autowired
    private IdempotentRequests requests;

    @BeforeEach
    void watch() {
        jdbc.execute("""
                DELETE FROM idempotency_key;
                CREATE TABLE purge (deleted bigint);
                CREATE FUNCTION note_purge() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN INSERT INTO purge SELECT count(*) FROM deleted_rows; RETURN NULL; END';
                CREATE TRIGGER note_purge AFTER DELETE ON idempotency_key REFERENCING OLD TABLE AS deleted_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION note_purge();
                """);
    }

    @AfterEach
    void forget() {
        jdbc.execute("DROP TRIGGER note_purge ON idempotency_key; DROP FUNCTION note_purge; DROP TABLE purge");
    }

    @Test
    void keys_are_forgotten_in_the_background_some_at_a_time_once_they_are_free_and_not_before() {
        purge.stop();
        keep("young", "23 hours 59 minutes");
        jdbc.update("""
                INSERT INTO idempotency_key (endpoint, customer, key, request_hash, created_at)
                SELECT 'POST /greetings', '', 'old ' || n, '', now() - interval '24 hours' - n * interval '1 s'
                FROM generate_series(1, ?) AS n
                """, 2 * IdempotencyKeyPurge.AT_ONCE + 1);

        purge.start();

        await().untilAsserted(() -> assertThat(keys()).containsExactly("young"));
        assertThat(jdbc.queryForList("SELECT deleted FROM purge WHERE deleted > 0", Integer.class))
                .containsExactly(IdempotencyKeyPurge.AT_ONCE, IdempotencyKeyPurge.AT_ONCE, 1);
    }

    @Test
    void a_key_that_a_request_takes_anew_is_not_forgotten_under_it_and_the_purge_does_not_wait_for_the_request() {
        keep("again", "25 hours");
        keep("over", "25 hours");

        var first = requests.once("POST /greetings", "", "again", "Ada", () -> {
            CompletableFuture.runAsync(purge::purge)
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
            return ResponseEntity.ok("first");
        });

        assertThat(keys()).containsExactly("again");
        assertThat(requests.once("POST /greetings", "", "again", "Ada", () -> ResponseEntity.ok("second"))
                        .getBody())
                .isEqualTo(first.getBody());
    }

    @Test
    void a_service_without_keys_has_nothing_to_forget() {
        var none = new DriverManagerDataSource(
                TestServers.postgres().jdbcUrl("web_without_keys"), TestPostgres.USER, TestPostgres.PASSWORD);

        assertThatNoException()
                .isThrownBy(() -> new IdempotencyKeyPurge(new JdbcTemplate(none), Duration.ofDays(1)).purge());
    }

    private void keep(String key, String age) {
        jdbc.update("""
                INSERT INTO idempotency_key (endpoint, customer, key, request_hash, status, body, created_at)
                VALUES ('POST /greetings', '', ?, 'a hash', 200, '{}', now() - ?::interval)
                """, key, age);
    }

    private List<@Nullable String> keys() {
        return jdbc.queryForList("SELECT key FROM idempotency_key", String.class);
    }
}
