package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.EventCodec;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.StatementSent;
import dev.mops.messaging.AccountEvent.Withdrawn;
import dev.mops.messaging.WatchedTransactions.Work;
import dev.mops.messaging.held.EventId;
import dev.mops.messaging.held.LedgerKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A session of the database is ended under an event. Once is bad luck; for ever, it is the event. */
class BackendKilledTest {

    private static final String KILL = "SELECT pg_terminate_backend(pg_backend_pid())";

    /** As the documents say: that often alone, then it is held. */
    private static final int TRIES_ALONE = 3;

    private static @Nullable AccountService watched;
    private static volatile @Nullable Killer killer;

    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger kills = new AtomicInteger();

    @Test
    void an_event_under_which_every_session_ends_becomes_a_dead_letter_and_holds_up_no_other() {
        kills.set(Integer.MAX_VALUE);
        try (AccountService service = start("backend_killed")) {
            TopicLog topic = TopicLog.of("backend_killed");
            List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
            for (int n = 0; n < 50; n++) {
                events.add(TopicLog.on(0, topic.event(new Deposited("good-" + n, n))));
            }
            events.add(20, TopicLog.on(0, topic.event(new Withdrawn("bad", 1))));
            events.add(30, TopicLog.on(0, topic.event(new Deposited("bad", 2))));
            service.consumers().stop();
            topic.append(events);
            service.consumers().start();

            await().untilAsserted(() -> assertThat(service.effects()).hasSize(50));
            await().untilAsserted(() -> assertThat(service.count("held_key WHERE state = 'DEAD' AND attempts = 4"))
                    .isEqualTo(1));
            assertThat(service.numbersOf("bad")).isEmpty();
            assertThat(service.count("held_event")).isEqualTo(2);
        }
    }

    @Test
    void a_session_that_ends_once_costs_no_attempt() {
        kills.set(1);
        try (AccountService service = start("backend_killed_once")) {
            service.publish(new Withdrawn("a", 1), new Deposited("a", 2));

            await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L, 2L));
            assertThat(attempts).hasValue(2);
            assertThat(TopicLog.of("backend_killed_once-backend_killed_once-retry-1")
                            .records())
                    .isEmpty();
        }
    }

    @BeforeAll
    static void start() {
        watched = AccountService.named("backend_killed_anywhere")
                .with("mops.messaging.concurrency", 1)
                .with("mops.messaging.retry-delays", "5ms,5ms,5ms")
                // Whoever runs a head again is the one consumer of the wake-ups.
                .with("mops.messaging.sweep-grace", "1h")
                .beans(WatchedTransactions.by(work -> {
                    Killer at = killer;
                    if (at != null && at.hits(work)) {
                        work.kill(required(watched));
                    }
                }))
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            accounts.note(withdrawn, metadata);
                            required(killer).handled();
                            accounts.outbox().publish(new StatementSent(withdrawn.account(), 1));
                        })
                        .build())
                .start();
    }

    @AfterAll
    static void stop() {
        killer = null;
        required(watched).close();
    }

    @ParameterizedTest
    @EnumSource
    void an_event_under_which_every_session_ends_at_the_same_statement_holds_up_its_own_key_only(Statement statement) {
        AccountService service = required(watched);
        TopicLog topic = TopicLog.of("backend_killed_anywhere");
        String name = statement.name();
        ProducerRecord<byte[], byte[]> bad = TopicLog.on(0, topic.event(new Withdrawn("bad-" + name, 1)));
        killer = new Killer(statement, bad);
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int n = 1; n <= 12; n++) {
            events.add(TopicLog.on(0, topic.event(new Deposited("good-" + name + n % 3, n))));
        }
        events.add(5, bad);
        events.add(9, TopicLog.on(0, topic.event(new Deposited("bad-" + name, 2))));
        topic.append(events);

        await().untilAsserted(() -> {
            assertThat(service.numbersOf("good-" + name + 0)).containsExactly(3L, 6L, 9L, 12L);
            assertThat(service.numbersOf("good-" + name + 1)).containsExactly(1L, 4L, 7L, 10L);
            assertThat(service.numbersOf("good-" + name + 2)).containsExactly(2L, 5L, 8L, 11L);
        });
        if (statement == Statement.CLAIM) {
            // Once it is held, it needs no claim.
            await().untilAsserted(
                            () -> assertThat(service.numbersOf("bad-" + name)).containsExactly(1L, 2L));
            assertThat(required(killer).kills).hasValueGreaterThanOrEqualTo(TRIES_ALONE);
        } else {
            await().untilAsserted(() -> assertThat(service.count("held_key k JOIN held_event e ON e.id = k.head"
                            + " WHERE k.state = 'DEAD' AND k.attempts = 4 AND e.key = 'bad-" + name + "'"))
                    .isEqualTo(1));
            assertThat(service.count("held_event WHERE key = 'bad-" + name + "'"))
                    .isEqualTo(2);
            assertThat(service.numbersOf("bad-" + name)).isEmpty();
            assertThat(required(killer).kills).hasValueGreaterThanOrEqualTo(TRIES_ALONE);
        }
    }

    /** What a transaction does that handles an event. */
    enum Statement {
        CLAIM("INSERT INTO inbox_event"),
        LOOK_UP("FOR UPDATE"),
        READ_HEAD("JOIN held_event e"),
        HANDLE("INSERT INTO effect"),
        LEAVE("DELETE FROM held_event"),
        PROMOTE_NEXT("UPDATE held_key k SET head"),
        RELEASE("DELETE FROM held_key"),
        PUBLISH("INSERT INTO outbox_event"),
        COMMIT(WatchedTransactions.COMMIT);

        private final String sql;

        Statement(String sql) {
            this.sql = sql;
        }

        /** What only a head does, which has failed before. */
        boolean isOfHead() {
            return switch (this) {
                case READ_HEAD, LEAVE, PROMOTE_NEXT, RELEASE -> true;
                case CLAIM, LOOK_UP, HANDLE, PUBLISH, COMMIT -> false;
            };
        }
    }

    /** Ends each session that comes as far with the event as to this statement. */
    private static final class Killer {

        private final Statement statement;
        private final UUID event;
        private final String account;
        private final String keyHash;
        private final AtomicInteger kills = new AtomicInteger();
        private final AtomicInteger alone = new AtomicInteger();
        private final AtomicInteger handled = new AtomicInteger();

        Killer(Statement statement, ProducerRecord<byte[], byte[]> event) {
            this.statement = statement;
            this.event = required(EventCodec.idOf(event.headers()));
            this.account = new String(event.key(), UTF_8);
            this.keyHash = LedgerKey.of(
                            new ConsumerRecord<>(event.topic(), 0, 0, event.key(), event.value()),
                            new EventId("/elsewhere", this.event))
                    .hash();
        }

        boolean hits(Work work) {
            if (!work.now().contains(statement.sql)) {
                return false;
            }
            boolean hit =
                    switch (statement) {
                        case CLAIM, LOOK_UP, READ_HEAD -> isTaken(work) && !isToBeHeld(work);
                        case HANDLE, LEAVE, PROMOTE_NEXT, RELEASE, PUBLISH, COMMIT -> work.has(account);
                    };
            if (hit) {
                kills.incrementAndGet();
            }
            return hit;
        }

        void handled() {
            if (handled.incrementAndGet() == 1 && statement.isOfHead()) {
                throw new IllegalStateException("fails as told");
            }
        }

        /** From the topic, by its id; from the ledger, by its key. */
        private boolean isTaken(Work work) {
            boolean fromTopic = work.statements().getFirst().contains(Statement.CLAIM.sql);
            return fromTopic ? work.has(event) : work.has(keyHash);
        }

        /** What can't even be held would wait for ever: the transaction that holds it goes through. */
        private boolean isToBeHeld(Work work) {
            return work.size() == 1 && alone.incrementAndGet() % (TRIES_ALONE + 1) == 0;
        }
    }

    private static <T> T required(@Nullable T value) {
        return Objects.requireNonNull(value);
    }

    private AccountService start(String name) {
        return AccountService.named(name)
                .with("mops.messaging.concurrency", 1)
                .with("mops.messaging.retry-delays", "5ms,5ms,5ms")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            attempts.incrementAndGet();
                            if (kills.getAndDecrement() > 0) {
                                accounts.jdbc().queryForList(KILL);
                            }
                            accounts.note(withdrawn, metadata);
                        })
                        .build())
                .start();
    }
}
