package dev.mops.messaging;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.mops.events.EventCodec;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.AccountEvent.TransferSettled;
import dev.mops.messaging.held.EventId;
import dev.mops.messaging.held.Ledger;
import dev.mops.messaging.held.LedgerKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.support.TransactionSynchronizationManager;

@ExtendWith(OutputCaptureExtension.class)
class OutsideCallTest {

    private static final TopicLog TOPIC = TopicLog.of("outside_call");
    /** What the other bank heard. */
    private static final List<Transfer> HEARD = new CopyOnWriteArrayList<>();

    private static final Map<String, Function<Transfer, String>> ANSWERS = new ConcurrentHashMap<>();
    private static final Set<String> PUBLISH_IN_INTEND = ConcurrentHashMap.newKeySet();
    private static AccountService service;

    /** A request; its key names the business act. */
    record Transfer(String key, String account, long deposits) {}

    @BeforeAll
    static void start() {
        service = AccountService.named("outside_call")
                .with("mops.messaging.concurrency", 1)
                .with("mops.messaging.call-concurrency", 3)
                .with("mops.messaging.call-timeout", "300ms")
                .with("mops.messaging.batch-size", 100)
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(
                                TransferRequested.class,
                                requested -> intend(accounts, requested),
                                OutsideCallTest::call,
                                (requested, answer) -> record(accounts, requested, answer))
                        .build())
                .start();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void forget() {
        HEARD.clear();
    }

    @Test
    void the_intent_is_committed_before_the_call_which_runs_without_a_transaction() {
        List<String> seen = new CopyOnWriteArrayList<>();
        ANSWERS.put("three-parts", transfer -> {
            assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                    .isFalse();
            assertThat(TransactionSynchronizationManager.isSynchronizationActive())
                    .isFalse();
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            seen.add(stateOf("three-parts"));
            return "yes";
        });

        service.publish(new TransferRequested("three-parts", 7));

        awaitState("three-parts", "yes");
        assertThat(seen).containsExactly("CALLING");
        assertThat(HEARD).containsExactly(new Transfer("transfer:three-parts:7", "three-parts", 0));
        await().untilAsserted(() -> assertThat(TOPIC.events())
                .filteredOn(envelope -> envelope.event().equals(new TransferSettled("three-parts", 7)))
                .hasSize(1));
    }

    @Test
    void where_no_call_is_due_the_event_is_done() {
        service.touch("not-due");
        service.jdbc().update("UPDATE account SET state = 'CLOSED' WHERE id = 'not-due'");
        long claimed = service.count("inbox_event");

        TOPIC.append(TOPIC.event(new TransferRequested("not-due", 1)));

        await().untilAsserted(() -> assertThat(service.count("inbox_event")).isEqualTo(claimed + 1));
        assertThat(stateOf("not-due")).isEqualTo("CLOSED");
        assertThat(HEARD).isEmpty();
    }

    @Test
    void the_calls_of_a_batch_run_at_once_but_no_more_than_allowed() {
        // Nobody gets an answer until three have asked.
        CyclicBarrier three = new CyclicBarrier(3);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>();
        for (int n = 0; n < 9; n++) {
            ANSWERS.put("at-once-" + n, transfer -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                try {
                    three.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                    throw new IllegalStateException(e);
                } finally {
                    now.decrementAndGet();
                }
                return "yes";
            });
            batch.add(TopicLog.on(0, TOPIC.event(new TransferRequested("at-once-" + n, 1))));
        }

        inOneBatch(batch);

        for (int n = 0; n < 9; n++) {
            awaitState("at-once-" + n, "yes");
        }
        assertThat(HEARD).hasSize(9);
        assertThat(most).hasValue(3);
    }

    @Test
    void a_call_that_fails_is_made_again_with_the_same_request_and_recorded_once() {
        AtomicInteger calls = new AtomicInteger();
        ANSWERS.put("fails-twice", transfer -> {
            if (calls.incrementAndGet() < 3) {
                throw new IllegalStateException("the other bank is closed");
            }
            return "yes";
        });

        inOneBatch(List.of(
                TopicLog.on(0, TOPIC.event(new Deposited("fails-neighbour", 1))),
                TopicLog.on(0, TOPIC.event(new TransferRequested("fails-twice", 1)))));

        awaitState("fails-twice", "yes");
        assertThat(HEARD).hasSize(3).containsOnly(new Transfer("transfer:fails-twice:1", "fails-twice", 0));
        assertThat(service.numbersOf("fails-twice")).containsExactly(1L);
        assertThat(service.numbersOf("fails-neighbour")).containsExactly(1L);
    }

    @Test
    void a_call_without_an_answer_in_time_is_given_up_and_made_again(CapturedOutput log) {
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        ANSWERS.put("too-long", transfer -> {
            if (calls.incrementAndGet() == 1) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            }
            return "yes";
        });

        service.publish(new TransferRequested("too-long", 1));

        awaitState("too-long", "yes");
        assertThat(HEARD).hasSize(2).containsOnly(new Transfer("transfer:too-long:1", "too-long", 0));
        assertThat(service.numbersOf("too-long")).containsExactly(1L);
        await().untilAsserted(() -> assertThat(interrupted.getCount()).isZero());
        assertThat(log)
                .contains("waits for the outside world: " + TryLater.class.getName()
                        + ": No answer from outside within mops.messaging.call-timeout=PT0.3S");
    }

    @Test
    void an_intent_sees_the_effect_of_the_events_of_its_key_that_stand_before_it() {
        inOneBatch(List.of(
                TopicLog.on(0, TOPIC.event(new Deposited("cut", 1))),
                TopicLog.on(0, TOPIC.event(new Deposited("cut-other", 1))),
                TopicLog.on(0, TOPIC.event(new TransferRequested("cut", 2))),
                TopicLog.on(0, TOPIC.event(new Deposited("cut", 3))),
                TopicLog.on(0, TOPIC.event(new TransferRequested("cut", 4)))));

        await().untilAsserted(() -> assertThat(service.numbersOf("cut")).containsExactly(1L, 2L, 3L, 4L));
        assertThat(HEARD)
                .containsExactly(new Transfer("transfer:cut:2", "cut", 1), new Transfer("transfer:cut:4", "cut", 2));
    }

    @Test
    void behind_a_dead_letter_no_call_is_made_until_it_is_replayed() {
        ANSWERS.put("held", transfer -> {
            throw new IllegalStateException("the other bank says no");
        });
        ProducerRecord<byte[], byte[]> head = TOPIC.event(new TransferRequested("held", 1));
        TOPIC.append(head);
        await().untilAsserted(() ->
                assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(1));
        ANSWERS.remove("held");
        HEARD.clear();

        TOPIC.append(List.of(
                TOPIC.event(new TransferRequested("held", 2)), TOPIC.event(new TransferRequested("not-held", 1))));

        await().untilAsserted(() ->
                assertThat(service.count("held_event WHERE key = 'held'")).isEqualTo(2));
        awaitState("not-held", "yes");
        assertThat(HEARD).containsExactly(new Transfer("transfer:not-held:1", "not-held", 0));

        Ledger ledger = service.bean(Ledger.class);
        service.inTransaction(() -> ledger.lockedHeads(List.of(keyOf(head))).forEach(ledger::replay));
        await().untilAsserted(() -> assertThat(service.numbersOf("held")).containsExactly(1L, 2L));
        assertThat(HEARD)
                .filteredOn(transfer -> transfer.account().equals("held"))
                .extracting(Transfer::key)
                .containsExactly("transfer:held:1", "transfer:held:2");
    }

    @Test
    void an_outside_that_is_away_for_long_holds_up_no_other_and_uses_up_no_attempt_of_hundreds_that_wait_for_it() {
        int keys = 300;
        AtomicBoolean away = new AtomicBoolean(true);
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int n = 0; n < keys; n++) {
            ANSWERS.put("waiting-" + n, transfer -> {
                if (away.get()) {
                    throw new TryLater("the other bank is away");
                }
                return "yes";
            });
            events.add(TOPIC.event(new TransferRequested("waiting-" + n, 1)));
            events.add(TOPIC.event(new Deposited("flowing-" + n, 1)));
            events.add(TOPIC.event(new Deposited("waiting-" + n, 2)));
        }
        TOPIC.append(events);

        await().untilAsserted(() -> assertThat(service.count("effect WHERE account LIKE 'flowing-%'"))
                .isEqualTo(keys));
        // Each has been tried more often than an event that fails.
        await().untilAsserted(() -> assertThat(service.count("held_key WHERE state = 'RETRYING' AND deferrals > 4"))
                .isEqualTo(keys));
        assertThat(service.count("held_key WHERE attempts > 0 OR state = 'DEAD'"))
                .isZero();
        assertThat(service.count("effect WHERE account LIKE 'waiting-%'")).isZero();

        away.set(false);

        await().untilAsserted(() -> assertThat(service.count("held_key")).isZero());
        Map<String, List<Long>> numbers = service.effects().stream()
                .filter(effect -> effect.account().startsWith("waiting-"))
                .collect(groupingBy(AccountService.Effect::account, mapping(AccountService.Effect::number, toList())));
        assertThat(numbers).hasSize(keys);
        assertThat(numbers.values()).containsOnly(List.of(1L, 2L));
    }

    @Test
    void an_event_that_was_recorded_before_makes_no_call() {
        ProducerRecord<byte[], byte[]> event = TOPIC.event(new TransferRequested("again", 1));
        inOneBatch(List.of(TopicLog.on(0, event), TopicLog.on(0, event)));
        awaitState("again", "yes");

        TOPIC.append(List.of(event, TOPIC.event(new Deposited("again", 2))));

        await().untilAsserted(() -> assertThat(service.numbersOf("again")).containsExactly(1L, 2L));
        assertThat(HEARD).hasSize(1);
    }

    @Test
    void an_intent_that_publishes_is_refused(CapturedOutput log) {
        PUBLISH_IN_INTEND.add("publishes");
        service.publish(new TransferRequested("publishes", 1));

        await().untilAsserted(() -> assertThat(log)
                .contains("An intent does not publish, since it may run again: publish where the outcome is recorded"));
        awaitState("publishes", "yes");
        assertThat(HEARD).hasSize(1);
        assertThat(TOPIC.events()).noneMatch(envelope -> envelope.event().equals(new Deposited("publishes", 1)));
    }

    @Test
    void an_answer_of_nothing_is_a_failure_of_its_event(CapturedOutput log) {
        AtomicInteger calls = new AtomicInteger();
        ANSWERS.put("nothing", transfer -> calls.incrementAndGet() == 1 ? nothing() : "yes");

        service.publish(new TransferRequested("nothing", 1));

        awaitState("nothing", "yes");
        assertThat(log).contains("A call of the outside world returned nothing");
    }

    @Test
    void calls_that_may_take_longer_than_a_consumer_may_be_silent_stop_the_start() {
        AccountService.Builder slow = AccountService.named("outside_call_slow")
                .with("mops.messaging.batch-size", 100)
                .with("mops.messaging.call-concurrency", 10)
                .with("mops.messaging.call-timeout", "15s");

        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> slow.handling((accounts, family) -> EventHandlers.of(family)
                                .on(
                                        TransferRequested.class,
                                        requested -> Optional.of(1),
                                        request -> request,
                                        (requested, answer) -> {})
                                .build())
                        .start())
                .havingRootCause()
                .withMessageContaining("could take PT2M30S")
                .withMessageContaining("less than half of max.poll.interval.ms (PT2M30S)");
        // Where nothing is called, nothing can take long.
        slow.noting().start().close();
    }

    private static Optional<Transfer> intend(AccountService accounts, TransferRequested requested) {
        accounts.touch(requested.account());
        if (PUBLISH_IN_INTEND.remove(requested.account())) {
            accounts.outbox().publish(new Deposited(requested.account(), requested.number()));
        }
        if (stateOf(requested.account()).equals("CLOSED")) {
            return Optional.empty();
        }
        accounts.jdbc().update("UPDATE account SET state = 'CALLING' WHERE id = ?", requested.account());
        Long deposits = accounts.jdbc()
                .queryForObject(
                        "SELECT count(*) FROM effect WHERE type = 'Deposited' AND account = ?",
                        Long.class,
                        requested.account());
        return Optional.of(new Transfer(
                "transfer:" + requested.account() + ":" + requested.number(),
                requested.account(),
                deposits == null ? -1 : deposits));
    }

    private static String call(Transfer transfer) {
        HEARD.add(transfer);
        return ANSWERS.getOrDefault(transfer.account(), any -> "yes").apply(transfer);
    }

    private static void record(AccountService accounts, TransferRequested requested, String answer) {
        assertThat(TransactionSynchronizationManager.isActualTransactionActive())
                .isTrue();
        accounts.jdbc().update("UPDATE account SET state = ? WHERE id = ?", answer, requested.account());
        accounts.note(requested, Objects.requireNonNull(CurrentEvent.metadata()));
        accounts.outbox().publish(new TransferSettled(requested.account(), requested.number()));
    }

    @SuppressWarnings("NullAway") // a service without null checks can do that
    private static String nothing() {
        return null;
    }

    private static LedgerKey keyOf(ProducerRecord<byte[], byte[]> event) {
        return LedgerKey.of(
                new ConsumerRecord<>(event.topic(), 0, 0, event.key(), event.value()),
                new EventId("/elsewhere", Objects.requireNonNull(EventCodec.idOf(event.headers()))));
    }

    private static void inOneBatch(List<ProducerRecord<byte[], byte[]>> records) {
        service.consumers().stop();
        TOPIC.append(records);
        service.consumers().start();
    }

    private static String stateOf(String account) {
        return service.jdbc().queryForList("SELECT state FROM account WHERE id = ?", String.class, account).stream()
                .findFirst()
                .orElse("none");
    }

    private static void awaitState(String account, String state) {
        await().untilAsserted(() -> assertThat(stateOf(account)).isEqualTo(state));
    }
}
