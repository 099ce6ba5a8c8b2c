package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Failures on demand. */
class FailureSwitchesTest {

    /** For how long the transaction of a withdrawal had lasted when its handler ran, in seconds. */
    private static final Map<String, Double> WAITED = new ConcurrentHashMap<>();

    private static AccountService service;
    private static Operators operators;

    @BeforeAll
    static void start() {
        service = Operators.welcome(AccountService.named("switches"))
                .with("mops.messaging.failure-switches", true)
                .with("mops.messaging.retry-delays", "5ms,5ms,5ms")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            accounts.note(withdrawn, metadata);
                            WAITED.put(
                                    withdrawn.account(),
                                    Objects.requireNonNull(accounts.jdbc()
                                            .queryForObject(
                                                    "SELECT extract(epoch FROM clock_timestamp() - now())",
                                                    Double.class)));
                        })
                        .build())
                .start();
        operators = Operators.of(service);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @AfterEach
    void clear() {
        assertThat(operators.delete("failures").status()).isEqualTo(204);
    }

    @Test
    void an_event_fails_as_often_as_asked_and_others_do_not() {
        assertThat(operators
                        .post("failures", "{\"type\": \"account.withdrawn\", \"key\": \"a\", \"times\": 2}")
                        .status())
                .isEqualTo(200);
        service.publish(new Withdrawn("a", 1), new Deposited("a", 2), new Withdrawn("b", 1));

        await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L, 2L));
        await().untilAsserted(() -> assertThat(service.numbersOf("b")).containsExactly(1L));
        assertThat(TopicLog.of("switches-switches-retry-2").records()).hasSize(1);
        assertThat(operators.get("failures").body().path("switches").isEmpty()).isTrue();
    }

    @Test
    void an_event_fails_until_it_is_cleared() {
        operators.post("failures", "{\"key\": \"until\", \"how\": \"throw\"}");
        service.publish(new Withdrawn("until", 1));
        await().untilAsserted(() -> assertThat(deadLetter("until")).isPositive());

        operators.delete("failures");
        operators.post("deadletters/" + deadLetter("until"), "{\"action\": \"replay\", \"reason\": \"cleared\"}");

        await().untilAsserted(() -> assertThat(service.numbersOf("until")).containsExactly(1L));
    }

    @Test
    void poison_is_a_dead_letter_at_once_and_an_outside_that_is_away_uses_up_no_attempts() {
        operators.post("failures", "{\"key\": \"poison\", \"how\": \"poison\", \"times\": \"1\"}");
        operators.post("failures", "{\"key\": \"away\", \"how\": \"unavailable\", \"times\": 6}");
        service.publish(new Withdrawn("poison", 1), new Withdrawn("away", 1));

        await().untilAsserted(() -> assertThat(deadLetter("poison")).isPositive());
        assertThat(service.count("held_key WHERE state = 'DEAD' AND attempts = 1"))
                .isEqualTo(1);
        await().untilAsserted(() -> assertThat(service.numbersOf("away")).containsExactly(1L));
    }

    @Test
    void an_event_that_is_held_up_takes_effect_later_and_uses_no_attempt() {
        operators.post("failures", "{\"key\": \"slow\", \"how\": \"slow\", \"times\": 1}");
        service.publish(new Withdrawn("slow", 1));

        await().untilAsserted(() -> assertThat(service.numbersOf("slow")).containsExactly(1L));
        assertThat(WAITED.get("slow")).isGreaterThan(1.9);
        assertThat(TopicLog.of("switches-switches-retry-1").records())
                .noneMatch(record -> new String(record.key(), UTF_8).equals("slow"));
        assertThat(operators.get("failures").body().path("switches").isEmpty()).isTrue();
    }

    @Test
    void without_the_setting_everything_is_refused() {
        try (AccountService proper =
                Operators.welcome(AccountService.named("switches_off")).noting().start()) {
            // Of a time when the setting was there.
            proper.jdbc()
                    .update(
                            "INSERT INTO failure_switch (consumer_group, how, remaining) VALUES ('switches_off', 'throw', 9)");
            Operators visitors = Operators.of(proper);

            assertThat(List.of(
                            visitors.get("failures"),
                            visitors.post("failures", "{\"how\": \"throw\"}"),
                            visitors.delete("failures")))
                    .allSatisfy(answer -> {
                        assertThat(answer.status()).isEqualTo(403);
                        assertThat(answer.detail()).contains("mops.messaging.failure-switches is false");
                    });

            proper.publish(new Withdrawn("a", 1));
            await().untilAsserted(() -> assertThat(proper.numbersOf("a")).containsExactly(1L));
            assertThat(proper.count("failure_switch WHERE remaining = 9")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"how": "loudly"}   | how must be
            {"how": 7}          | how must be
            []                  | The body must be a JSON object
            5                   | The body must be a JSON object
            {"tpye": "a"}       | tpye is no field of this request
            {"times": 0}        | times must be
            {"times": 1.5}      | times must be
            {"times": "many"}   | times must be
            {"type": 7}         | type must be
            [                   | must be a JSON object
            """)
    void what_is_not_as_it_should_be_is_refused(String body, String detail) {
        Operators.Answer answer = operators.post("failures", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).contains(detail);
    }

    private static long deadLetter(String key) {
        return operators
                .get("deadletters?key=" + key)
                .body()
                .path("deadLetters")
                .path(0)
                .path("id")
                .asLong(0);
    }
}
