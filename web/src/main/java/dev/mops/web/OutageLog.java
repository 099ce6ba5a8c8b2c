package dev.mops.web;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of a database that is away at most once a second: as long as that lasts, every request would. */
final class OutageLog {

    private static final Logger log = LoggerFactory.getLogger(OutageLog.class);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanos;
    private long toldAt;
    private int untold;

    OutageLog(LongSupplier nanos) {
        this.nanos = nanos;
        this.toldAt = nanos.getAsLong() - PAUSE_NANOS;
    }

    synchronized void tell(Exception e) {
        long now = nanos.getAsLong();
        if (now - toldAt < PAUSE_NANOS) {
            untold++;
            return;
        }
        log.warn("A request found no database ({} more since the last such line): {}", untold, e.toString());
        toldAt = now;
        untold = 0;
    }
}
