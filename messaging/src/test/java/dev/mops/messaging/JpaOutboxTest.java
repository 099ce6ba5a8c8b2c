package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** With JPA a changed row is locked when it is flushed: that must come before outbox ids are drawn. */
class JpaOutboxTest {

    private static AccountService service;

    @BeforeAll
    static void start() {
        service = AccountService.named("jpa_outbox")
                .application(JpaApplication.class)
                .with("spring.autoconfigure.exclude", "")
                .with("spring.jpa.open-in-view", false)
                .noting()
                .start();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void of_two_transactions_that_race_for_a_row_the_first_to_lock_it_is_the_first_in_the_outbox() throws Exception {
        service.relay().stop();
        service.touch("raced");
        CountDownLatch firstHasDrawn = new CountDownLatch(1);
        CountDownLatch commitFirst = new CountDownLatch(1);

        CompletableFuture<Void> first = inBackground(() -> service.inTransaction(() -> {
            change("raced");
            service.outbox().publish(new Deposited("raced", 1));
            // Runs behind the outbox's own synchronization: row and ids are there, the commit is not.
            TransactionSynchronizationManager.registerSynchronization(new LastBeforeCommit(() -> {
                firstHasDrawn.countDown();
                awaitLatch(commitFirst);
            }));
        }));
        awaitLatch(firstHasDrawn);
        CompletableFuture<Void> second = inBackground(() -> service.inTransaction(() -> {
            change("raced");
            service.outbox().publish(new Deposited("raced", 2));
        }));
        // The second waits for the row; it has drawn no id yet.
        await().untilAsserted(() -> assertThat(
                        service.count(
                                "pg_stat_activity WHERE datname = 'jpa_outbox' AND wait_event_type = 'Lock' AND query ILIKE 'update account%'"))
                .isEqualTo(1));
        commitFirst.countDown();
        first.get(30, TimeUnit.SECONDS);
        second.get(30, TimeUnit.SECONDS);

        service.relay().start();
        await().untilAsserted(() -> assertThat(service.numbersOf("raced")).containsExactly(1L, 2L));
    }

    @Test
    void a_row_is_changed_before_the_outbox_is_written_though_jpa_flushes_late() {
        service.touch("flushed");
        long[] balance = new long[1];

        service.inTransaction(() -> {
            change("flushed");
            service.outbox().publish(new Deposited("flushed", 1));
            assertThat(balanceIn("flushed")).isEqualTo(1);
            TransactionSynchronizationManager.registerSynchronization(
                    new LastBeforeCommit(() -> balance[0] = balanceIn("flushed")));
        });

        assertThat(balance[0]).isEqualTo(2);
    }

    private static CompletableFuture<Void> inBackground(Runnable work) {
        return CompletableFuture.runAsync(work, task -> Thread.ofPlatform().start(task));
    }

    private static void change(String id) {
        service.bean(EntityManager.class).find(Account.class, id).balance++;
    }

    private static long balanceIn(String account) {
        return Objects.requireNonNull(
                service.jdbc().queryForObject("SELECT balance FROM account WHERE id = ?", Long.class, account));
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without an order of its own it runs after the outbox, which was registered before it. */
    private record LastBeforeCommit(Runnable work) implements TransactionSynchronization {

        @Override
        public void beforeCommit(boolean readOnly) {
            work.run();
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EntityScan(basePackageClasses = JpaOutboxTest.class)
    static class JpaApplication {}

    @Entity
    @Table(name = "account")
    static class Account {

        @Id
        String id = "";

        long balance;

        String state = "OPEN";
    }
}
