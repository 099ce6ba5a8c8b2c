package dev.mops.local;

import java.time.Duration;
import java.util.Locale;

/** Durations as a user reads them. */
final class Durations {

    private Durations() {}

    /** The time since an instant of {@link System#nanoTime()}. */
    static String since(long beginNanos) {
        return seconds(Duration.ofNanos(System.nanoTime() - beginNanos));
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    static String milliseconds(Duration duration) {
        // In nanoseconds, what anybody wrote for a time may be too long.
        return String.format(Locale.ROOT, "%.0f ms", duration.toSeconds() * 1_000.0 + duration.toNanosPart() / 1e6);
    }

    /** Hours, minutes and seconds. */
    static String uptime(Duration duration) {
        return String.format(
                Locale.ROOT, "%d:%02d:%02d", duration.toHours(), duration.toMinutesPart(), duration.toSecondsPart());
    }
}
