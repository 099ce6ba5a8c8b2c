package dev.mops.messaging.observe;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The timers of this module: all have the same buckets, so that they can be drawn over each other. */
public final class Timers {

    // Few: each of them is a series for each set of labels.
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60)
    };

    private Timers() {}

    /** A timer with this name. */
    public static Timer.Builder named(String name) {
        return Timer.builder(name).serviceLevelObjectives(BUCKETS);
    }
}
