package dev.mops.messaging.inbox;

import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.held.Ledger;
import dev.mops.messaging.held.LedgerKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The net below the wake-ups: runs heads that are overdue, since a wake-up may be lost, to retention or a crash, or late
 * after a long stop. And forgets what inbox and audit trail need not know any more.
 */
final class Sweeper {

    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
    private static final Duration PURGE_INTERVAL = Duration.ofMinutes(1);
    private static final int PURGED_AT_ONCE = 5_000;

    private final Ledger ledger;
    private final Heads heads;
    private final Inbox inbox;
    private final AuditTrail audit;
    private final MessagingProperties settings;
    private final Set<String> failed = ConcurrentHashMap.newKeySet();

    Sweeper(Ledger ledger, Heads heads, Inbox inbox, AuditTrail audit, MessagingProperties settings) {
        this.ledger = ledger;
        this.heads = heads;
        this.inbox = inbox;
        this.audit = audit;
        this.settings = settings;
    }

    void startOn(ScheduledExecutorService threads) {
        long interval = settings.sweepInterval().toMillis();
        var _ = threads.scheduleWithFixedDelay(
                () -> guarded("Overdue heads can't be swept", this::sweep), interval, interval, TimeUnit.MILLISECONDS);
        var _ = threads.scheduleWithFixedDelay(this::purge, 0, PURGE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        List<LedgerKey> overdue;
        do {
            overdue = ledger.takeOverdue(settings.sweepGrace(), settings.batchSize());
            if (!overdue.isEmpty()) {
                heads.sweep(overdue);
            }
        } while (overdue.size() == settings.batchSize());
    }

    /** Runs once what is due within this time. */
    boolean runHeld(Duration within) {
        List<LedgerKey> due = ledger.takeOverdue(within.negated(), Integer.MAX_VALUE);
        heads.sweep(due);
        return !due.isEmpty();
    }

    private void purge() {
        guarded(
                "The inbox can't be purged",
                () -> inChunks(() -> inbox.purge(settings.inboxRetention(), PURGED_AT_ONCE)));
        guarded("The audit trail can't be purged", () -> {
            inChunks(() -> audit.purge(settings.auditRetention(), PURGED_AT_ONCE));
            audit.purgeBulks(settings.auditRetention());
        });
    }

    // Each chunk is a transaction: none lasts long, and what is done is done.
    private static void inChunks(IntSupplier chunk) {
        while (chunk.getAsInt() == PURGED_AT_ONCE) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    // A task that throws is never scheduled again.
    private void guarded(String otherwise, Runnable task) {
        try {
            task.run();
            failed.remove(otherwise);
        } catch (RuntimeException | Error e) {
            if (failed.add(otherwise)) {
                log.warn("{} for now: {}", otherwise, e.toString());
            }
        }
    }
}
