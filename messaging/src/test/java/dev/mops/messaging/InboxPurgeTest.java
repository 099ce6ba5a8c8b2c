package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** The inbox does not grow for ever; what it has forgotten does not take effect again. */
class InboxPurgeTest {

    /** For whom the other bank was called. */
    private final List<String> calls = new CopyOnWriteArrayList<>();

    private final List<AccountEvent> discarded = new CopyOnWriteArrayList<>();

    @Test
    void what_the_purge_has_forgotten_becomes_a_dead_letter_when_it_comes_again_and_what_is_held_is_not_forgotten() {
        TopicLog topic = TopicLog.of("purge");
        ProducerRecord<byte[], byte[]> handled = topic.event(new Deposited("a", 1));
        ProducerRecord<byte[], byte[]> held = topic.event(new Withdrawn("b", 1));
        try (AccountService service = start("purge", "30d")) {
            List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>(List.of(handled, held));
            for (int n = 2; n < 100; n++) {
                events.add(topic.event(new Deposited("a", n)));
            }
            topic.append(events);
            await().untilAsserted(() -> assertThat(service.numbersOf("a")).hasSize(99));
            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(1));
            assertThat(service.count("inbox_event")).isEqualTo(100);
        }
        try (AccountService service = start("purge", "1ms")) {
            await().untilAsserted(() -> assertThat(service.count("inbox_event")).isEqualTo(1));
            assertThat(service.count("inbox_horizon")).isEqualTo(1);

            // As they are when a group is set back: with the times of then.
            topic.rewindWhileStopped("purge", service.consumers());

            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(2));
            await().untilAsserted(() -> assertThat(service.count("held_event")).isEqualTo(100));
            // Those behind the first one, too.
            assertThat(service.count("held_event WHERE error_class LIKE '%ForgottenEventException'"))
                    .isEqualTo(99);
            assertThat(service.numbersOf("a")).hasSize(99);

            // What is younger than all that was forgotten takes effect.
            topic.append(topic.event(new Deposited("c", 1)));
            await().untilAsserted(() -> assertThat(service.numbersOf("c")).containsExactly(1L));
        }
    }

    @Test
    void what_the_purge_has_forgotten_and_waits_behind_a_dead_letter_is_one_too_when_its_turn_comes() {
        TopicLog topic = TopicLog.of("purge_behind");
        String forgotten = "held_key k JOIN held_event e ON e.id = k.head"
                + " WHERE state = 'DEAD' AND error_class LIKE '%ForgottenEventException'";
        try (AccountService service = start("purge_behind", "30d")) {
            topic.append(List.of(
                    topic.event(new Deposited("held", 1)),
                    topic.event(new Withdrawn("held", 2)),
                    topic.event(new TransferRequested("free", 1))));
            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(1));
            await().untilAsserted(() -> assertThat(service.effects()).hasSize(2));
        }
        try (AccountService service = start("purge_behind", "1ms")) {
            await().untilAsserted(() -> assertThat(service.count("inbox_event")).isEqualTo(1));
            topic.rewindWhileStopped("purge_behind", service.consumers());
            await().untilAsserted(() -> assertThat(service.count("held_event")).isEqualTo(3));
            // What may have been asked for is not asked for again.
            assertThat(service.count(forgotten)).isEqualTo(1);
            assertThat(calls).containsExactly("free");

            Operators operators = Operators.of(service);
            act(operators, service, "held", "discard");

            await().untilAsserted(() -> assertThat(service.count(forgotten)).isEqualTo(2));
            assertThat(service.numbersOf("held")).containsExactly(1L);
            await().untilAsserted(() -> assertThat(
                            TopicLog.of("purge_behind-purge_behind-dlt").records())
                    .extracting(letter -> TopicLog.header(letter, "mops-dead-letter-error-class"))
                    .filteredOn(error -> String.valueOf(error).endsWith("ForgottenEventException"))
                    .hasSize(2));

            // A discard says that it took effect once: nobody is told the opposite. A replay says that it did not.
            act(operators, service, "held", "discard");
            act(operators, service, "free", "replay");

            await().untilAsserted(() -> assertThat(service.count("held_key")).isZero());
            assertThat(discarded).containsExactly(new Withdrawn("held", 2));
            assertThat(service.numbersOf("held")).containsExactly(1L);
            assertThat(service.numbersOf("free")).containsExactly(1L, 1L);
            assertThat(calls).containsExactly("free", "free");
        }
    }

    @Test
    void what_came_of_a_call_is_recorded_where_the_inbox_forgets_meanwhile() {
        try (AccountService service = start("purge_meanwhile", "1ms")) {
            service.publish(new TransferRequested("meanwhile", 1));

            await().untilAsserted(
                            () -> assertThat(service.numbersOf("meanwhile")).containsExactly(1L));
            assertThat(service.count("held_event")).isZero();
        }
    }

    @Test
    void what_was_forgotten_while_the_retention_was_shorter_stays_so() {
        TopicLog topic = TopicLog.of("purge_shorter");
        try (AccountService service = start("purge_shorter", "1ms")) {
            service.publish(new Deposited("a", 1));
            await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L));
            service.consumers().stop();
            service.consumers().start();
            await().untilAsserted(() -> assertThat(service.count("inbox_event")).isZero());
        }
        try (AccountService service = start("purge_shorter", "30d")) {
            topic.rewindWhileStopped("purge_shorter", service.consumers());

            await().untilAsserted(() -> assertThat(
                            service.count("held_event WHERE error_class LIKE '%ForgottenEventException'"))
                    .isEqualTo(1));
            assertThat(service.numbersOf("a")).containsExactly(1L);
        }
    }

    @Test
    void many_old_claims_are_purged_some_at_a_time_and_what_the_ledger_holds_is_kept() {
        try (AccountService service = start("purge_many", "30d")) {
            service.publish(new Withdrawn("held", 1), new Deposited("young", 1));
            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(1));
            await().untilAsserted(() -> assertThat(service.numbersOf("young")).containsExactly(1L));
            service.jdbc().execute("""
                    UPDATE inbox_event SET claimed_at = now() - interval '60 days'
                        WHERE event_id = (SELECT event_id FROM held_event);
                    INSERT INTO inbox_event (consumer_group, source, event_id, claimed_at, recorded_at)
                        SELECT 'purge_many', '/elsewhere', gen_random_uuid(), at, at
                        FROM generate_series(1, 12001) AS n,
                            LATERAL (SELECT now() - interval '31 days' - n * interval '1 s' AS at) AS times;
                    CREATE TABLE purge (deleted bigint);
                    CREATE FUNCTION note_purge() RETURNS trigger LANGUAGE plpgsql AS
                        'BEGIN INSERT INTO purge SELECT count(*) FROM deleted_rows; RETURN NULL; END';
                    CREATE TRIGGER note_purge AFTER DELETE ON inbox_event REFERENCING OLD TABLE AS deleted_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION note_purge();
                    """);

            // The purge runs when they start, then once a minute.
            service.consumers().stop();
            service.consumers().start();

            await().untilAsserted(() -> assertThat(service.count("inbox_event")).isEqualTo(2));
            assertThat(service.jdbc().queryForList("SELECT deleted FROM purge", Long.class))
                    .containsExactly(5_000L, 5_000L, 2_001L);
            assertThat(service.count("inbox_event JOIN held_event USING (source, event_id)"))
                    .isEqualTo(1);
            assertThat(service.count("inbox_horizon WHERE recorded_at < now() - interval '31 days'"))
                    .isEqualTo(1);
        }
    }

    private AccountService start(String name, String retention) {
        return Operators.welcome(AccountService.named(name))
                .with("mops.messaging.inbox-retention", retention)
                .with("mops.messaging.retry-delays", "5ms")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            throw new IllegalStateException("fails");
                        })
                        .on(
                                TransferRequested.class,
                                requested -> Optional.of(requested.account()),
                                account -> {
                                    calls.add(account);
                                    if (account.equals("meanwhile")) {
                                        accounts.jdbc()
                                                .update(
                                                        "INSERT INTO inbox_horizon VALUES (?, now() + interval '1 h')",
                                                        name);
                                    }
                                    return UUID.randomUUID();
                                },
                                (requested, answer) -> accounts.note(requested, answer))
                        .discarded(Deposited.class, discarded::add)
                        .discarded(Withdrawn.class, discarded::add)
                        .build())
                .start();
    }

    private static void act(Operators operators, AccountService service, String account, String action) {
        Long head = service.jdbc()
                .queryForObject(
                        "SELECT head FROM held_key k JOIN held_event e ON e.id = k.head WHERE e.key = ?",
                        Long.class,
                        (Object) account.getBytes(UTF_8));
        assertThat(operators
                        .post("deadletters/" + head, "{\"action\": \"%s\", \"reason\": \"a test\"}".formatted(action))
                        .status())
                .isEqualTo(200);
    }
}
