package dev.mops.messaging.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.messaging.deadletter.DeadLetterActs.Action;
import dev.mops.messaging.deadletter.DeadLetterActs.Command;
import dev.mops.messaging.deadletter.DeadLetterViews.Begun;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Acts on many dead letters: one by one, in the background, no faster than asked. Where it is stands in the row of the
 * act, and moves with each letter in its transaction: a restart goes on there, and does nothing twice.
 */
final class BulkActs implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(BulkActs.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final String INSERT = """
            INSERT INTO dead_letter_bulk (consumer_group, operator, verified, action, reason, force, type, error, key,
                dead_before, rate, last_id, matched)
            SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(max(e.id), 0), count(*)
            """;
    // One instance at a time.
    private static final String NEXT = """
            SELECT *, 1000 * extract(epoch FROM acted_at + interval '1 second' / rate - clock_timestamp()) AS wait
            FROM dead_letter_bulk WHERE consumer_group = ? AND finished_at IS NULL
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
            """;
    private static final String DONE =
            "UPDATE dead_letter_bulk SET position = ?, acted = acted + 1, acted_at = clock_timestamp() WHERE id = ?";
    private static final String SKIPPED = """
            UPDATE dead_letter_bulk SET position = ?, skipped = skipped + 1, acted_at = clock_timestamp()
            WHERE id = ? AND position < ?
            """;
    private static final int TRIES = 3;

    private final JdbcTemplate jdbc;
    private final TransactionOperations transaction;
    private final DeadLetterActs acts;
    private final String consumerGroup;
    private volatile @Nullable Thread thread;
    private int tries;
    private long triedLetter;

    BulkActs(JdbcTemplate jdbc, TransactionOperations transaction, DeadLetterActs acts, String consumerGroup) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.acts = acts;
        this.consumerGroup = consumerGroup;
    }

    /** Begins an act on all that match now. */
    Begun begin(Filter filter, Action action, String reason, boolean force, int rate, Operator operator) {
        List<Object> parameters = new ArrayList<>();
        parameters.add(consumerGroup);
        parameters.add(operator.name());
        parameters.add(operator.verified());
        parameters.add(action.text());
        parameters.add(reason);
        parameters.add(force);
        parameters.add(filter.type());
        parameters.add(filter.error());
        parameters.add(filter.key() == null ? null : filter.key().getBytes(UTF_8));
        parameters.add(filter.deadBefore() == null ? null : filter.deadBefore().atOffset(ZoneOffset.UTC));
        parameters.add(rate);
        parameters.addAll(filter.parameters(consumerGroup));
        return Objects.requireNonNull(jdbc.queryForObject(
                INSERT + filter.from() + " RETURNING id, matched",
                (row, n) -> new Begun(row.getLong(1), row.getLong(2)),
                parameters.toArray()));
    }

    private void run() {
        boolean failed = false;
        while (!Thread.currentThread().isInterrupted()) {
            Duration wait = PAUSE;
            try {
                wait = step();
                failed = false;
            } catch (RuntimeException | Error e) {
                if (!failed) {
                    log.warn("Acts on many dead letters can't go on for now: {}", e.toString());
                    failed = true;
                }
            }
            try {
                TimeUnit.NANOSECONDS.sleep(wait.toNanos());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Does the next act, if it is due. Returns how long to wait for the one after it. */
    private Duration step() {
        AtomicReference<@Nullable Next> taken = new AtomicReference<>();
        try {
            Duration wait = transaction.execute(status -> {
                Next next = jdbc.query(NEXT, (row, n) -> next(row), consumerGroup).stream()
                        .findFirst()
                        .orElse(null);
                if (next == null) {
                    return PAUSE;
                }
                if (next.waitMillis() > 0) {
                    return Duration.ofMillis(next.waitMillis());
                }
                taken.set(next);
                if (next.letter() == null) {
                    jdbc.update("UPDATE dead_letter_bulk SET finished_at = now() WHERE id = ?", next.bulk());
                } else {
                    acts.act(next.letter(), next.command());
                    jdbc.update(DONE, next.letter(), next.bulk());
                }
                return Duration.ZERO;
            });
            tries = 0;
            return wait == null ? PAUSE : wait;
        } catch (RefusedException e) {
            skip(taken.get(), e);
            return Duration.ZERO;
        } catch (RuntimeException e) {
            Next next = taken.get();
            // What never got to a letter is no failure of one.
            if (next == null || next.letter() == null) {
                throw e;
            }
            tries = next.letter() == triedLetter ? tries + 1 : 1;
            triedLetter = next.letter();
            if (tries < TRIES) {
                throw e;
            }
            skip(next, e);
            return Duration.ZERO;
        }
    }

    private void skip(@Nullable Next next, RuntimeException why) {
        if (next == null || next.letter() == null) {
            throw why;
        }
        log.warn("The dead letter {} is left out of the act {}: {}", next.letter(), next.bulk(), why.toString());
        jdbc.update(SKIPPED, next.letter(), next.bulk(), next.letter());
        tries = 0;
    }

    private Next next(ResultSet row) throws SQLException {
        long bulk = row.getLong("id");
        byte[] key = row.getBytes("key");
        OffsetDateTime deadBefore = row.getObject("dead_before", OffsetDateTime.class);
        Filter filter = new Filter(
                row.getString("type"),
                row.getString("error"),
                key == null ? null : new String(key, UTF_8),
                deadBefore == null ? null : deadBefore.toInstant());
        List<Object> parameters = new ArrayList<>(filter.parameters(consumerGroup));
        parameters.add(row.getLong("position"));
        parameters.add(row.getLong("last_id"));
        parameters.add(row.getObject("created_at", OffsetDateTime.class));
        // Those that were dead when it began: nobody has seen the others. By the head's column of the key, of which
        // there is an index: not by looking at all of them each time.
        Long letter = jdbc
                .query(
                        "SELECT k.head" + filter.from()
                                + " AND k.head > ? AND k.head <= ? AND e.last_failed_at <= ? ORDER BY k.head LIMIT 1",
                        (found, n) -> found.getLong(1),
                        parameters.toArray())
                .stream()
                .findFirst()
                .orElse(null);
        return new Next(
                bulk,
                letter,
                row.getLong("wait"),
                new Command(
                        Action.valueOf(row.getString("action").toUpperCase(Locale.ROOT)),
                        row.getString("reason"),
                        null,
                        row.getBoolean("force"),
                        null,
                        new Operator(row.getString("operator"), row.getBoolean("verified")),
                        bulk));
    }

    /**
     * The next act of a bulk.
     *
     * @param letter null where all are done
     * @param waitMillis until it is due; not positive if it is
     */
    private record Next(long bulk, @Nullable Long letter, long waitMillis, Command command) {}

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("dead-letter-bulk").start(this::run);
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
