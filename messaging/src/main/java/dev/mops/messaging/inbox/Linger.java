package dev.mops.messaging.inbox;

import java.time.Duration;

/**
 * How long a consumer lets records gather before it polls again. A poll costs its transactions, however few records it
 * brings: a consumer that is woken for each record uses up a busy machine with polls of one.
 *
 * @param batchSize the most records of a poll
 * @param longest the longest wait
 */
record Linger(int batchSize, Duration longest) {

    // A consumer under load is at work for a fifth of its time, until its batches are so large that they take longer.
    private static final int SHARE = 4;

    /**
     * The wait after a poll: none after a single record, for then nobody else is waiting; none after a full poll, for then
     * the next is there already; else in proportion to the work, which takes the longer the busier the machine is.
     */
    Duration after(int records, Duration work) {
        if (records <= 1 || records >= batchSize) {
            return Duration.ZERO;
        }
        Duration wait = work.multipliedBy(SHARE);
        return wait.compareTo(longest) < 0 ? wait : longest;
    }
}
