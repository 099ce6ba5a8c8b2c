package dev.mops.messaging.held;

import java.time.Duration;
import java.util.List;

/**
 * When an event that failed runs again. With n delays it has n + 1 attempts.
 *
 * @param delays the waits, the first one after the first attempt
 * @param tryLaterAge how long the outside world may be away
 */
record RetryPolicy(List<Duration> delays, Duration tryLaterAge) {

    /** What follows a failure. */
    sealed interface Next {

        int attempts();

        int deferrals();

        /**
         * It runs again.
         *
         * @param topic the number of its retry topic, from 1
         */
        record Retry(int attempts, int deferrals, int topic, Duration delay) implements Next {}

        /** It is a dead letter. */
        record Dead(int attempts, int deferrals) implements Next {}
    }

    /**
     * What follows a failure.
     *
     * @param attempts those before this one that count
     * @param deferrals how often the outside world was away before
     * @param age since the first failure
     */
    Next after(Failure failure, int attempts, int deferrals, Duration age) {
        return switch (failure.kind()) {
            case HOPELESS, FORGOTTEN -> new Next.Dead(attempts + 1, deferrals);
            case ORDINARY -> {
                int made = attempts + 1;
                yield made > delays.size()
                        ? new Next.Dead(made, deferrals)
                        : new Next.Retry(made, deferrals, made, delays.get(made - 1));
            }
            case OUTSIDE_AWAY -> {
                int topic = Math.min(deferrals + 1, delays.size());
                yield age.compareTo(tryLaterAge) > 0
                        ? new Next.Dead(attempts, deferrals + 1)
                        : new Next.Retry(attempts, deferrals + 1, topic, delays.get(topic - 1));
            }
        };
    }

    /** Whether it waits for more than what passes at once: its first retry has failed, too, or there is none any more. */
    static boolean isHeldUp(Next next) {
        return next instanceof Next.Dead || next.attempts() + next.deferrals() > 1;
    }
}
