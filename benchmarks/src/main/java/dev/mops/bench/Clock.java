package dev.mops.bench;

import java.time.Instant;

/** The machine's clock in microseconds since 1970: PostgreSQL stamps commits with the same one. */
public final class Clock {

    private Clock() {}

    /** The time now. */
    public static long micros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
