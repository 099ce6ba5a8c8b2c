package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.EventMetadata;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.StatementSent;
import dev.mops.messaging.AccountEvent.Withdrawn;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class InboxTest {

    private static final TopicLog TOPIC = TopicLog.of("inbox");
    private static final List<List<Long>> PREPARED = new CopyOnWriteArrayList<>();
    private static final AtomicInteger TO_FAIL = new AtomicInteger();
    private static AccountService service;

    @BeforeAll
    static void start() {
        service = AccountService.named("inbox")
                .with("mops.messaging.concurrency", 1)
                .beans(context -> context.registerBean(MeterRegistry.class, SimpleMeterRegistry::new))
                .handling((accounts, family) -> EventHandlers.of(family)
                        .prepare(events -> {
                            assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                                    .isTrue();
                            PREPARED.add(
                                    events.stream().map(AccountEvent::number).toList());
                        })
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, InboxTest::noteOrFail)
                        .build())
                .start();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void consume() {
        service.consumers().start();
        PREPARED.clear();
    }

    @Test
    void an_event_that_stands_twice_in_a_batch_takes_effect_and_is_counted_once() {
        var counter = service.bean(MeterRegistry.class)
                .get("mops.messaging.events.handled")
                .tags("topic", "inbox", "type", "account.deposited")
                .counter();
        double handled = counter.count();
        ProducerRecord<byte[], byte[]> first = TOPIC.event(new Deposited("twice-in-batch", 1));
        ProducerRecord<byte[], byte[]> second = TOPIC.event(new Deposited("twice-in-batch", 2));

        service.consumers().stop();
        TOPIC.append(List.of(first, first, second, first, second));
        service.consumers().start();

        awaitAllConsumed();
        assertThat(service.numbersOf("twice-in-batch")).containsExactly(1L, 2L);
        assertThat(PREPARED).containsExactly(List.of(1L, 2L));
        assertThat(counter.count()).isEqualTo(handled + 2);
    }

    @Test
    void an_event_that_comes_again_in_a_later_batch_has_no_effect() {
        ProducerRecord<byte[], byte[]> event = TOPIC.event(new Deposited("later-batch", 1));

        TOPIC.append(event);
        awaitAllConsumed();
        TOPIC.append(List.of(event, TOPIC.event(new Deposited("later-batch", 2))));
        awaitAllConsumed();

        assertThat(service.numbersOf("later-batch")).containsExactly(1L, 2L);
        assertThat(PREPARED).containsExactly(List.of(1L), List.of(2L));
    }

    @Test
    void an_event_that_comes_again_from_another_partition_has_no_effect() {
        ProducerRecord<byte[], byte[]> event = TOPIC.event(new Deposited("elsewhere", 1));

        TOPIC.append(List.of(TopicLog.on(0, event), TopicLog.on(1, event), TopicLog.on(2, event)));
        awaitAllConsumed();

        assertThat(service.numbersOf("elsewhere")).containsExactly(1L);
    }

    @Test
    void what_was_consumed_before_the_offsets_were_set_back_has_no_effect_again() {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int n = 1; n <= 20; n++) {
            events.add(TOPIC.event(new Deposited("set-back", n)));
        }
        TOPIC.append(events);
        awaitAllConsumed();
        List<AccountService.Effect> before = service.effects();

        service.consumers().stop();
        TOPIC.rewind("inbox");
        assertThat(TOPIC.committed("inbox")).isZero();
        TOPIC.append(TOPIC.event(new Deposited("set-back", 21)));
        service.consumers().start();
        awaitAllConsumed();

        assertThat(service.effects()).startsWith(before.toArray(AccountService.Effect[]::new));
        assertThat(service.effects()).hasSize(before.size() + 1);
        assertThat(service.numbersOf("set-back").getLast()).isEqualTo(21);
    }

    @Test
    void the_same_id_from_another_source_is_another_event() {
        ProducerRecord<byte[], byte[]> event = TOPIC.event(new Deposited("other-source", 1));
        ProducerRecord<byte[], byte[]> other = TOPIC.event(new Deposited("other-source", 2));
        other.headers()
                .remove("ce_id")
                .add("ce_id", event.headers().lastHeader("ce_id").value());
        other.headers().remove("ce_source").add("ce_source", "/third".getBytes(UTF_8));

        TOPIC.append(List.of(event, other));
        awaitAllConsumed();

        assertThat(service.numbersOf("other-source")).containsExactly(1L, 2L);
    }

    @Test
    void a_claim_is_rolled_back_with_its_effect() {
        TO_FAIL.set(2);
        long claims = service.count("inbox_event");
        TOPIC.append(List.of(
                TOPIC.event(new Deposited("rolled-back", 1)),
                TOPIC.event(new Withdrawn("rolled-back", 2)),
                TOPIC.event(new Deposited("rolled-back", 3))));

        await().untilAsserted(() -> assertThat(service.numbersOf("rolled-back")).containsExactly(1L, 2L, 3L));
        assertThat(TO_FAIL).hasValue(0);
        assertThat(service.count("inbox_event")).isEqualTo(claims + 3);
        // The first transaction had all of them: what it did before the failure was rolled back, claims included.
        assertThat(PREPARED.getFirst()).containsExactly(1L, 2L, 3L);
        assertThat(PREPARED.get(1)).containsExactly(1L);
    }

    @Test
    void a_type_that_nobody_handles_is_skipped_unread_and_counted() {
        var counter = service.bean(MeterRegistry.class).counter("mops.messaging.events.skipped", "topic", "inbox");
        double skipped = counter.count();
        ProducerRecord<byte[], byte[]> statement = TOPIC.event(new StatementSent("skipped", 1));
        ProducerRecord<byte[], byte[]> garbage = new ProducerRecord<>(
                statement.topic(), null, statement.key(), new byte[] {(byte) 0xff, 0, 1}, statement.headers());

        TOPIC.append(List.of(garbage, TOPIC.event(new Deposited("skipped", 2))));
        awaitAllConsumed();

        assertThat(service.numbersOf("skipped")).containsExactly(2L);
        assertThat(counter.count()).isEqualTo(skipped + 1);
    }

    @Test
    void two_consumers_that_get_an_event_at_the_same_moment_handle_it_once() throws Exception {
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger handlers = new AtomicInteger();
        TopicLog topic = TopicLog.of("same_moment");
        try (AccountService both = AccountService.named("same_moment")
                .with("mops.messaging.partitions", 2)
                .with("mops.messaging.concurrency", 2)
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, (deposited, metadata) -> {
                            handlers.incrementAndGet();
                            handling.countDown();
                            awaitLatch(release);
                            accounts.note(deposited, metadata);
                        })
                        .build())
                .start()) {
            await().untilAsserted(
                            () -> assertThat(topic.consumersOf("same_moment")).isEqualTo(2));
            // The same event in two partitions, and so in front of two consumers.
            ProducerRecord<byte[], byte[]> event = topic.event(new Deposited("a", 1));
            topic.append(List.of(TopicLog.on(0, event), TopicLog.on(1, event)));
            assertThat(handling.await(30, TimeUnit.SECONDS)).isTrue();
            // The other one waits at its claim for this one's transaction.
            await().untilAsserted(() -> assertThat(
                            both.count(
                                    "pg_stat_activity WHERE datname = 'same_moment' AND wait_event_type = 'Lock' AND query LIKE '%inbox_event%'"))
                    .isEqualTo(1));
            release.countDown();

            await().untilAsserted(
                            () -> assertThat(topic.committed("same_moment")).isEqualTo(2));
            assertThat(both.numbersOf("a")).containsExactly(1L);
            assertThat(handlers).hasValue(1);
        }
    }

    private static void noteOrFail(Withdrawn withdrawn, EventMetadata metadata) {
        service.note(withdrawn, metadata);
        if (TO_FAIL.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw new IllegalStateException("fails as the test says");
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Offsets are committed after the transaction: then all effects are there. */
    private static void awaitAllConsumed() {
        int all = TOPIC.records().size();
        await().untilAsserted(() -> assertThat(TOPIC.committed("inbox")).isEqualTo(all));
    }
}
