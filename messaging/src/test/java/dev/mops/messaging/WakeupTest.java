package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.EventFamily;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** A record of a retry topic is a wake-up, never the truth. */
class WakeupTest {

    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();

    @Test
    void a_wakeup_that_comes_twice_or_late_does_nothing_and_one_that_is_none_is_dropped() {
        try (AccountService service = start("wakeup_twice", "10ms,10ms,10ms", "1h")) {
            TopicLog wakeups = TopicLog.of("wakeup_twice-wakeup_twice-retry-1");
            failures.set(2);
            service.publish(new Withdrawn("a", 1), new Deposited("a", 2));
            await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L, 2L));
            assertThat(attempts).hasValue(3);

            // As it was, and for a head of today that it does not mean.
            failures.set(100);
            service.publish(new Withdrawn("a", 3));
            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(1));
            assertThat(attempts).hasValue(7);
            List<ConsumerRecord<byte[], byte[]>> all = wakeups.records();
            assertThat(all).hasSize(2);
            for (ConsumerRecord<byte[], byte[]> record : all) {
                wakeups.append(copy(record));
            }
            wakeups.append(
                    new ProducerRecord<>(all.getFirst().topic(), "a".getBytes(UTF_8), "no wake-up".getBytes(UTF_8)));
            await().untilAsserted(() ->
                    assertThat(wakeups.committed("wakeup_twice-retry")).isEqualTo(5));

            assertThat(attempts).hasValue(7);
            assertThat(service.count("held_key WHERE state = 'DEAD' AND attempts = 4"))
                    .isEqualTo(1);
        }
    }

    @Test
    void a_wakeup_that_is_early_waits_until_it_is_due_while_others_are_heard() {
        try (AccountService service = start("wakeup_early", "10ms,1h,10ms", "1h")) {
            failures.set(2);
            service.publish(new Withdrawn("waits", 1));
            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE attempts = 2")).isEqualTo(1));
            TopicLog later = TopicLog.of("wakeup_early-wakeup_early-retry-2");
            await().untilAsserted(() -> assertThat(later.records()).hasSize(1));
            await().until(() -> recordsRead("wakeup_early-wakeup_early-retry-2") > 0);

            // Others of the first delay are heard, and the consumer stays in its group.
            failures.set(1);
            service.publish(new Withdrawn("quick", 1));
            await().untilAsserted(() -> assertThat(service.numbersOf("quick")).containsExactly(1L));

            assertThat(later.committed("wakeup_early-retry")).isZero();
            // Paused, not read again and again.
            assertThat(recordsRead("wakeup_early-wakeup_early-retry-2")).isLessThan(5);
            assertThat(service.count("held_key")).isEqualTo(1);
        }
    }

    @Test
    void a_wakeup_of_an_earlier_attempt_does_not_run_a_head_that_waits_for_its_next() {
        try (AccountService service = start("wakeup_stale", "10ms,1h,10ms", "1h")) {
            failures.set(2);
            service.publish(new Withdrawn("a", 1), new Deposited("a", 2));
            await().untilAsserted(() -> assertThat(service.count("held_key WHERE attempts = 2 AND state = 'RETRYING'"))
                    .isEqualTo(1));
            TopicLog earlier = TopicLog.of("wakeup_stale-wakeup_stale-retry-1");
            List<ConsumerRecord<byte[], byte[]>> stale = earlier.records();
            assertThat(stale).hasSize(1);

            // The same head, which would take effect now; but not yet is its time.
            earlier.append(copy(stale.getFirst()));
            await().untilAsserted(() ->
                    assertThat(earlier.committed("wakeup_stale-retry")).isEqualTo(2));

            assertThat(attempts).hasValue(2);
            assertThat(service.count("held_event")).isEqualTo(2);
            assertThat(service.effects()).isEmpty();
        }
    }

    @Test
    void a_delay_longer_than_a_consumer_may_be_silent_does_not_cost_it_its_place_in_the_group() {
        try (AccountService service = AccountService.named("wakeup_silent")
                .with("mops.messaging.retry-delays", "4s")
                .with("mops.messaging.sweep-grace", "1h")
                .with("spring.kafka.consumer.properties.max.poll.interval.ms", 2000)
                .handling(this::failing)
                .start()) {
            TopicLog wakeups = TopicLog.of("wakeup_silent-wakeup_silent-retry-1");
            await().untilAsserted(() ->
                    assertThat(wakeups.consumersOf("wakeup_silent-retry")).isEqualTo(1));
            Set<String> members = wakeups.membersOf("wakeup_silent-retry");
            failures.set(1);

            service.publish(new Withdrawn("a", 1), new Deposited("a", 2));

            await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L, 2L));
            assertThat(attempts).hasValue(2);
            // Who is thrown out comes back as another member.
            assertThat(wakeups.membersOf("wakeup_silent-retry")).isEqualTo(members);
        }
    }

    @Test
    void a_head_whose_wakeup_is_lost_is_swept_and_its_followers_with_it() {
        try (AccountService service = start("wakeup_lost", "10ms", "50ms")) {
            failures.set(1);
            service.relay().stop();
            TopicLog topic = TopicLog.of("wakeup_lost");
            topic.append(List.of(topic.event(new Withdrawn("a", 1)), topic.event(new Deposited("a", 2))));

            // The wake-up does not leave the outbox.
            await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L, 2L));

            assertThat(service.count("outbox_event")).isEqualTo(1);
            assertThat(service.count("held_key")).isZero();
        }
    }

    @Test
    void heads_that_were_due_while_nobody_ran_are_tried_after_the_start() {
        try (AccountService service = start("wakeup_stopped", "10ms,20ms,10ms", "100ms")) {
            failures.set(1);
            service.publish(new Withdrawn("a", 1));
            await().untilAsserted(() -> assertThat(attempts.get()).isPositive());
        }
        try (AccountService service = start("wakeup_stopped", "10ms,20ms,10ms", "100ms")) {
            await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L));
        }
    }

    @Test
    void a_head_whose_call_is_under_way_is_not_taken_for_overdue() {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch calling = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (AccountService service = AccountService.named("wakeup_lease")
                .with("mops.messaging.retry-delays", "10ms,10ms,10ms")
                .with("mops.messaging.sweep-interval", "10ms")
                .with("mops.messaging.sweep-grace", "10ms")
                .with("mops.messaging.call-timeout", "20s")
                .with("mops.messaging.batch-size", 100)
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            if (failures.getAndDecrement() > 0) {
                                throw new IllegalStateException("fails as told");
                            }
                            accounts.note(withdrawn, metadata);
                        })
                        .on(
                                TransferRequested.class,
                                Optional::of,
                                requested -> {
                                    if (calls.incrementAndGet() == 1) {
                                        throw new TryLater("the other bank is away");
                                    }
                                    calling.countDown();
                                    awaitLatch(answer);
                                    return "yes";
                                },
                                (requested, said) -> accounts.inTransaction(() -> accounts.touch(requested.account())))
                        .build())
                .start()) {
            service.publish(new TransferRequested("calls", 1));
            awaitLatch(calling);

            // Whoever reads wake-ups waits for the call: these are swept.
            for (int n = 1; n <= 3; n++) {
                failures.set(1);
                service.publish(new Withdrawn("swept-" + n, n));
                String account = "swept-" + n;
                await().untilAsserted(
                                () -> assertThat(service.numbersOf(account)).hasSize(1));
            }
            assertThat(calls).hasValue(2);
            answer.countDown();

            await().untilAsserted(() -> assertThat(service.count("held_key")).isZero());
            assertThat(calls).hasValue(2);
        }
    }

    /** How many records of a topic the consumers of this process have read. */
    private static double recordsRead(String topic) {
        try {
            MBeanServer metrics = ManagementFactory.getPlatformMBeanServer();
            double read = 0;
            for (ObjectName consumer : metrics.queryNames(
                    new ObjectName("kafka.consumer:type=consumer-fetch-manager-metrics,client-id=*,topic=" + topic),
                    null)) {
                read += (Double) metrics.getAttribute(consumer, "records-consumed-total");
            }
            return read;
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private AccountService start(String name, String delays, String grace) {
        return AccountService.named(name)
                .with("mops.messaging.retry-delays", delays)
                .with("mops.messaging.sweep-grace", grace)
                .handling(this::failing)
                .start();
    }

    private EventHandlers<AccountEvent> failing(AccountService accounts, EventFamily<AccountEvent> family) {
        return EventHandlers.of(family)
                .on(Deposited.class, accounts::note)
                .on(Withdrawn.class, (withdrawn, metadata) -> {
                    attempts.incrementAndGet();
                    if (failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("fails as told");
                    }
                    accounts.note(withdrawn, metadata);
                })
                .build();
    }

    private static ProducerRecord<byte[], byte[]> copy(ConsumerRecord<byte[], byte[]> record) {
        return new ProducerRecord<>(record.topic(), record.partition(), record.key(), record.value(), record.headers());
    }
}
