package dev.mops.messaging.outbox;

import static org.awaitility.Awaitility.await;

import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What autovacuum settings do for the outbox: after an outage of Kafka its backlog drains, then the relay polls a table of
 * dead rows until a vacuum comes. One database for each variant, one step after the other in turn, so that all have the
 * same machine. Not part of a build: the name is none of a test.
 */
@Tag("measure")
class OutboxVacuumMeasurement {

    private static final int BACKLOG = Integer.getInteger("mops.measure.rows", 500_000);
    private static final int BATCH = 1_000;
    private static final int BATCH_BYTES = 8 << 20;
    private static final long DRAIN_PAUSE_MILLIS = 50;
    private static final long POLL_MILLIS = 20;
    private static final long QUIET_SECONDS = Long.getLong("mops.measure.quiet-seconds", 75);
    private static final int SLICE_SECONDS = 15;

    @Test
    void measure() throws Exception {
        try (TestPostgres server = TestServers.ownPostgres()) {
            List<Variant> variants = List.of(
                    new Variant(server, "never", "autovacuum_enabled = false"),
                    new Variant(server, "defaults", "autovacuum_enabled = true"),
                    new Variant(
                            server,
                            "by_number",
                            "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,"
                                    + " autovacuum_vacuum_insert_threshold = -1"),
                    new Variant(server, "unthrottled", "autovacuum_vacuum_cost_delay = 0"));
            for (Variant variant : variants) {
                variant.insert(BACKLOG);
            }
            report(variants, "a backlog of " + BACKLOG + " rows");
            atIntervals(DRAIN_PAUSE_MILLIS, () -> drained(variants));
            report(variants, "while it drained");
            long begin = System.nanoTime();
            for (long slice = SLICE_SECONDS; slice <= QUIET_SECONDS; slice += SLICE_SECONDS) {
                long end = begin + TimeUnit.SECONDS.toNanos(slice);
                atIntervals(POLL_MILLIS, () -> {
                    for (Variant variant : variants) {
                        variant.insert(5);
                        variant.relay();
                    }
                    return System.nanoTime() - end >= 0;
                });
                report(variants, "quiet, until " + slice + " s");
            }
        }
    }

    private static boolean drained(List<Variant> variants) throws SQLException {
        boolean drained = true;
        for (Variant variant : variants) {
            variant.insert(10);
            drained &= variant.relay() < BATCH;
        }
        return drained;
    }

    /** Takes a step again and again, until it says that it was the last. */
    private static void atIntervals(long millis, Callable<Boolean> step) {
        await().forever()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(millis))
                .until(step);
    }

    private static void report(List<Variant> variants, String phase) throws SQLException {
        System.out.printf(Locale.ROOT, "MEASURED %s%n", phase);
        for (Variant variant : variants) {
            System.out.printf(Locale.ROOT, "MEASURED   %-10s %s%n", variant.name, variant.report());
        }
    }

    /** An outbox with its own settings. */
    private static final class Variant {

        private final String name;
        private final Connection connection;
        private final List<Long> readNanos = new ArrayList<>();

        Variant(TestPostgres server, String name, String settings) throws SQLException {
            this.name = name;
            String url = server.jdbcUrl("outbox_" + name);
            Flyway.configure()
                    .dataSource(url, TestPostgres.USER, TestPostgres.PASSWORD)
                    .locations("classpath:db/mops-messaging")
                    .load()
                    .migrate();
            connection = DriverManager.getConnection(url, TestPostgres.USER, TestPostgres.PASSWORD);
            execute("ALTER TABLE outbox_event RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,"
                    + " autovacuum_vacuum_insert_threshold, autovacuum_vacuum_cost_delay)");
            execute("ALTER TABLE outbox_event SET (" + settings + ")");
        }

        /** In transactions of a hundred, as a batch of events publishes. */
        void insert(int rows) throws SQLException {
            for (int done = 0; done < rows; done += 100) {
                execute("""
                        INSERT INTO outbox_event (topic, key, value, headers)
                        SELECT 'orders', decode(repeat('ab', 36), 'hex'), decode(repeat('cd', 400), 'hex'),
                            decode('00000000' || repeat('ef', 300), 'hex') FROM generate_series(1, %d)
                        """.formatted(Math.min(100, rows - done)));
            }
        }

        int relay() throws SQLException {
            long begin = System.nanoTime();
            List<OutboxRow> rows = OutboxTable.lowest(connection, BATCH, BATCH_BYTES);
            readNanos.add(System.nanoTime() - begin);
            if (!rows.isEmpty()) {
                OutboxTable.delete(connection, rows);
            }
            return rows.size();
        }

        String report() throws SQLException {
            List<Long> sorted = readNanos.stream().sorted().toList();
            readNanos.clear();
            String reads = sorted.isEmpty()
                    ? ""
                    : "%d reads, median %.2f ms, 99th %.2f ms, "
                            .formatted(
                                    sorted.size(),
                                    sorted.get(sorted.size() / 2) / 1e6,
                                    sorted.get(sorted.size() * 99 / 100) / 1e6);
            return reads
                    + text(
                            "SELECT format('%s dead rows, %s autovacuums of %s ms in all, table %s, index %s', n_dead_tup,"
                                    + " autovacuum_count, round(total_autovacuum_time), pg_size_pretty(pg_table_size(relid)), pg_size_pretty(pg_indexes_size(relid)))"
                                    + " FROM pg_stat_user_tables WHERE relname = 'outbox_event'");
        }

        private void execute(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        private String text(String sql) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery(sql)) {
                result.next();
                return result.getString(1);
            }
        }
    }
}
