package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mops.events.EventCodec;
import dev.mops.events.EventFamily;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.io.IOException;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

@ExtendWith(OutputCaptureExtension.class)
class RetryTest {

    private static final TopicLog TOPIC = TopicLog.of("retry");
    private static final Map<String, Supplier<@Nullable Throwable>> FAILURES = new ConcurrentHashMap<>();
    private static AccountService service;

    @BeforeAll
    static void start() {
        service = AccountService.named("retry")
                .with("mops.messaging.concurrency", 1)
                .with("spring.datasource.hikari.connection-timeout", 250)
                .with("mops.messaging.retry-backoff", "10ms")
                .with("mops.messaging.max-retry-backoff", "80ms")
                .handling(RetryTest::table)
                .start();
    }

    private static EventHandlers<AccountEvent> table(AccountService accounts, EventFamily<AccountEvent> family) {
        return EventHandlers.of(family)
                .on(Deposited.class, accounts::note)
                .on(Withdrawn.class, (withdrawn, metadata) -> {
                    accounts.note(withdrawn, metadata);
                    failAsTold(withdrawn.account());
                })
                .build();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void whatever_a_handler_throws_its_event_runs_again_and_those_behind_it_come_after_it() {
        List<Throwable> failures = List.of(
                new IllegalStateException(),
                new ClassCastException(),
                new StackOverflowError(),
                new OutOfMemoryError(),
                new AssertionError(),
                new NoClassDefFoundError(),
                new IOException(),
                new ConnectException(),
                new SerializationException(),
                new DuplicateKeyException("none"),
                new TransientDataAccessResourceException("none"),
                new IllegalArgumentException());
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int n = 0; n < failures.size(); n++) {
            String account = "whatever-" + n;
            Iterator<Throwable> once = List.of(failures.get(n)).iterator();
            FAILURES.put(account, () -> once.hasNext() ? once.next() : null);
            records.add(TOPIC.event(new Deposited(account, 1)));
            records.add(TOPIC.event(new Withdrawn(account, 2)));
            records.add(TOPIC.event(new Deposited(account, 3)));
        }
        TOPIC.append(records);

        for (int n = 0; n < failures.size(); n++) {
            String account = "whatever-" + n;
            await().untilAsserted(() -> assertThat(service.numbersOf(account)).containsExactly(1L, 2L, 3L));
        }
    }

    @Test
    void while_no_connection_is_to_be_had_no_attempt_is_used_and_the_wait_grows_to_its_limit(CapturedOutput log) {
        int from = log.toString().length();
        service.inTransaction(() -> {
            exhaustPool(service.bean(DataSource.class));
            TOPIC.append(TOPIC.event(new Withdrawn("no-connection", 1)));
            await().until(() -> waits(log.toString().substring(from)).size() >= 5);
        });

        await().untilAsserted(
                        () -> assertThat(service.numbersOf("no-connection")).containsExactly(1L));
        assertThat(waits(log.toString().substring(from))).startsWith(10, 20, 40, 80, 80);
        assertThat(service.count("held_event WHERE key = 'no-connection'")).isZero();
        assertThat(TopicLog.of("retry-retry-retry-1").records())
                .noneMatch(record -> new String(record.key(), UTF_8).equals("no-connection"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01"})
    void transactions_that_are_in_each_others_way_run_again_at_once_without_using_an_attempt(String state) {
        String account = "contention-" + state;
        AtomicInteger attempts = new AtomicInteger();
        FAILURES.put(account, () -> attempts.incrementAndGet() <= 5 ? refusedWith(state) : null);

        TOPIC.append(List.of(TOPIC.event(new Withdrawn(account, 1)), TOPIC.event(new Deposited(account, 2))));

        await().untilAsserted(() -> assertThat(service.numbersOf(account)).containsExactly(1L, 2L));
        assertThat(attempts).hasValue(6);
        assertThat(wakeupsOf(account)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01"})
    void an_event_that_is_in_the_way_for_ever_counts_as_one_that_fails(String state) {
        String account = "contention-for-ever-" + state;
        AtomicInteger attempts = new AtomicInteger();
        FAILURES.put(account, () -> attempts.incrementAndGet() <= 6 ? refusedWith(state) : null);

        TOPIC.append(List.of(
                TOPIC.event(new Withdrawn(account, 1)),
                TOPIC.event(new Deposited(account, 2)),
                TOPIC.event(new Deposited("beside-" + account, 1))));

        await().untilAsserted(() -> assertThat(service.numbersOf(account)).containsExactly(1L, 2L));
        assertThat(service.numbersOf("beside-" + account)).containsExactly(1L);
        assertThat(attempts).hasValue(7);
        await().untilAsserted(() -> assertThat(wakeupsOf(account)).isEqualTo(1));
    }

    @Test
    void an_event_that_cannot_even_be_held_waits_with_its_partition_and_is_not_tried_in_a_hot_loop(CapturedOutput log) {
        TopicLog topic = TopicLog.of("unholdable");
        try (AccountService holding = AccountService.named("unholdable")
                .with("mops.messaging.partitions", 2)
                .with("mops.messaging.concurrency", 2)
                .with("mops.messaging.retry-backoff", "10ms")
                .with("mops.messaging.max-retry-backoff", "80ms")
                .handling(RetryTest::table)
                .start()) {
            await().untilAsserted(
                            () -> assertThat(topic.consumersOf("unholdable")).isEqualTo(2));
            ProducerRecord<byte[], byte[]> bad = topic.event(new Withdrawn("unholdable", 1));
            FAILURES.put("unholdable", () -> holding.count("held_event") == 0 ? new IllegalStateException() : null);
            holding.jdbc().execute("""
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        RAISE EXCEPTION 'The ledger has no room';
                    END $$;
                    CREATE TRIGGER refuse BEFORE INSERT ON held_event FOR EACH ROW
                        WHEN (NEW.event_id = '%s') EXECUTE FUNCTION refuse()
                    """.formatted(EventCodec.idOf(bad.headers())));
            int from = log.toString().length();

            topic.append(List.of(
                    TopicLog.on(0, topic.event(new Deposited("before", 1))),
                    TopicLog.on(0, bad),
                    TopicLog.on(0, topic.event(new Deposited("unholdable", 2))),
                    TopicLog.on(0, topic.event(new Deposited("behind", 1)))));
            await().until(() -> waits(log.toString().substring(from)).size() >= 5);
            topic.append(TopicLog.on(1, topic.event(new Deposited("elsewhere", 1))));
            await().untilAsserted(() -> assertThat(holding.effects())
                    .extracting(AccountService.Effect::account)
                    .containsExactly("before", "elsewhere"));

            assertThat(waits(log.toString().substring(from))).startsWith(10, 20, 40, 80, 80);
            // One of the elsewhere; the others wait in the log.
            assertThat(topic.committed("unholdable")).isLessThanOrEqualTo(1);
            holding.jdbc().execute("DROP TRIGGER refuse ON held_event");
            await().untilAsserted(
                            () -> assertThat(holding.numbersOf("unholdable")).containsExactly(1L, 2L));
            await().untilAsserted(() -> assertThat(holding.numbersOf("behind")).containsExactly(1L));
            assertThat(holding.numbersOf("before")).containsExactly(1L);
        }
    }

    @Test
    void a_record_that_cannot_be_read_is_a_dead_letter_at_once_named_without_its_payload(CapturedOutput log) {
        TopicLog topic = TopicLog.of("unreadable").create(1);
        ProducerRecord<byte[], byte[]> event = topic.event(new Deposited("a", 1));
        topic.append(topic.event(new Deposited("a", 1)));
        topic.append(new ProducerRecord<>(
                event.topic(),
                null,
                event.key(),
                "{\"account\":\"a\",\"number\":\"of-the-credit-card\"}".getBytes(UTF_8),
                event.headers()));
        topic.append(topic.event(new Deposited("a", 3)));
        topic.append(topic.event(new Deposited("b", 4)));
        try (AccountService reading = AccountService.named("unreadable")
                .with("mops.messaging.partitions", 1)
                .with("mops.messaging.concurrency", 1)
                .noting()
                .start()) {
            await().untilAsserted(() -> assertThat(reading.numbersOf("b")).containsExactly(4L));
            assertThat(reading.numbersOf("a")).containsExactly(1L);
            assertThat(reading.count("held_key WHERE state = 'DEAD' AND attempts = 1"))
                    .isEqualTo(1);
            assertThat(log).contains("The record unreadable-0@1 can't be read").doesNotContain("of-the-credit-card");
        }
    }

    /** Takes all connections but the caller's; they go back with its transaction. */
    private static void exhaustPool(DataSource pool) {
        List<Connection> taken = new ArrayList<>();
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                for (Connection connection : taken) {
                    try {
                        connection.close();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        });
        int others = ((HikariDataSource) pool).getMaximumPoolSize() - 1;
        await().pollInSameThread().until(() -> {
            try {
                taken.add(pool.getConnection());
            } catch (SQLTransientConnectionException late) {
                // Somebody else has one for a moment, or a new one takes its time.
            }
            return taken.size() == others;
        });
    }

    /** What the database itself throws for this state. */
    private static Throwable refusedWith(String state) {
        return catchThrowable(() -> service.jdbc()
                .execute("DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '%s'; END $$".formatted(state)));
    }

    private static long wakeupsOf(String account) {
        return TopicLog.of("retry-retry-retry-1").records().stream()
                .filter(record -> new String(record.key(), UTF_8).equals(account))
                .count();
    }

    private static void failAsTold(String account) {
        Throwable failure = FAILURES.getOrDefault(account, () -> null).get();
        if (failure != null) {
            RetryTest.<RuntimeException>sneak(failure);
        }
    }

    // A handler can throw checked exceptions, too: other languages do, and sneaky code.
    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void sneak(Throwable failure) throws X {
        throw (X) failure;
    }

    private static List<Integer> waits(String log) {
        Matcher matcher = Pattern.compile("runs again in (\\d+) ms").matcher(log);
        List<Integer> waits = new ArrayList<>();
        while (matcher.find()) {
            waits.add(Integer.valueOf(matcher.group(1)));
        }
        return waits;
    }
}
