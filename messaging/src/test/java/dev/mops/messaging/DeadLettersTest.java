package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.StatementSent;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.AccountEvent.Withdrawn;
import dev.mops.messaging.Operators.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What operators see of dead letters, and do about them. */
class DeadLettersTest {

    private static final TopicLog TOPIC = TopicLog.of("letters");

    /** The accounts whose withdrawals fail. */
    private static final Set<String> FAILING = ConcurrentHashMap.newKeySet();

    /** The keys under which withdrawals were handled, by the id of the event. */
    private static final Map<UUID, String> KEYS = new ConcurrentHashMap<>();

    /** What the other bank is asked for each account. */
    private static final Map<String, String> REQUESTS = new ConcurrentHashMap<>();

    /** Those whose intents fail from their first call on. */
    private static final Set<String> FAILING_AFTER_THEIR_CALL = ConcurrentHashMap.newKeySet();

    private static AccountService service;
    private static Operators operators;

    @BeforeAll
    static void start() {
        service = Operators.welcome(AccountService.named("letters"))
                .with("mops.messaging.retry-delays", "5ms,5ms,5ms")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            if (FAILING.contains(withdrawn.account())) {
                                throw new IllegalStateException("fails as told");
                            }
                            accounts.note(withdrawn, metadata);
                            KEYS.put(metadata.id(), metadata.key());
                        })
                        .on(
                                TransferRequested.class,
                                requested -> {
                                    if (FAILING.contains(requested.account())) {
                                        throw new IllegalStateException("fails as told");
                                    }
                                    return Optional.of(requested.account() + ":" + requested.number());
                                },
                                request -> {
                                    REQUESTS.put(request, request);
                                    FAILING.addAll(FAILING_AFTER_THEIR_CALL);
                                    throw new IllegalStateException("the other bank says something odd");
                                },
                                (requested, answer) -> {})
                        .discarded(Withdrawn.class, withdrawn -> {
                            accounts.touch(withdrawn.account());
                            accounts.outbox().publish(new StatementSent(withdrawn.account(), withdrawn.number()));
                        })
                        .build())
                .start();
        operators = Operators.of(service);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void a_dead_head_is_replayed_and_those_that_waited_come_behind_it_in_order() {
        long id = dead("replayed", 2);
        service.publish(new Deposited("replayed", 4));
        await().untilAsserted(
                        () -> assertThat(letter(id).path("followers").asLong()).isEqualTo(2));
        assertThat(service.numbersOf("replayed")).containsExactly(1L);

        FAILING.remove("replayed");
        Answer answer = act(id, "replay");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("state").asString()).isEqualTo("RETRYING");
        await().untilAsserted(() -> assertThat(service.numbersOf("replayed")).containsExactly(1L, 2L, 3L, 4L));
        assertThat(operators.get("deadletters/" + id).status()).isEqualTo(404);
        assertThat(history("replayed")).containsExactly("alice replay: because of a test");
    }

    @Test
    void a_replay_runs_in_the_group_that_failed_alone_and_keeps_id_and_key() {
        FAILING.add("alone");
        UUID id = service.publish(new Withdrawn("alone", 1)).getFirst().id();
        long letter = idOf("alone");
        try (AccountService other =
                AccountService.named("letters_other").on("letters").noting().start()) {
            await().untilAsserted(() -> assertThat(other.numbersOf("alone")).containsExactly(1L));

            FAILING.remove("alone");
            act(letter, "replay");

            await().untilAsserted(() -> assertThat(service.effects())
                    .filteredOn(effect -> effect.account().equals("alone"))
                    .containsExactly(new AccountService.Effect("Withdrawn", "alone", 1, id)));
            assertThat(KEYS).containsEntry(id, "alone");
            // Nothing new stands where others read, so there is nothing that the other group could hear later.
            assertThat(recordsOf("alone", "letters")).isEqualTo(1);
            assertThat(recordsOf("alone", "letters-letters-retry-1")).isPositive();
            assertThat(recordsOf("alone", "letters-letters_other-retry-1")).isZero();
            assertThat(other.numbersOf("alone")).containsExactly(1L);
        }
    }

    @Test
    void a_discard_closes_the_way_of_its_event_and_releases_the_next() {
        long id = dead("discarded", 2);

        assertThat(act(id, "discard").body().path("state").asString()).isEqualTo("DISCARDED");

        await().untilAsserted(() -> assertThat(service.numbersOf("discarded")).containsExactly(1L, 3L));
        await().untilAsserted(() -> assertThat(TOPIC.records())
                .filteredOn(record -> new String(record.key(), UTF_8).equals("discarded")
                        && "account.statement_sent".equals(TopicLog.header(record, "ce_type")))
                .hasSize(1));
        assertThat(history("discarded")).containsExactly("alice discard: because of a test");
        FAILING.remove("discarded");
        service.publish(new Withdrawn("discarded", 4));
        await().untilAsserted(() -> assertThat(service.numbersOf("discarded")).containsExactly(1L, 3L, 4L));
    }

    @Test
    void of_two_operators_one_wins_and_the_other_is_told() throws Exception {
        for (String action : List.of("replay", "discard", "edit")) {
            String account = "both-" + action;
            long id = dead(account, 2);
            long version = letter(id).path("version").asLong();
            String payload = action.equals("edit")
                    ? ", \"payload\": {\"account\": \"%s\", \"number\": 2}".formatted(account)
                    : "";
            CyclicBarrier both = new CyclicBarrier(2);
            Callable<Answer> act = () -> {
                both.await();
                return operators.post(
                        "deadletters/" + id,
                        "{\"action\": \"%s\", \"reason\": \"race\", \"version\": %d%s}"
                                .formatted(action, version, payload));
            };
            List<FutureTask<Answer>> acts =
                    Stream.generate(() -> new FutureTask<>(act)).limit(2).toList();
            acts.forEach(Thread.ofPlatform()::start);

            assertThat(List.of(acts.get(0).get().status(), acts.get(1).get().status()))
                    .as(action)
                    .containsExactlyInAnyOrder(200, 409);
            assertThat(history(account)).hasSize(1);
        }
    }

    @Test
    void what_was_replayed_as_often_as_allowed_needs_force() {
        long id = dead("force", 2);
        for (int n = 0; n < 3; n++) {
            assertThat(act(id, "replay").status()).isEqualTo(200);
            await().untilAsserted(() ->
                    assertThat(letter(id).path("state").asString()).isEqualTo("DEAD"));
        }

        Answer refused = act(id, "replay");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.detail()).contains("replayed 3 times").contains("force");

        FAILING.remove("force");
        assertThat(operators
                        .post("deadletters/" + id, "{\"action\": \"replay\", \"reason\": \"mended\", \"force\": true}")
                        .status())
                .isEqualTo(200);
        await().untilAsserted(() -> assertThat(service.numbersOf("force")).containsExactly(1L, 2L, 3L));
    }

    @Test
    void a_payload_that_cannot_be_read_is_edited_and_takes_effect() {
        ProducerRecord<byte[], byte[]> event = TOPIC.event(new Deposited("edited", 1));
        TOPIC.append(
                new ProducerRecord<>(event.topic(), null, event.key(), "{broken".getBytes(UTF_8), event.headers()));
        long id = idOf("edited");
        assertThat(letter(id).path("error").asString()).endsWith("UnreadableEventException");
        assertThat(letter(id).path("attempts").asInt()).isEqualTo(1);
        assertThat(letter(id).path("payloadBase64").asString()).isEqualTo("e2Jyb2tlbg==");

        Answer violated = edit(id, "{\"account\": \"edited\"}");
        assertThat(violated.status()).isEqualTo(422);
        assertThat(violated.detail()).contains("account.deposited/1.0").contains("number");
        Answer other = edit(id, "{\"account\": \"somebody-else\", \"number\": 1}");
        assertThat(other.status()).isEqualTo(422);
        assertThat(edit(id, "{\"account\": \"edited\", \"number\": 1}").status())
                .isEqualTo(200);
        assertThat(act(id, "replay").status()).isEqualTo(200);

        await().untilAsserted(() -> assertThat(service.numbersOf("edited")).containsExactly(1L));
        assertThat(service.count("dead_letter_audit WHERE action = 'edit' AND previous_value = '{broken'"))
                .isEqualTo(1);
    }

    @Test
    void an_edit_that_would_change_a_call_whose_outcome_is_not_known_is_refused() {
        service.publish(new TransferRequested("calling", 7));
        long id = idOf("calling");
        assertThat(REQUESTS).containsKey("calling:7");

        Answer refused = edit(id, "{\"account\": \"calling\", \"number\": 8}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.detail()).contains("would change a call");
        assertThat(edit(id, "{\"account\": \"calling\", \"number\": 7}").status())
                .isEqualTo(200);
    }

    @Test
    void a_call_is_not_forgotten_when_later_attempts_fail_before_it() {
        FAILING_AFTER_THEIR_CALL.add("called-once");
        service.publish(new TransferRequested("called-once", 7));
        long id = idOf("called-once");
        FAILING_AFTER_THEIR_CALL.clear();
        FAILING.remove("called-once");
        assertThat(letter(id).path("message").asString()).isEqualTo("fails as told");

        assertThat(edit(id, "{\"account\": \"called-once\", \"number\": 8}").status())
                .isEqualTo(409);
    }

    @Test
    void dead_letters_are_listed_by_type_error_key_and_age_with_their_causes() {
        long id = dead("listed", 2);

        JsonNode all = operators.get("deadletters?key=listed").body();
        assertThat(all.path("total").asInt()).isEqualTo(1);
        assertThat(all.path("followers").asInt()).isEqualTo(1);
        assertThat(all.path("causes").path(0).path("error").asString()).isEqualTo("java.lang.IllegalStateException");
        assertThat(all.path("deadLetters").path(0).path("id").asLong()).isEqualTo(id);
        assertThat(all.path("deadLetters").path(0).path("attempts").asInt()).isEqualTo(4);
        assertThat(total("key=listed&error=IllegalStateException")).isEqualTo(1);
        assertThat(total("key=listed&error=StateException")).isZero();
        assertThat(total("key=listed&type=account.withdrawn")).isEqualTo(1);
        assertThat(total("key=listed&type=account.deposited")).isZero();
        assertThat(total("key=listed&olderThan=1h")).isZero();
        assertThat(total("key=listed&olderThan=0s")).isEqualTo(1);

        JsonNode letter = letter(id);
        assertThat(letter.path("payload").path("number").asInt()).isEqualTo(2);
        assertThat(letter.path("headers").path("ce_type").asString()).isEqualTo("account.withdrawn");
        assertThat(letter.path("waiting").path(0).path("type").asString()).isEqualTo("account.deposited");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"action": "replay"}                                       | 400 | reason must not be missing
            {"action": "replay", "reason": " "}                        | 400 | reason must not be missing
            {"action": "resurrect", "reason": "r"}                     | 400 | action must be one of
            {"reason": "r"}                                            | 400 | action must not be missing
            {"action": "replay", "reason": 7}                          | 400 | reason must be a text
            {"action": "replay", "reason": "r", "force": "yes"}        | 400 | force must be true or false
            {"action": "replay", "reason": "r", "version": 1.5}        | 400 | version must be a whole number
            {"action": "edit", "reason": "r"}                          | 400 | payload must be a JSON object
            {"action": "replay", "reason": "r", "payload": {}}         | 400 | payload belongs to an edit
            {"action": "replay", "reason": "r", "forse": true}         | 400 | forse is no field
            {"action": "replay", "reason": "r", "version": 99}         | 409 | its version is
            [1]                                                        | 400 | must be a JSON object
            {                                                          | 400 | must be a JSON object
            """)
    void what_is_not_as_it_should_be_is_refused_by_field_and_rule(String body, int status, String detail) {
        long id = dead("refused", 2);

        Answer answer = operators.post("deadletters/" + id, body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.detail()).contains(detail);
        assertThat(history("refused")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"type", "error", "key", "olderThan"})
    void a_filter_that_was_left_empty_is_refused_and_does_not_mean_all(String filter) {
        Answer answer = operators.post(
                "deadletters", "{\"action\": \"discard\", \"reason\": \"r\", \"%s\": \" \"}".formatted(filter));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).contains(filter + " must not be missing or blank");
        assertThat(service.count("dead_letter_bulk")).isZero();
    }

    @Test
    void an_outside_that_is_away_for_too_long_makes_a_dead_letter_whose_replay_has_all_the_time_again() {
        try (AccountService patient = Operators.welcome(AccountService.named("letters_away"))
                .with("mops.messaging.retry-delays", "20ms")
                .with("mops.messaging.try-later-age", "1s")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Withdrawn.class, withdrawn -> {
                            throw new TryLater("away");
                        })
                        .build())
                .start()) {
            Operators visitors = Operators.of(patient);
            patient.publish(new Withdrawn("a", 1));
            String dead = "held_key WHERE state = 'DEAD' AND attempts = 0 AND deferrals > 3";
            await().untilAsserted(() -> assertThat(patient.count(dead)).isEqualTo(1));
            JsonNode letter =
                    visitors.get("deadletters").body().path("deadLetters").path(0);

            assertThat(visitors.post(
                                    "deadletters/" + letter.path("id").asLong(),
                                    "{\"action\": \"replay\", \"reason\": \"back\"}")
                            .status())
                    .isEqualTo(200);

            await().untilAsserted(() -> assertThat(patient.count(
                            dead + " AND version > " + (letter.path("version").asLong() + 4)))
                    .isEqualTo(1));
        }
    }

    @Test
    void a_head_whose_type_is_handled_no_more_becomes_a_dead_letter_and_stops_no_other() {
        try (AccountService before = AccountService.named("letters_before")
                .with("mops.messaging.retry-delays", "1h")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, (deposited, metadata) -> {
                            throw new IllegalStateException("fails");
                        })
                        .on(Withdrawn.class, withdrawn -> {
                            throw new IllegalStateException("fails");
                        })
                        .build())
                .start()) {
            before.publish(new Withdrawn("dropped", 1), new Deposited("kept", 1));
            await().untilAsserted(() -> assertThat(before.count("held_key")).isEqualTo(2));
            // Else it would sweep them itself.
            before.consumers().stop();
            before.jdbc().update("UPDATE held_key SET due = now() - interval '1 hour'");
        }
        try (AccountService after = AccountService.named("letters_before")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .build())
                .start()) {
            await().untilAsserted(() -> assertThat(after.numbersOf("kept")).containsExactly(1L));
            await().untilAsserted(() ->
                    assertThat(after.count("held_key WHERE state = 'DEAD'")).isEqualTo(1));
        }
    }

    @Test
    void who_does_not_say_who_acts_is_refused() {
        long id = dead("anonymous", 2);

        Answer answer = operators.postAnonymously("deadletters/" + id, "{\"action\": \"replay\", \"reason\": \"r\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).contains("X-Operator");
    }

    @Test
    void what_is_not_there_or_waits_behind_another_cannot_be_replayed() {
        long id = dead("behind", 2);

        assertThat(act(1_000_000_000, "replay").status()).isEqualTo(404);
        long follower = letter(id).path("waiting").path(0).path("id").asLong();
        Answer answer = act(follower, "replay");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.detail()).contains("waits behind " + id);
    }

    @Test
    void without_the_setting_operators_may_only_look() {
        try (AccountService readOnly = Operators.welcome(AccountService.named("letters_read"))
                .with("mops.messaging.dead-letters-writable", false)
                .noting()
                .start()) {
            Operators visitors = Operators.of(readOnly);

            assertThat(visitors.get("deadletters").status()).isEqualTo(200);
            Answer one = visitors.post("deadletters/1", "{\"action\": \"replay\", \"reason\": \"r\"}");
            assertThat(one.status()).isEqualTo(403);
            assertThat(one.detail()).contains("mops.messaging.dead-letters-writable");
            assertThat(visitors.post("deadletters", "{\"action\": \"replay\", \"reason\": \"r\"}")
                            .status())
                    .isEqualTo(403);
            assertThat(visitors.post("failures", "{\"how\": \"throw\"}").status())
                    .isEqualTo(403);
        }
    }

    @Test
    void health_and_metrics_say_what_is_held_and_how_old_the_outbox_is() {
        try (AccountService held = Operators.welcome(AccountService.named("letters_health"))
                .with("mops.messaging.retry-delays", "1h")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            throw new IllegalStateException("fails");
                        })
                        .build())
                .start()) {
            Operators visitors = Operators.of(held);
            TopicLog topic = TopicLog.of("letters_health");
            topic.append(List.of(
                    topic.event(new Withdrawn("retrying", 1)),
                    topic.event(new Deposited("retrying", 2)),
                    topic.event(new Deposited("retrying", 3)),
                    unreadable(topic, new Deposited("dead", 1)),
                    topic.event(new Deposited("dead", 2)),
                    unreadable(topic, new Withdrawn("dead-too", 1)),
                    unreadable(topic, new Deposited("dead-as-well", 1))));
            await().untilAsserted(() -> assertThat(held.count("held_event")).isEqualTo(7));
            await().untilAsserted(() -> {
                assertThat(health(visitors).path("followers").asInt()).isEqualTo(3);
                assertThat(health(visitors).path("outboxIsOld").asBoolean(true)).isFalse();
            });
            held.relay().stop();
            held.publish(new StatementSent("waits", 1));
            held.jdbc().update("UPDATE outbox_event SET created_at = now() - interval '31 s'");
            held.jdbc()
                    .update("UPDATE held_event SET first_failed_at = now() - interval '100 s' WHERE key = 'retrying'");
            held.jdbc().update("UPDATE held_event SET first_failed_at = now() - interval '200 s' WHERE key = 'dead'");

            // Both are looked at in the background.
            JsonNode health = await().until(
                            () -> health(visitors),
                            seen -> seen.path("outboxIsOld").asBoolean());

            assertThat(health.path("retrying").asInt()).isEqualTo(1);
            assertThat(health.path("dead").asInt()).isEqualTo(3);
            assertThat(health.path("followers").asInt()).isEqualTo(3);
            assertThat(health.path("deadByType").path("account.deposited").asInt())
                    .isEqualTo(2);
            assertThat(health.path("deadByType").path("account.withdrawn").asInt())
                    .isEqualTo(1);
            assertThat(health.path("oldestRetryingSeconds").asDouble()).isBetween(100.0, 199.0);
            assertThat(health.path("oldestDeadSeconds").asDouble()).isBetween(200.0, 999.0);
            assertThat(health.path("outboxDepth").asInt()).isEqualTo(1);
            assertThat(health.path("outboxAgeSeconds").asDouble()).isBetween(31.0, 999.0);
            assertThat(health.path("outboxIsOld").asBoolean()).isTrue();
            assertThat(visitors.get("health").body().path("status").asString()).isEqualTo("UP");

            assertThat(metric(visitors, "outbox.age")).isBetween(31.0, 999.0);
            assertThat(metric(visitors, "outbox.depth")).isEqualTo(1);
            assertThat(metric(visitors, "held.keys?tag=state:retrying")).isEqualTo(1);
            assertThat(metric(visitors, "held.keys?tag=state:dead")).isEqualTo(3);
            assertThat(metric(visitors, "held.followers")).isEqualTo(3);
            assertThat(metric(visitors, "held.oldest?tag=state:retrying")).isBetween(100.0, 199.0);
            assertThat(metric(visitors, "held.oldest?tag=state:dead")).isBetween(200.0, 999.0);
            assertThat(metric(visitors, "deadletters?tag=type:account.deposited"))
                    .isEqualTo(2);
            assertThat(metric(visitors, "deadletters?tag=type:account.withdrawn"))
                    .isEqualTo(1);

            // The database is there, and that is what health is about.
            held.jdbc().execute("ALTER TABLE held_event RENAME TO held_event_elsewhere");
            await().until(() -> health(visitors), seen -> seen.has("held") && !seen.has("dead"));
            assertThat(visitors.get("health").body().path("status").asString()).isEqualTo("UP");
        }
    }

    private static ProducerRecord<byte[], byte[]> unreadable(TopicLog topic, AccountEvent event) {
        ProducerRecord<byte[], byte[]> record = topic.event(event);
        return new ProducerRecord<>(record.topic(), null, record.key(), "{broken".getBytes(UTF_8), record.headers());
    }

    private static JsonNode health(Operators operators) {
        return operators
                .get("health")
                .body()
                .path("components")
                .path("messaging")
                .path("details");
    }

    private static double metric(Operators operators, String name) {
        return operators
                .get("metrics/mops.messaging." + name)
                .body()
                .path("measurements")
                .path(0)
                .path("value")
                .asDouble(-1);
    }

    /** Publishes 1, 2 and 3, of which 2 dies; returns the id of its dead letter. */
    private static long dead(String account, int number) {
        if (service.count("held_event WHERE key = '" + account + "'") == 0) {
            FAILING.add(account);
            service.publish(
                    new Deposited(account, number - 1),
                    new Withdrawn(account, number),
                    new Deposited(account, number + 1));
        }
        return idOf(account);
    }

    private static long idOf(String account) {
        await().untilAsserted(() -> assertThat(total("key=" + account)).isEqualTo(1));
        return operators
                .get("deadletters?key=" + account)
                .body()
                .path("deadLetters")
                .path(0)
                .path("id")
                .asLong();
    }

    private static long recordsOf(String key, String topic) {
        return TopicLog.of(topic).records().stream()
                .filter(record -> record.key() != null && new String(record.key(), UTF_8).equals(key))
                .count();
    }

    private static int total(String query) {
        return operators.get("deadletters?" + query).body().path("total").asInt(-1);
    }

    private static JsonNode letter(long id) {
        return operators.get("deadletters/" + id).body();
    }

    private static Answer act(long id, String action) {
        return operators.post(
                "deadletters/" + id, "{\"action\": \"%s\", \"reason\": \"because of a test\"}".formatted(action));
    }

    private static Answer edit(long id, String payload) {
        return operators.post(
                "deadletters/" + id,
                "{\"action\": \"edit\", \"reason\": \"because of a test\", \"payload\": %s}".formatted(payload));
    }

    private static List<String> history(String account) {
        return service.jdbc()
                .query(
                        "SELECT operator, action, reason FROM dead_letter_audit WHERE key = ? ORDER BY id",
                        (row, n) -> row.getString(1) + " " + row.getString(2) + ": " + row.getString(3),
                        (Object) account.getBytes(UTF_8));
    }
}
