package dev.mops.messaging.inbox;

import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What a chunk of the inbox's purge takes with the index and with the autovacuum settings, and what they cost a claim: one
 * day after the other comes and is forgotten, in one database for each variant, in turn. Not part of a build: the name is
 * none of a test.
 */
@Tag("measure")
class InboxPurgeMeasurement {

    private static final int DAY = Integer.getInteger("mops.measure.rows", 40_000);
    private static final int DAYS_KEPT = 30;
    private static final int DAYS = 20;
    private static final int CLAIMS = 500;
    private static final int CHUNK = 5_000;
    // A day passes in seconds here, and so the vacuum looks each second.
    private static final long NIGHT_SECONDS = 4;

    @Test
    void measure() throws Exception {
        try (TestPostgres server = TestServers.ownPostgres()) {
            List<Variant> variants = List.of(
                    new Variant(server, "ranges", """
                            DROP INDEX inbox_event_group_claimed_at;
                            CREATE INDEX inbox_event_claimed_at ON inbox_event USING brin (claimed_at);
                            """ + DEFAULTS),
                    new Variant(server, "defaults", DEFAULTS),
                    new Variant(server, "two_percent", TWO_PERCENT));
            for (int day = 0; day < DAYS_KEPT + DAYS; day++) {
                for (Variant variant : variants) {
                    variant.claim(day);
                }
                if (day >= DAYS_KEPT) {
                    for (Variant variant : variants) {
                        variant.purge(day - DAYS_KEPT);
                    }
                    long dawn = System.nanoTime() + TimeUnit.SECONDS.toNanos(NIGHT_SECONDS);
                    await().forever().until(() -> System.nanoTime() - dawn >= 0);
                    if ((day - DAYS_KEPT) % 5 == 4) {
                        report(variants, "until day " + (day - DAYS_KEPT + 1));
                    }
                } else if (day == DAYS_KEPT - 1) {
                    report(variants, "filled");
                }
            }
        }
    }

    private static final String DEFAULTS =
            "ALTER TABLE inbox_event RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor)";
    private static final String TWO_PERCENT = "ALTER TABLE inbox_event SET (autovacuum_vacuum_scale_factor = 0.02)";

    private static void report(List<Variant> variants, String phase) {
        System.out.printf(Locale.ROOT, "MEASURED %s%n", phase);
        for (Variant variant : variants) {
            System.out.printf(Locale.ROOT, "MEASURED   %-12s %s%n", variant.name, variant.report());
        }
    }

    /** An inbox with its own settings. Day 0 is long ago. */
    private static final class Variant {

        private final String name;
        private final JdbcTemplate jdbc;
        private final Inbox inbox;
        private final List<Long> claimNanos = new ArrayList<>();
        private final List<Long> chunkNanos = new ArrayList<>();

        Variant(TestPostgres server, String name, String settings) {
            this.name = name;
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl(server.jdbcUrl("inbox_" + name));
            pool.setUsername(TestPostgres.USER);
            pool.setPassword(TestPostgres.PASSWORD);
            pool.setMaximumPoolSize(1);
            Flyway.configure()
                    .dataSource(pool.getJdbcUrl(), TestPostgres.USER, TestPostgres.PASSWORD)
                    .locations("classpath:db/mops-messaging")
                    .load()
                    .migrate();
            jdbc = new JdbcTemplate(pool);
            jdbc.execute("ALTER SYSTEM SET autovacuum_naptime = '1s'");
            jdbc.execute("SELECT pg_reload_conf()");
            jdbc.execute(settings);
            inbox = new Inbox(jdbc, "billing-service");
        }

        void claim(int day) {
            for (int done = 0; done < DAY; done += CLAIMS) {
                long begin = System.nanoTime();
                jdbc.update("""
                        INSERT INTO inbox_event (consumer_group, source, event_id, claimed_at, recorded_at)
                        SELECT 'billing-service', '/order-service', gen_random_uuid(), at, at
                        FROM generate_series(1, ?), (VALUES (timestamptz '2000-01-01' + ? * interval '1 day'
                            + ? * interval '1 s')) AS t (at) ON CONFLICT DO NOTHING
                        """, CLAIMS, day, done);
                claimNanos.add(System.nanoTime() - begin);
            }
        }

        /** Forgets all that is not younger than this day. */
        void purge(int day) {
            Integer age = jdbc.queryForObject("SELECT (current_date - date '2000-01-01') - ?", Integer.class, day + 1);
            int purged;
            do {
                long begin = System.nanoTime();
                purged = inbox.purge(Duration.ofDays(age == null ? 0 : age), CHUNK);
                chunkNanos.add(System.nanoTime() - begin);
            } while (purged == CHUNK);
        }

        String report() {
            String times = "claim of %d: median %.2f ms; chunk: %s; "
                    .formatted(
                            CLAIMS,
                            median(claimNanos),
                            chunkNanos.isEmpty()
                                    ? "none"
                                    : "%d, median %.2f ms, longest %.2f ms"
                                            .formatted(
                                                    chunkNanos.size(),
                                                    median(chunkNanos),
                                                    chunkNanos.stream()
                                                                    .mapToLong(Long::longValue)
                                                                    .max()
                                                                    .orElse(0)
                                                            / 1e6));
            claimNanos.clear();
            chunkNanos.clear();
            return times
                    + jdbc.queryForObject(
                            "SELECT format('%s dead rows, %s autovacuums of %s ms in all, %s sequential scans, table %s, indexes %s', n_dead_tup,"
                                    + " autovacuum_count, round(total_autovacuum_time), seq_scan, pg_size_pretty(pg_table_size(relid)),"
                                    + " pg_size_pretty(pg_indexes_size(relid)))"
                                    + " FROM pg_stat_user_tables WHERE relname = 'inbox_event'",
                            String.class);
        }

        private static double median(List<Long> nanos) {
            return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElse(0L) / 1e6;
        }
    }
}
