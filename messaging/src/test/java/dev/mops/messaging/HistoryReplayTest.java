package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.events.EventFamily;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.StatementSent;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.LoanEvent.Granted;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** A new consumer group is fed with the log from a point on; those that are there feel nothing. */
class HistoryReplayTest {

    private final Instant now = Instant.now();
    private final Instant lastYear = now.minus(Duration.ofDays(365));
    private final Instant yesterday = now.minus(Duration.ofDays(1));
    private final Instant anHourAgo = now.minus(Duration.ofHours(1));

    @Test
    void a_new_group_is_fed_with_what_came_since_a_time_and_a_restart_leaves_it_where_it_is() {
        TopicLog topic = TopicLog.of("replay_time").create(4);
        topic.append(List.of(
                at(lastYear, TopicLog.on(0, topic.event(new Deposited("old", 1)))),
                at(lastYear, TopicLog.on(1, topic.event(new Deposited("both", 1)))),
                at(anHourAgo, TopicLog.on(1, topic.event(new Deposited("both", 2)))),
                at(anHourAgo, TopicLog.on(2, topic.event(new Deposited("young", 1))))));
        try (AccountService service = fed("replay_time", yesterday.toString()).start()) {
            await().untilAsserted(
                            () -> assertThat(topic.committed("replay_time")).isEqualTo(4));
            // In its partition nothing had come since then.
            topic.append(TopicLog.on(0, topic.event(new Deposited("old", 2))));
            await().untilAsserted(() -> assertThat(service.numbersOf("old")).containsExactly(2L));
            assertThat(service.numbersOf("both")).containsExactly(2L);
            assertThat(service.numbersOf("young")).containsExactly(1L);
        }
        try (AccountService service = fed("replay_time", "beginning").start()) {
            topic.append(topic.event(new Deposited("young", 2)));

            await().untilAsserted(() -> assertThat(service.numbersOf("young")).containsExactly(1L, 2L));
            await().untilAsserted(
                            () -> assertThat(topic.committed("replay_time")).isEqualTo(6));
            assertThat(service.effects()).hasSize(4);
        }
    }

    @Test
    void the_whole_log_feeds_a_new_group_and_does_nothing_to_one_whose_inbox_knows_it_or_has_forgotten_it() {
        TopicLog topic = TopicLog.of("replay_all").create(4);
        try (AccountService first = announcing("replay_all").start()) {
            topic.append(List.of(
                    at(lastYear, topic.event(new Deposited("old", 1))),
                    at(lastYear, topic.event(new Deposited("old", 2))),
                    at(anHourAgo, topic.event(new Deposited("young", 1)))));
            await().untilAsserted(() -> assertThat(first.effects()).hasSize(3));
            first.jdbc()
                    .update(
                            "UPDATE inbox_event SET claimed_at = recorded_at WHERE recorded_at < now() - interval '1 d'");

            // The purge runs when they start.
            first.consumers().stop();
            first.consumers().start();
            await().untilAsserted(() -> assertThat(first.count("inbox_event")).isEqualTo(1));
            topic.rewindWhileStopped("replay_all", first.consumers());
            topic.append(topic.event(new Deposited("young", 2)));

            await().untilAsserted(() -> assertThat(first.numbersOf("young")).containsExactly(1L, 2L));
            await().untilAsserted(
                            () -> assertThat(topic.committed("replay_all")).isEqualTo(4));
            assertThat(first.numbersOf("old")).containsExactly(1L, 2L);
            assertThat(first.count("held_event WHERE error_class LIKE '%ForgottenEventException'"))
                    .isEqualTo(2);
            assertThat(first.bean(HeldKeys.class).find("replay_all", "old")).isEmpty();

            try (AccountService second =
                    fed("replay_all_anew", "beginning").on("replay_all").start()) {
                await().untilAsserted(() -> assertThat(second.effects()).hasSize(4));
                assertThat(second.numbersOf("old")).containsExactly(1L, 2L);
                assertThat(second.numbersOf("young")).containsExactly(1L, 2L);
                assertThat(second.count("held_event")).isZero();
            }
            assertThat(first.effects()).hasSize(4);
            assertThat(topic.committed("replay_all")).isEqualTo(4);
            // Nor do others hear of it, before something waits.
            assertThat(topic.records()).hasSize(4);

            topic.append(topic.event(new Deposited("old", 3)));
            await().untilAsserted(() -> assertThat(announced(topic)).containsExactly(new StatementSent("old", 1)));
            assertThat(first.bean(HeldKeys.class).find("replay_all", "old")).isPresent();
            Operators operators = Operators.of(first);
            for (int n = 1; n <= 2; n++) {
                discard(operators, first, n);
            }

            await().untilAsserted(() -> assertThat(first.numbersOf("old")).containsExactly(1L, 2L, 3L));
            await().untilAsserted(() -> assertThat(announced(topic))
                    .containsExactly(new StatementSent("old", 1), new StatementSent("old", 0)));
        }
    }

    @Test
    void handlers_that_call_the_outside_world_are_not_fed_with_history_unless_that_is_forced() {
        AccountService.Builder calling = calling("replay_calling").with("mops.messaging.replay-from", "beginning");
        assertThatThrownBy(() -> calling.start().close())
                .rootCause()
                .hasMessageContaining("The consumer group replay_calling may not be fed with history")
                .hasMessageContaining("calls the outside world")
                .hasMessageContaining("mops.messaging.replay-forced=true");

        TopicLog topic = TopicLog.of("replay_calling").create(4);
        topic.append(at(lastYear, topic.event(new TransferRequested("a", 1))));
        try (AccountService service =
                calling.with("mops.messaging.replay-forced", "true").start()) {
            await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L));
        }
    }

    @Test
    void a_service_that_publishes_is_not_fed_with_history_unless_that_is_forced() {
        AccountService.Builder publishing = AccountService.named("replay_publishing")
                .with("mops.messaging.replay-from", "beginning")
                .publishingOnlyWhatItsTableSays()
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .publishes(StatementSent.class)
                        .build());
        assertThatThrownBy(() -> publishing.start().close())
                .rootCause()
                .hasMessageContaining("The consumer group replay_publishing may not be fed with history")
                .hasMessageContaining("publishes account.statement_sent")
                .hasMessageContaining("mops.messaging.replay-forced=true");

        publishing.with("mops.messaging.replay-forced", "true").start().close();
    }

    @Test
    void a_forgotten_event_behind_which_nothing_waits_is_no_news_to_others_nor_is_its_discard() {
        TopicLog topic = TopicLog.of("replay_quiet").create(4);
        try (AccountService service = announcing("replay_quiet").start()) {
            service.jdbc().update("INSERT INTO inbox_horizon VALUES ('replay_quiet', now() - interval '1 d')");
            // Older than what the inbox keeps, so that it looks.
            topic.append(at(lastYear, topic.event(new Deposited("old", 1))));

            discard(Operators.of(service), service, 1);

            topic.append(topic.event(new Deposited("old", 2)));
            await().untilAsserted(() -> assertThat(service.numbersOf("old")).containsExactly(2L));
            assertThat(announced(topic)).isEmpty();
        }
    }

    @Test
    void a_topic_of_which_a_group_has_read_nothing_begins_at_the_point_though_it_has_read_another() {
        TopicLog topic = TopicLog.of("replay_added").create(4);
        topic.append(List.of(
                at(lastYear, TopicLog.on(0, topic.event(new Deposited("a", 1)))),
                at(anHourAgo, TopicLog.on(0, topic.event(new Deposited("a", 2))))));
        EventFamily<LoanEvent> loans = LoanEvent.on("replay_added_loans");
        TopicLog.of("replay_added_loans").create(4).commit("replay_added", 0, 0);
        try (AccountService service = fed("replay_added", yesterday.toString())
                .beans(context -> context.registerBean(
                        "loans",
                        EventHandlers.class,
                        () -> EventHandlers.of(loans)
                                .on(Granted.class, loan -> {})
                                .build()))
                .start()) {
            await().untilAsserted(() -> assertThat(service.numbersOf("a")).isNotEmpty());
            assertThat(service.numbersOf("a")).containsExactly(2L);
        }
    }

    private static List<AccountEvent> announced(TopicLog topic) {
        return topic.events().stream()
                .map(Envelope::event)
                .filter(StatementSent.class::isInstance)
                .toList();
    }

    /** Discards the dead letter of this event of the account. */
    private static void discard(Operators operators, AccountService service, long number) {
        await().untilAsserted(() -> assertThat(service.count(headOf(number))).isEqualTo(1));
        Long head = service.jdbc().queryForObject("SELECT head FROM " + headOf(number), Long.class);
        assertThat(operators
                        .post("deadletters/" + head, "{\"action\": \"discard\", \"reason\": \"a test\"}")
                        .status())
                .isEqualTo(200);
    }

    private static String headOf(long number) {
        return "held_key k JOIN held_event e ON e.id = k.head WHERE state = 'DEAD'"
                + " AND convert_from(value, 'UTF8') LIKE '%\"number\":" + number + "%'";
    }

    /** Says on the topic what is held up, as 1, and what goes on, as 0. */
    private static AccountService.Builder announcing(String name) {
        return Operators.welcome(AccountService.named(name))
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .announcing(
                                (key, group, type, reason, dead, since) -> Optional.of(new StatementSent(key, 1)),
                                (key, group) -> Optional.of(new StatementSent(key, 0)))
                        .build());
    }

    private static AccountService.Builder fed(String name, String from) {
        return AccountService.named(name)
                .with("mops.messaging.replay-from", from)
                .publishingOnlyWhatItsTableSays()
                .noting();
    }

    private static AccountService.Builder calling(String name) {
        return AccountService.named(name)
                .publishingOnlyWhatItsTableSays()
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(
                                TransferRequested.class,
                                requested -> Optional.of(requested.account()),
                                account -> UUID.randomUUID(),
                                (requested, answer) -> accounts.note(requested, answer))
                        .build());
    }

    /** As the record of an event that was published then. */
    private static ProducerRecord<byte[], byte[]> at(Instant time, ProducerRecord<byte[], byte[]> record) {
        return new ProducerRecord<>(
                record.topic(),
                record.partition(),
                time.toEpochMilli(),
                record.key(),
                record.value(),
                record.headers());
    }
}
