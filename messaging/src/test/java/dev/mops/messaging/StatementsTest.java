package dev.mops.messaging;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import dev.mops.messaging.WatchedTransactions.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a batch costs the database. */
class StatementsTest {

    private static final String CLAIM = "INSERT INTO inbox_event";
    private static final TopicLog TOPIC = TopicLog.of("statements");
    private static final List<List<String>> BATCHES = new CopyOnWriteArrayList<>();
    private static final Set<String> FAIL_ONCE = ConcurrentHashMap.newKeySet();
    private static AccountService service;

    @BeforeAll
    static void start() {
        service = AccountService.named("statements")
                .with("mops.messaging.concurrency", 1)
                .beans(WatchedTransactions.by(StatementsTest::watch))
                .handling((accounts, family) -> EventHandlers.of(family)
                        // Nothing: the statements are those of the module alone.
                        .on(Deposited.class, deposited -> {})
                        .on(Withdrawn.class, withdrawn -> {
                            if (FAIL_ONCE.remove(withdrawn.account())) {
                                throw new IllegalStateException("fails as told");
                            }
                        })
                        .build())
                .start();
        // What is asked once and then known.
        batchesOf(events("first", 1));
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void a_batch_in_which_nothing_fails_has_the_same_statements_for_one_key_as_for_a_hundred() {
        List<List<String>> ofOne = batchesOf(events("one", 1));
        List<List<String>> ofHundred = batchesOf(events("hundred", 100));

        assertThat(ofOne).hasSize(1);
        assertThat(ofOne.getFirst())
                .filteredOn(statement -> statement.contains("held_key"))
                .hasSize(1);
        assertThat(ofHundred).isEqualTo(ofOne);
    }

    @Test
    void whether_keys_are_held_is_looked_up_by_an_index_however_many_are() {
        String lookUp = batchesOf(events("looked-up", 1)).getFirst().stream()
                .filter(statement -> statement.contains("held_key"))
                .findFirst()
                .orElseThrow();
        service.jdbc().update("""
                        INSERT INTO held_key (consumer_group, key_hash, topic, state, head, attempts)
                        SELECT 'statements', sha256(n::text::bytea), 'elsewhere', 'DEAD', n, 4
                        FROM generate_series(1, 10000) AS n
                        """);
        try {
            service.jdbc().execute("ANALYZE held_key");

            String plan = service
                    .jdbc()
                    .query(
                            "EXPLAIN "
                                    + lookUp.replaceFirst("\\?", "'statements'")
                                            .replaceFirst(
                                                    "\\?",
                                                    "ARRAY(SELECT sha256(n::text::bytea) FROM generate_series(1, 10) n)"),
                            (row, n) -> row.getString(1))
                    .stream()
                    .collect(joining("\n"));

            assertThat(plan)
                    .contains("Index Scan using held_key_pkey")
                    .containsPattern("Index Cond: .*consumer_group.* AND .*key_hash = ANY")
                    .doesNotContain("Seq Scan");
        } finally {
            service.jdbc().update("DELETE FROM held_key WHERE topic = 'elsewhere'");
        }
    }

    @Test
    void one_event_in_a_hundred_that_fails_leaves_a_batch_a_few_transactions() {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int n = 0; n < 400; n++) {
            if (n % 100 == 50) {
                FAIL_ONCE.add("failing-" + n);
            }
            events.add(TopicLog.on(0, TOPIC.event(new Withdrawn("failing-" + n, n))));
        }

        List<List<String>> begun = batchesOf(events);

        assertThat(FAIL_ONCE).isEmpty();
        assertThat(begun).filteredOn(StatementsTest::isCommitted).hasSizeLessThanOrEqualTo(8);
        assertThat(begun).hasSizeLessThanOrEqualTo(16);
        await().untilAsserted(() -> assertThat(service.count("held_key")).isZero());
    }

    private static List<ProducerRecord<byte[], byte[]>> events(String name, int keys) {
        List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
        for (int n = 0; n < keys; n++) {
            events.add(TopicLog.on(0, TOPIC.event(new Deposited(name + n, 1))));
        }
        return events;
    }

    /** The transactions, committed or not, in which records were taken that stand in the topic all at once. */
    private static List<List<String>> batchesOf(List<ProducerRecord<byte[], byte[]>> records) {
        service.consumers().stop();
        TOPIC.append(records);
        BATCHES.clear();
        service.consumers().start();
        int all = TOPIC.records().size();
        await().untilAsserted(() -> assertThat(TOPIC.committed("statements")).isEqualTo(all));
        return List.copyOf(BATCHES);
    }

    /** Keeps what is known of a transaction at each of its statements: the last time, all. */
    private static void watch(Work work) {
        List<String> statements = work.statements();
        if (statements.getFirst().contains(CLAIM)) {
            if (statements.size() > 1) {
                BATCHES.removeLast();
            }
            BATCHES.add(statements);
        }
    }

    private static boolean isCommitted(List<String> statements) {
        return statements.getLast().equals(WatchedTransactions.COMMIT);
    }
}
