package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.TransferRequested;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.junit.jupiter.api.Test;

/** A consumer loses its partition while it is in the middle of a batch, and does not know it yet. */
class RebalanceTest {

    private final CountDownLatch atWork = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<String> calls = new CopyOnWriteArrayList<>();

    @Test
    void a_batch_that_two_consumers_handle_at_once_takes_effect_once() {
        try (AccountService first = start("lost_in_handler", this::stayAtWork, any -> {})) {
            first.publish(new Deposited("a", 1), new Deposited("a", 2));
            awaitLatch(atWork);
            try (AccountService second = start("lost_in_handler", any -> {}, any -> {})) {
                loseAllPartitions("lost_in_handler");
                // The second has the batch, and waits for the first one's claims.
                await().untilAsserted(() -> assertThat(
                                second.count(
                                        "pg_stat_activity WHERE datname = 'lost_in_handler' AND wait_event_type = 'Lock' AND query LIKE '%inbox_event%'"))
                        .isEqualTo(1));
                assertThat(second.effects()).isEmpty();
                goOn.countDown();

                assertGoesOn("lost_in_handler", second, 1L, 2L);
            }
        }
    }

    @Test
    void a_batch_whose_transaction_ended_while_its_consumer_stood_still_takes_effect_once() {
        try (AccountService first = AccountService.named("lost_in_pause")
                .with("mops.messaging.transaction-timeout", "1s")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, (deposited, metadata) -> {
                            accounts.note(deposited, metadata);
                            stayAtWork(deposited);
                        })
                        .build())
                .with("mops.messaging.concurrency", 1)
                .start()) {
            first.publish(new Deposited("a", 1), new Deposited("a", 2));
            awaitLatch(atWork);
            try (AccountService second = start("lost_in_pause", any -> {}, any -> {})) {
                loseAllPartitions("lost_in_pause");
                await().untilAsserted(() -> assertThat(second.numbersOf("a")).containsExactly(1L, 2L));
                goOn.countDown();

                assertGoesOn("lost_in_pause", second, 1L, 2L);
            }
        }
    }

    @Test
    void a_call_that_two_consumers_make_is_recorded_once() {
        try (AccountService first = start("lost_in_call", any -> {}, this::stayAtWork)) {
            first.publish(new TransferRequested("a", 1), new Deposited("a", 2));
            awaitLatch(atWork);
            try (AccountService second = start("lost_in_call", any -> {}, any -> {})) {
                loseAllPartitions("lost_in_call");
                await().untilAsserted(() -> assertThat(second.numbersOf("a")).containsExactly(1L, 2L));
                goOn.countDown();

                assertGoesOn("lost_in_call", second, 1L, 2L);
                assertThat(calls).containsExactly("transfer:1", "transfer:1");
            }
        }
    }

    @Test
    void an_event_that_fails_while_its_consumer_loses_the_partition_is_held_once_and_keeps_its_order() {
        // The first consumer fails after the second has the partition, and the second fails once, too.
        AtomicInteger failures = new AtomicInteger(2);
        Consumer<AccountEvent> failing = event -> {
            if (event.account().equals("a") && event.number() == 1 && failures.getAndDecrement() > 0) {
                throw new IllegalStateException("fails as told");
            }
        };
        Consumer<AccountEvent> staying = event -> {
            if (event.account().equals("a") && event.number() == 1 && atWork.getCount() > 0) {
                stayAtWork(event);
            }
            failing.accept(event);
        };
        try (AccountService first = start("lost_in_failure", staying, any -> {})) {
            first.publish(new Deposited("a", 1), new Deposited("a", 2));
            awaitLatch(atWork);
            try (AccountService second = start("lost_in_failure", failing, any -> {})) {
                loseAllPartitions("lost_in_failure");
                await().untilAsserted(() -> assertThat(
                                second.count(
                                        "pg_stat_activity WHERE datname = 'lost_in_failure' AND wait_event_type = 'Lock' AND query LIKE '%inbox_event%'"))
                        .isEqualTo(1));
                goOn.countDown();

                assertGoesOn("lost_in_failure", second, 1L, 2L);
                assertThat(second.count("held_event")).isZero();
            }
        }
    }

    /** Both instances are back in the group, every effect is there once, and the next event is handled. */
    private static void assertGoesOn(String name, AccountService service, Long... numbers) {
        await().untilAsserted(() -> assertThat(service.numbersOf("a")).hasSize(numbers.length));
        await().untilAsserted(
                        () -> assertThat(TopicLog.of(name).consumersOf(name)).isEqualTo(2));
        for (int account = 0; account < 8; account++) {
            service.publish(new Deposited("b-" + account, 1));
        }
        int all = numbers.length + 8;
        await().untilAsserted(() -> assertThat(service.effects()).hasSize(all));
        await().untilAsserted(() -> assertThat(TopicLog.of(name).committed(name))
                .isEqualTo(TopicLog.of(name).records().size()));
        assertThat(service.effects()).hasSize(all);
        assertThat(service.numbersOf("a")).containsExactly(numbers);
    }

    private void stayAtWork(AccountEvent event) {
        atWork.countDown();
        awaitLatch(goOn);
    }

    private AccountService start(String name, Consumer<AccountEvent> inHandler, Consumer<AccountEvent> inCall) {
        return AccountService.named(name)
                .with("mops.messaging.concurrency", 1)
                .with("mops.messaging.batch-size", 10)
                .with("mops.messaging.call-timeout", "60s")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, (deposited, metadata) -> {
                            accounts.note(deposited, metadata);
                            inHandler.accept(deposited);
                        })
                        .on(
                                TransferRequested.class,
                                Optional::of,
                                requested -> {
                                    calls.add("transfer:" + requested.number());
                                    inCall.accept(requested);
                                    return "yes";
                                },
                                (requested, answer) ->
                                        accounts.note(requested, Objects.requireNonNull(CurrentEvent.metadata())))
                        .build())
                .start();
    }

    /** The group forgets its members: who still polls joins again and gets all partitions. */
    private static void loseAllPartitions(String group) {
        try (Admin admin = TopicLog.of(group).admin()) {
            admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
                    .all()
                    .get();
        } catch (ExecutionException | InterruptedException e) {
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
}
