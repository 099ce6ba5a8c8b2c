package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What fails is held, with all that follows it; all others go on. */
class HeldEventsTest {

    private static final TopicLog TOPIC = TopicLog.of("held");
    private static final TopicLog DEAD_LETTERS = TopicLog.of("held-held-dlt");

    /** How often the withdrawals of an account fail yet. */
    private static final Map<String, AtomicInteger> FAILURES = new ConcurrentHashMap<>();

    private static final Map<String, AtomicInteger> ATTEMPTS = new ConcurrentHashMap<>();
    private static AccountService service;

    @BeforeAll
    static void start() {
        service = AccountService.named("held")
                // Whatever runs again is woken up: the sweeper is far away.
                .with("mops.messaging.sweep-grace", "1h")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            accounts.note(withdrawn, metadata);
                            count(ATTEMPTS, withdrawn.account()).incrementAndGet();
                            if (count(FAILURES, withdrawn.account()).getAndDecrement() > 0) {
                                throw new IllegalStateException("fails as told");
                            }
                        })
                        .build())
                .start();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void a_head_recovers_at_the_second_retry_and_three_followers_that_waited_come_behind_it_in_order() {
        count(FAILURES, "recovers").set(2);
        service.publish(
                new Deposited("recovers", 1),
                new Withdrawn("recovers", 2),
                new Deposited("recovers", 3),
                new Withdrawn("recovers", 4),
                new Deposited("recovers", 5));

        await().untilAsserted(() -> assertThat(service.numbersOf("recovers")).containsExactly(1L, 2L, 3L, 4L, 5L));
        assertThat(count(ATTEMPTS, "recovers")).hasValue(4);
        await().untilAsserted(() -> assertThat(heldOf("recovers")).isZero());
    }

    @Test
    void three_delays_are_four_attempts_then_the_event_is_a_dead_letter_and_its_followers_wait() {
        count(FAILURES, "dies").set(100);
        service.publish(new Deposited("dies", 1), new Withdrawn("dies", 2), new Deposited("dies", 3));

        await().untilAsserted(() ->
                assertThat(service.count("held_key WHERE state = 'DEAD'")).isPositive());
        assertThat(count(ATTEMPTS, "dies")).hasValue(4);
        service.publish(new Deposited("dies", 4));
        await().untilAsserted(() -> assertThat(heldOf("dies")).isEqualTo(3));
        assertThat(service.numbersOf("dies")).containsExactly(1L);
        await().untilAsserted(() -> assertThat(DEAD_LETTERS.records()).hasSize(1));
        ConsumerRecord<byte[], byte[]> dead = DEAD_LETTERS.records().getFirst();
        assertThat(new String(dead.value(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"number\":2");
        assertThat(TopicLog.header(dead, "ce_type")).isEqualTo("account.withdrawn");
        assertThat(TopicLog.header(dead, "mops-dead-letter-attempts")).isEqualTo("4");
        assertThat(TopicLog.header(dead, "mops-dead-letter-error-class")).isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void one_event_in_a_hundred_that_fails_holds_up_no_other_and_each_runs_a_few_times_at_most() {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int n = 0; n < 400; n++) {
            String account = "hundred-" + n;
            if (n % 100 == 50) {
                count(FAILURES, account).set(1);
            }
            events.add(TopicLog.on(0, TOPIC.event(new Withdrawn(account, n))));
        }
        service.consumers().stop();
        TOPIC.append(events);
        service.consumers().start();

        await().untilAsserted(() -> assertThat(service.effects())
                .filteredOn(effect -> effect.account().startsWith("hundred-"))
                .hasSize(400));
        int attempts = ATTEMPTS.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("hundred-"))
                .mapToInt(entry -> entry.getValue().get())
                .sum();
        assertThat(attempts).isLessThan(3 * 400);
    }

    private static AtomicInteger count(Map<String, AtomicInteger> counts, String account) {
        return counts.computeIfAbsent(account, none -> new AtomicInteger());
    }

    private static long heldOf(String account) {
        return service.count("held_event WHERE convert_from(key, 'UTF8') = '" + account + "'");
    }
}
