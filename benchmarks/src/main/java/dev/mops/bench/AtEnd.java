package dev.mops.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** What must not outlive the program, also where Ctrl-C ends it at any moment: what was told last is done first. */
final class AtEnd {

    private static final Deque<Runnable> STEPS = new ArrayDeque<>();
    private static boolean begun;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtEnd::end, "at-end"));
    }

    private AtEnd() {}

    /**
     * Whoever starts processes says first how they end. That they have ended before does no harm.
     *
     * @throws IllegalStateException if the end has begun: nothing is started any more
     */
    static synchronized void run(Runnable step) {
        if (begun) {
            throw new IllegalStateException("The benchmark is ending");
        }
        STEPS.push(step);
    }

    /** Whoever failed since the end has begun stays here: that is no failure, and nothing is started or said any more. */
    static void stayIfBegun() {
        while (hasBegun()) {
            LockSupport.park();
        }
    }

    private static synchronized boolean hasBegun() {
        return begun;
    }

    private static void end() {
        List<Runnable> steps;
        synchronized (AtEnd.class) {
            begun = true;
            steps = List.copyOf(STEPS);
        }
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException e) {
                // The others are done all the same.
                System.err.println("mops: at the end: " + e);
            }
        }
    }

    /** What this program has started and nobody has ended, such as a training of a class cache. */
    static void killStarted() {
        ProcessHandle.current().descendants().toList().forEach(process -> {
            process.destroyForcibly();
            process.onExit().join();
        });
    }
}
