package dev.mops.messaging.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.messaging.AccountService;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A purge of millions is thousands of chunks: each reads what it deletes, not the table. */
class PurgePlanTest {

    // Enough for a plan that is made for all values, too: the driver prepares a statement at its fifth run, and
    // PostgreSQL
    // takes such a plan after five more.
    private static final int CHUNKS = 15;
    private static final int CHUNK = 100;

    @Test
    void each_chunk_of_a_purge_reads_the_oldest_by_an_index_and_never_the_whole_table() {
        try (AccountService service = AccountService.named("purge_plan").start()) {
            // Physically not in the order of age: freed space is used again.
            service.jdbc().execute("""
                    INSERT INTO inbox_event (consumer_group, source, event_id, claimed_at, recorded_at)
                        SELECT 'of-old', '/elsewhere', gen_random_uuid(), at, at
                        FROM generate_series(1, 20000) AS n,
                            LATERAL (SELECT now() - (n * 7919 % 20000) * interval '3 minutes' AS at) AS times;
                    INSERT INTO dead_letter_audit
                            (acted_at, operator, verified, action, reason, consumer_group, held_event_id, source, event_id)
                        SELECT now() - (n * 7919 % 20000) * interval '36 minutes', 'ada', false, 'discard', 'of old', 'of-old',
                            n, '/', gen_random_uuid()
                        FROM generate_series(1, 20000) AS n;
                    """);
            service.jdbc().execute("ANALYZE inbox_event");
            service.jdbc().execute("ANALYZE dead_letter_audit");
            Inbox inbox = new Inbox(service.jdbc(), "of-old");
            AuditTrail audit = new AuditTrail(service.jdbc(), "of-old");

            service.inTransaction(() -> {
                for (int n = 0; n < CHUNKS; n++) {
                    assertThat(inbox.purge(Duration.ofDays(30), CHUNK)).isEqualTo(CHUNK);
                    assertThat(audit.purge(Duration.ofDays(365), CHUNK)).isEqualTo(CHUNK);
                }
                long claims = read(service, "inbox_event");
                long acts = read(service, "dead_letter_audit");
                for (int n = 0; n < CHUNKS; n++) {
                    assertThat(inbox.purge(Duration.ofDays(3_650), CHUNK)).isZero();
                    assertThat(audit.purge(Duration.ofDays(3_650), CHUNK)).isZero();
                }
                // Where nothing is old enough, nothing is read.
                assertThat(read(service, "inbox_event")).isEqualTo(claims);
                assertThat(read(service, "dead_letter_audit")).isEqualTo(acts);
                assertThat(sequentialScans(service, "inbox_event")).isZero();
                assertThat(sequentialScans(service, "dead_letter_audit")).isZero();
            });
            assertThat(service.count("inbox_event WHERE claimed_at < now() - interval '30 days'"))
                    .isPositive();
            assertThat(service.count("inbox_event")).isEqualTo(20_000 - CHUNKS * CHUNK);
        }
    }

    private static long sequentialScans(AccountService service, String table) {
        return ofThisTransaction(service, "seq_scan", table);
    }

    /** Rows that index scans have found. */
    private static long read(AccountService service, String table) {
        return ofThisTransaction(service, "idx_tup_fetch", table);
    }

    private static long ofThisTransaction(AccountService service, String statistic, String table) {
        Long value = service.jdbc()
                .queryForObject(
                        "SELECT " + statistic + " FROM pg_stat_xact_user_tables WHERE relname = ?", Long.class, table);
        return value == null ? -1 : value;
    }
}
