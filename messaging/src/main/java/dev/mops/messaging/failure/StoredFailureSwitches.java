package dev.mops.messaging.failure;

import dev.mops.events.EventMetadata;
import dev.mops.events.UnreadableEventException;
import dev.mops.messaging.TryLater;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Switches in the service's database: all instances know them, and a restart forgets none. */
final class StoredFailureSwitches implements FailureSwitches {

    private static final Duration SLOWED_BY = Duration.ofSeconds(2);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

    private static final String HIT = """
            UPDATE failure_switch SET remaining = remaining - 1
            WHERE id = (
                SELECT id FROM failure_switch
                WHERE consumer_group = ? AND (type IS NULL OR type = ?) AND (key IS NULL OR key = ?)
                    AND (remaining IS NULL OR remaining > 0)
                ORDER BY id LIMIT 1 FOR UPDATE)
            RETURNING how
            """;

    private final JdbcTemplate jdbc;
    private final String consumerGroup;
    private final TransactionTemplate apart;
    private volatile boolean on = true;
    private volatile long lookedAt;

    StoredFailureSwitches(JdbcTemplate jdbc, String consumerGroup, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.consumerGroup = consumerGroup;
        // A hit counts also if the transaction in which it strikes is rolled back, as it will be.
        this.apart = new TransactionTemplate(transactions);
        apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    }

    /** What makes events fail. */
    enum How {
        THROW,
        SLOW,
        POISON,
        UNAVAILABLE
    }

    /** A switch as it is shown; remaining is null until it is cleared. */
    record Switch(
            long id,
            @Nullable String type,
            @Nullable String key,
            String how,
            @Nullable Integer remaining) {}

    Switch add(@Nullable String type, @Nullable String key, How how, @Nullable Integer times) {
        String name = how.name().toLowerCase(Locale.ROOT);
        Long id = jdbc.queryForObject(
                "INSERT INTO failure_switch (consumer_group, type, key, how, remaining) VALUES (?, ?, ?, ?, ?) RETURNING id",
                Long.class,
                consumerGroup,
                type,
                key,
                name,
                times);
        on = true;
        return new Switch(id == null ? 0 : id, type, key, name, times);
    }

    List<Switch> list() {
        return jdbc.query(
                "SELECT id, type, key, how, remaining FROM failure_switch WHERE consumer_group = ?"
                        + " AND (remaining IS NULL OR remaining > 0) ORDER BY id",
                (row, n) -> new Switch(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getObject(5, Integer.class)),
                consumerGroup);
    }

    void clear() {
        jdbc.update("DELETE FROM failure_switch WHERE consumer_group = ?", consumerGroup);
    }

    @Override
    public void pass(EventMetadata event) {
        if (!on && System.nanoTime() - lookedAt < LOOK_INTERVAL.toNanos()) {
            return;
        }
        String how = apart.execute(status -> {
            // Asked now and then only: a transaction for each event would cost more than the demo can spare.
            lookedAt = System.nanoTime();
            on = !list().isEmpty();
            if (!on) {
                return null;
            }
            return jdbc.queryForList(HIT, String.class, consumerGroup, event.type(), event.key()).stream()
                    .findFirst()
                    .orElse(null);
        });
        if (how == null) {
            return;
        }
        switch (How.valueOf(how.toUpperCase(Locale.ROOT))) {
            case THROW -> throw new IllegalStateException("Fails since a failure switch says so");
            case POISON -> throw new UnreadableEventException("Can't be read since a failure switch says so");
            case UNAVAILABLE -> throw new TryLater("The outside is away since a failure switch says so");
            case SLOW -> pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(SLOWED_BY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a failure switch slows down", e);
        }
    }
}
