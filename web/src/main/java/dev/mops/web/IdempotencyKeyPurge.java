package dev.mops.web;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;

/** Forgets idempotency keys that are free again: some at a time, in the background, once a minute. */
final class IdempotencyKeyPurge implements SmartLifecycle {

    /** The most keys that one transaction deletes. */
    static final int AT_ONCE = 1_000;

    private static final Logger log = LoggerFactory.getLogger(IdempotencyKeyPurge.class);
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    // Not every service takes keys.
    private static final String TABLE = "SELECT to_regclass('idempotency_key') IS NOT NULL";
    // A key that a request has now, since it was free, is locked by it: it is its own again, and nobody waits.
    private static final String PURGE = """
            DELETE FROM idempotency_key WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM idempotency_key
                WHERE created_at < statement_timestamp() - ?::bigint * interval '1 millisecond'
                ORDER BY created_at LIMIT ? FOR UPDATE SKIP LOCKED))
            """;

    private final JdbcTemplate jdbc;
    private final long retentionMillis;
    private volatile @Nullable Thread thread;

    IdempotencyKeyPurge(JdbcTemplate jdbc, Duration retention) {
        this.jdbc = jdbc;
        this.retentionMillis = retention.toMillis();
    }

    /** Forgets all keys that are free. */
    void purge() {
        if (!Boolean.TRUE.equals(jdbc.queryForObject(TABLE, Boolean.class))) {
            return;
        }
        int purged;
        do {
            purged = jdbc.update(PURGE, retentionMillis, AT_ONCE);
        } while (purged == AT_ONCE && !Thread.currentThread().isInterrupted());
    }

    private void run() {
        boolean failed = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                purge();
                failed = false;
            } catch (RuntimeException | Error e) {
                if (!failed) {
                    log.warn("Idempotency keys can't be purged for now: {}", e.toString());
                    failed = true;
                }
            }
            try {
                TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("idempotency-key-purge").start(this::run);
    }

    @Override
    public void stop() {
        Thread current = thread;
        if (current != null) {
            current.interrupt();
            thread = null;
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
