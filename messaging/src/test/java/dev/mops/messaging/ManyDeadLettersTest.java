package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.Operators.Answer;
import dev.mops.test.TestServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Dead letters by the thousand: more bytes than the heap has. */
class ManyDeadLettersTest {

    private static final int LETTERS = 10_000;

    // Each after the image of one that died by itself: key, subject and payload name another account.
    private static final String DIE = """
            WITH events AS (
                INSERT INTO held_event (consumer_group, key_hash, source, event_id, type, topic, partition, record_offset,
                    recorded_at, key, value, headers, error_class, error_message, first_failed_at, last_failed_at)
                SELECT ':topic', sha256(':topic'::bytea || '\\x00'::bytea || account::bytea), '/elsewhere', gen_random_uuid(),
                    'account.deposited', ':topic', 0, n, now(), account::bytea,
                    ('{"account": "' || account || '", "number": 1, "padding": "' || repeat('x', :padding) || '"}')::bytea,
                    decode(replace(encode(headers, 'hex'), encode('a-00000', 'hex'), encode(account::bytea, 'hex')), 'hex'),
                    CASE WHEN n % 10 = 0 THEN 'java.lang.OddException' ELSE 'java.lang.EvenException' END,
                    'died', now() - n * interval '1 minute', now() - n * interval '1 minute'
                FROM generate_series(1, :letters) AS n,
                    LATERAL (SELECT 'a-' || lpad(n::text, 5, '0') AS account) AS names,
                    (SELECT headers FROM held_event LIMIT 1) AS image
                RETURNING id, key_hash)
            INSERT INTO held_key (consumer_group, key_hash, topic, state, head, attempts)
            SELECT ':topic', key_hash, ':topic', 'DEAD', id, 4 FROM events
            """;

    private final AtomicLong failing = new AtomicLong(1);

    @Test
    void ten_thousand_dead_letters_are_listed_filtered_and_replayed_without_loading_them_all() {
        try (AccountService service = start("many")) {
            Operators operators = Operators.of(service);
            die(service, "many", LETTERS, 64 << 10);

            JsonNode all = operators.get("deadletters?size=50&page=3").body();
            assertThat(all.path("total").asInt()).isEqualTo(LETTERS + 1);
            assertThat(all.path("deadLetters").size()).isEqualTo(50);
            assertThat(all.path("causes").size()).isEqualTo(3);
            JsonNode odd = operators
                    .get("deadletters?error=OddException&olderThan=PT100H5M&size=1")
                    .body();
            assertThat(odd.path("total").asInt()).isEqualTo(400);

            failing.set(0);
            Answer dry = operators.post(
                    "deadletters",
                    "{\"action\": \"replay\", \"reason\": \"r\", \"error\": \"OddException\", \"dryRun\": true}");
            assertThat(dry.status()).isEqualTo(200);
            assertThat(dry.body().path("matched").asInt()).isEqualTo(1_000);
            Answer begun = operators.post("deadletters", "{\"action\": \"replay\", \"reason\": \"r\", \"rate\": 1000}");
            assertThat(begun.status()).isEqualTo(202);
            assertThat(begun.body().path("matched").asInt()).isEqualTo(LETTERS + 1);

            await().atMost(Duration.ofMinutes(3))
                    .untilAsserted(() -> assertThat(service.count("effect")).isEqualTo(LETTERS + 1));
            await().untilAsserted(() -> assertThat(service.count("held_event")).isZero());
            assertThat(service.count("dead_letter_audit")).isEqualTo(LETTERS + 1);
        }
    }

    @Test
    void an_act_on_many_goes_on_after_a_restart_and_does_nothing_twice() {
        try (AccountService service = start("many_restarted")) {
            die(service, "many_restarted", 300, 10);
            failing.set(0);
            assertThat(Operators.of(service)
                            .post(
                                    "deadletters",
                                    "{\"action\": \"discard\", \"reason\": \"r\", \"type\": \"account.deposited\", \"rate\": 100}")
                            .status())
                    .isEqualTo(202);
            await().untilAsserted(
                            () -> assertThat(service.count("dead_letter_audit")).isPositive());
        }
        try (AccountService service = start("many_restarted")) {
            assertThat(service.count("dead_letter_audit")).isLessThan(301);

            await().untilAsserted(() -> assertThat(
                            service.count("dead_letter_bulk WHERE finished_at IS NOT NULL AND acted = 301"))
                    .isEqualTo(1));
            assertThat(service.count("dead_letter_audit")).isEqualTo(301);
            assertThat(service.jdbc()
                            .queryForObject("SELECT count(DISTINCT held_event_id) FROM dead_letter_audit", Long.class))
                    .isEqualTo(301);
            assertThat(service.count("held_key")).isZero();
        }
    }

    @Test
    void an_act_on_many_whose_process_is_killed_goes_on_in_another_and_acts_on_each_letter_once(@TempDir Path folder) {
        try (AccountService service = start("many_killed")) {
            die(service, "many_killed", 200, 10);
            failing.set(0);
            service.bulkActs().stop();
            assertThat(Operators.of(service)
                            .post("deadletters", "{\"action\": \"replay\", \"reason\": \"r\", \"rate\": 20}")
                            .status())
                    .isEqualTo(202);
            try (ChildProcess process = ChildProcess.start(
                    folder,
                    "many_killed",
                    Instance.class,
                    List.of(
                            "many_killed",
                            TestServers.postgres().jdbcUrl("many_killed"),
                            TestServers.kafka().bootstrapServers()))) {
                await().atMost(Duration.ofMinutes(1))
                        .untilAsserted(() -> assertThat(service.count("dead_letter_audit"))
                                .as(process::log)
                                .isGreaterThan(10));
                process.signal("KILL");
                assertThat(process.awaitExit()).isEqualTo(128 + 9);
            }
            assertThat(service.count("dead_letter_audit")).isLessThan(201);
            service.jdbc().update("UPDATE dead_letter_bulk SET rate = 1000");

            service.bulkActs().start();

            await().untilAsserted(() -> assertThat(
                            service.count("dead_letter_bulk WHERE finished_at IS NOT NULL AND acted = 201"))
                    .isEqualTo(1));
            assertThat(service.count("dead_letter_audit")).isEqualTo(201);
            assertThat(service.jdbc()
                            .queryForObject("SELECT count(DISTINCT held_event_id) FROM dead_letter_audit", Long.class))
                    .isEqualTo(201);
            await().untilAsserted(() -> assertThat(service.count("effect")).isEqualTo(201));
            await().untilAsserted(() -> assertThat(service.count("held_key")).isZero());
        }
    }

    /** An instance in a process of its own, to be killed. */
    static final class Instance {

        private Instance() {}

        public static void main(String[] args) {
            ChildProcess.endWithParent();
            of(args[0], new AtomicLong()).start(args[1], args[2]);
        }
    }

    @Test
    void an_act_on_many_leaves_out_what_it_may_not_touch() {
        try (AccountService service = start("many_skipped")) {
            die(service, "many_skipped", 10, 10);
            failing.set(0);
            service.jdbc().update("UPDATE held_event SET replays = 3 WHERE record_offset IN (3, 4)");

            Operators.of(service).post("deadletters", "{\"action\": \"replay\", \"reason\": \"r\", \"rate\": 1000}");

            await().untilAsserted(() -> assertThat(service.count(
                            "dead_letter_bulk WHERE finished_at IS NOT NULL AND acted = 9 AND skipped = 2"))
                    .isEqualTo(1));
            await().untilAsserted(() -> assertThat(service.count("held_key")).isEqualTo(2));
        }
    }

    @Test
    void an_act_on_many_takes_those_that_were_dead_at_its_beginning_once_each() {
        try (AccountService service = start("many_beginning")) {
            Operators operators = Operators.of(service);
            die(service, "many_beginning", 4, 10);
            List<Long> letters =
                    service.jdbc().query("SELECT id FROM held_event ORDER BY id", (row, n) -> row.getLong(1));
            service.bulkActs().stop();
            assertThat(operators
                            .post("deadletters", "{\"action\": \"replay\", \"reason\": \"r\", \"rate\": 1000}")
                            .body()
                            .path("matched")
                            .asInt())
                    .isEqualTo(5);
            // After the beginning one is replayed and dies again, and another one dies for the first time.
            operators.post("deadletters/" + letters.getLast(), "{\"action\": \"replay\", \"reason\": \"r\"}");
            service.publish(new Deposited("late", 1));
            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(6));

            service.bulkActs().start();

            await().untilAsserted(() -> assertThat(
                            service.count("dead_letter_bulk WHERE finished_at IS NOT NULL AND acted = 4"))
                    .isEqualTo(1));
            // Those that it replayed die again, too, and are not taken again.
            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(6));
            assertThat(service.jdbc()
                            .queryForList(
                                    "SELECT held_event_id FROM dead_letter_audit WHERE bulk_id IS NOT NULL ORDER BY id",
                                    Long.class))
                    .isEqualTo(letters.subList(0, 4));
        }
    }

    @Test
    void an_act_on_many_goes_no_faster_than_asked() {
        try (AccountService service = start("many_rate")) {
            die(service, "many_rate", 5, 10);
            // Not the time of its transaction, which begins before it is found due.
            service.jdbc().execute("ALTER TABLE dead_letter_audit ALTER COLUMN acted_at SET DEFAULT clock_timestamp()");
            Operators.of(service).post("deadletters", "{\"action\": \"discard\", \"reason\": \"r\", \"rate\": 5}");

            await().untilAsserted(() -> assertThat(service.count("dead_letter_bulk WHERE finished_at IS NOT NULL"))
                    .isEqualTo(1));

            assertThat(service.jdbc()
                            .queryForList(
                                    "SELECT extract(epoch FROM acted_at - lag(acted_at) OVER (ORDER BY id)) AS pause"
                                            + " FROM dead_letter_audit ORDER BY id OFFSET 1",
                                    Double.class))
                    .hasSize(5)
                    .allSatisfy(pause -> assertThat(pause).isGreaterThanOrEqualTo(0.199));
        }
    }

    /** One dies as any does; the others are made after its image, by the hundred. */
    private void die(AccountService service, String name, int letters, int padding) {
        service.publish(new Deposited("a-00000", 1));
        await().untilAsserted(() ->
                assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(1));
        service.jdbc().update("UPDATE held_event SET record_offset = 1000000");
        service.inTransaction(() -> {
            // As many as one transaction can make before it is told to end.
            service.jdbc().execute("SET LOCAL transaction_timeout = 0");
            service.jdbc()
                    .update(DIE.replace(":topic", name)
                            .replace(":letters", Integer.toString(letters))
                            .replace(":padding", Integer.toString(padding)));
        });
    }

    private AccountService start(String name) {
        return of(name, failing).start();
    }

    private static AccountService.Builder of(String name, AtomicLong failing) {
        return Operators.welcome(AccountService.named(name))
                .with("mops.messaging.retry-delays", "5ms")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, (deposited, metadata) -> {
                            if (failing.get() > 0) {
                                throw new IllegalStateException("fails as told");
                            }
                            accounts.note(deposited, metadata);
                        })
                        .build());
    }
}
