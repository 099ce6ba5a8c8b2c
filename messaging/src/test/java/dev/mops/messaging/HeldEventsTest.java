package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.StatementSent;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

    /** How often they find the outside world away yet. */
    private static final Map<String, AtomicInteger> AWAY = new ConcurrentHashMap<>();

    private static final Map<String, Runnable> SECOND_ATTEMPT = new ConcurrentHashMap<>();
    private static final Map<String, AtomicInteger> ATTEMPTS = new ConcurrentHashMap<>();
    private static final int OTHERS = 4_000;

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
                            if (count(AWAY, withdrawn.account()).getAndDecrement() > 0) {
                                throw new CompletionException(new TryLater("the other bank is away"));
                            }
                            SECOND_ATTEMPT
                                    .getOrDefault(withdrawn.account(), () -> {})
                                    .run();
                        })
                        .announcing(
                                (key, group, type, reason, dead, since) -> {
                                    if (key.equals("unspeakable")) {
                                        throw new IllegalStateException("can't be told");
                                    }
                                    return Optional.of(new StatementSent(key, 1));
                                },
                                (key, group) -> Optional.of(new StatementSent(key, 0)))
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
        // Its first retry has failed, too: that is told.
        await().untilAsserted(() -> assertThat(announcementsOf("recovers"))
                .containsExactly(new StatementSent("recovers", 1), new StatementSent("recovers", 0)));
        // Each is caused by the event that failed, or that was the last to wait.
        assertThat(TOPIC.events())
                .filteredOn(envelope -> envelope.event() instanceof StatementSent sent
                        && sent.account().equals("recovers"))
                .extracting(envelope -> envelope.metadata().causationId())
                .containsExactly(idOf(new Withdrawn("recovers", 2)), idOf(new Deposited("recovers", 5)));
    }

    @Test
    void what_recovers_at_its_first_retry_is_not_announced() {
        count(FAILURES, "recovers-at-once").set(1);
        service.publish(new Withdrawn("recovers-at-once", 1));
        await().untilAsserted(
                        () -> assertThat(service.numbersOf("recovers-at-once")).containsExactly(1L));

        // What was published before is in the log before it.
        service.publish(new StatementSent("recovers-at-once", 9));

        await().untilAsserted(() -> assertThat(announcementsOf("recovers-at-once"))
                .containsExactly(new StatementSent("recovers-at-once", 9)));
    }

    @Test
    void three_delays_are_four_attempts_then_the_event_is_a_dead_letter_and_its_followers_wait() {
        count(FAILURES, "dies").set(100);
        service.publish(new Deposited("dies", 1), new Withdrawn("dies", 2), new Deposited("dies", 3));

        await().untilAsserted(() -> assertThat(deadLettersOf("dies")).hasSize(1));
        assertThat(count(ATTEMPTS, "dies")).hasValue(4);
        service.publish(new Deposited("dies", 4));
        await().untilAsserted(() -> assertThat(heldOf("dies")).isEqualTo(3));
        assertThat(service.numbersOf("dies")).containsExactly(1L);
        ConsumerRecord<byte[], byte[]> dead = deadLettersOf("dies").getFirst();
        assertThat(new String(dead.value(), UTF_8)).contains("\"number\":2");
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

    @Test
    void a_follower_that_arrives_in_the_moment_in_which_its_head_leaves_comes_behind_it() {
        CountDownLatch leaving = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        count(FAILURES, "leaving").set(1);
        SECOND_ATTEMPT.put("leaving", () -> {
            leaving.countDown();
            awaitLatch(leave);
        });
        service.publish(new Withdrawn("leaving", 1));
        awaitLatch(leaving);

        // The head is at work and holds the lock of its key: the follower waits for it.
        service.publish(new Deposited("leaving", 2));
        await().untilAsserted(() -> assertThat(
                        service.count(
                                "pg_stat_activity WHERE datname = 'held' AND wait_event_type = 'Lock' AND query LIKE '%held_key%'"))
                .isEqualTo(1));
        leave.countDown();

        await().untilAsserted(() -> assertThat(service.numbersOf("leaving")).containsExactly(1L, 2L));
        assertThat(heldOf("leaving")).isZero();
    }

    @Test
    void a_thousand_held_keys_hold_up_no_other() {
        timeOfOthers("warm");
        Duration alone = timeOfOthers("before");
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int n = 0; n < 1_000; n++) {
            count(FAILURES, "thousand-" + n).set(100);
            events.add(TOPIC.event(new Withdrawn("thousand-" + n, 1)));
            events.add(TOPIC.event(new Deposited("thousand-" + n, 2)));
            events.add(TOPIC.event(new Deposited("free-" + n, 1)));
        }
        TOPIC.append(events);

        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(service.count("held_key k JOIN held_event e ON e.id = k.head"
                                + " WHERE k.state = 'DEAD' AND convert_from(e.key, 'UTF8') LIKE 'thousand-%'"))
                        .isEqualTo(1_000));
        assertThat(service.count("effect WHERE account LIKE 'free-%'")).isEqualTo(1_000);
        assertThat(service.count("effect WHERE account LIKE 'thousand-%'")).isZero();
        // Held they may be: what comes now goes by.
        Duration beside = timeOfOthers("beside");
        System.out.printf(
                Locale.ROOT,
                "%,d events of others: %.2f s with no key held, %.2f s beside 1,000 held keys, a ratio of %.2f%n",
                OTHERS,
                alone.toMillis() / 1000.0,
                beside.toMillis() / 1000.0,
                (double) beside.toMillis() / alone.toMillis());
        service.inTransaction(() -> {
            service.jdbc().update("DELETE FROM held_event WHERE convert_from(key, 'UTF8') LIKE 'thousand-%'");
            service.jdbc().update("DELETE FROM held_key k WHERE NOT EXISTS (SELECT FROM held_event WHERE id = k.head)");
        });
    }

    @Test
    void the_same_key_that_fails_in_two_services_is_held_in_each_for_itself() {
        try (AccountService other = AccountService.named("held_other")
                .on("held")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            accounts.note(withdrawn, metadata);
                            if (withdrawn.account().equals("in-both")
                                    && count(FAILURES, "in-other").getAndDecrement() > 0) {
                                throw new IllegalStateException("fails as told");
                            }
                        })
                        .build())
                .start()) {
            count(FAILURES, "in-other").set(3);
            count(FAILURES, "in-both").set(1);
            service.publish(new Withdrawn("in-both", 1), new Withdrawn("in-both", 2));

            await().untilAsserted(() -> assertThat(service.numbersOf("in-both")).containsExactly(1L, 2L));
            await().untilAsserted(() -> assertThat(other.numbersOf("in-both")).containsExactly(1L, 2L));
            assertThat(count(ATTEMPTS, "in-both")).hasValue(3);
            await().untilAsserted(() ->
                    assertThat(TopicLog.of("held-held_other-retry-3").records()).isNotEmpty());
            assertThat(TopicLog.of("held-held-retry-2").records())
                    .noneMatch(record -> new String(record.key(), UTF_8).equals("in-both"));
        }
    }

    @Test
    void the_retry_and_dead_letter_topics_have_the_partitions_of_the_source() {
        for (String topic : List.of("held-held-retry-1", "held-held-retry-2", "held-held-retry-3", "held-held-dlt")) {
            assertThat(TopicLog.of(topic).partitionCount()).as(topic).isEqualTo(TOPIC.partitionCount());
        }
    }

    @Test
    void what_an_outside_that_is_away_uses_up_no_attempts_and_holds_up_its_own_key_only() {
        count(AWAY, "away").set(25);
        service.publish(new Withdrawn("away", 1), new Deposited("away", 2), new Deposited("not-away", 1));

        await().untilAsserted(() -> assertThat(service.numbersOf("not-away")).containsExactly(1L));
        await().untilAsserted(() -> assertThat(service.count("held_key WHERE deferrals > 10 AND attempts = 0"))
                .isEqualTo(1));
        await().untilAsserted(() -> assertThat(service.numbersOf("away")).containsExactly(1L, 2L));
        // Told once that it is held up, and once that it goes on.
        await().untilAsserted(() -> assertThat(announcementsOf("away"))
                .containsExactly(new StatementSent("away", 1), new StatementSent("away", 0)));
    }

    @Test
    void what_cannot_be_announced_is_held_all_the_same() {
        count(FAILURES, "unspeakable").set(100);

        service.publish(new Withdrawn("unspeakable", 1), new Deposited("speakable", 1));

        await().untilAsserted(() -> assertThat(deadLettersOf("unspeakable")).hasSize(1));
        await().untilAsserted(() -> assertThat(service.numbersOf("speakable")).containsExactly(1L));
    }

    /** How long events take of keys that are not held: from the consumers' start until all have taken effect. */
    private static Duration timeOfOthers(String name) {
        service.consumers().stop();
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int n = 0; n < OTHERS; n++) {
            events.add(TOPIC.event(new Deposited(name + "-" + n % 1_000, n)));
        }
        TOPIC.append(events);
        long begin = System.nanoTime();
        service.consumers().start();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> service.count("effect WHERE account LIKE '" + name + "-%'") == OTHERS);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AtomicInteger count(Map<String, AtomicInteger> counts, String account) {
        return counts.computeIfAbsent(account, none -> new AtomicInteger());
    }

    private static List<ConsumerRecord<byte[], byte[]>> deadLettersOf(String account) {
        return DEAD_LETTERS.records().stream()
                .filter(record -> new String(record.key(), UTF_8).equals(account))
                .toList();
    }

    private static String idOf(AccountEvent event) {
        return TOPIC.events().stream()
                .filter(envelope -> envelope.event().equals(event))
                .map(envelope -> envelope.metadata().id().toString())
                .findFirst()
                .orElseThrow();
    }

    private static List<AccountEvent> announcementsOf(String account) {
        return TOPIC.events().stream()
                .map(Envelope::event)
                .filter(event -> event.account().equals(account) && event instanceof StatementSent)
                .toList();
    }

    private static long heldOf(String account) {
        return service.count("held_event WHERE convert_from(key, 'UTF8') = '" + account + "'");
    }
}
