package dev.mops.messaging.inbox;

import dev.mops.events.EventMetadata;
import dev.mops.messaging.CurrentEvent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Makes a batch's calls of the outside world at once, on virtual threads: bounded in number, each with a timeout. */
final class OutsideCalls {

    private final int concurrency;
    private final Duration timeout;

    OutsideCalls(int concurrency, Duration timeout) {
        this.concurrency = concurrency;
        this.timeout = timeout;
    }

    /**
     * Makes all calls and waits for all.
     *
     * @return the outcomes
     * @throws HandlerFailedException if a call failed or took too long; the first one, after all have ended
     */
    Map<EventMetadata, Object> make(Map<EventMetadata, Supplier<Object>> calls) {
        Map<EventMetadata, Object> outcomes = new LinkedHashMap<>();
        Semaphore permits = new Semaphore(concurrency);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            Map<EventMetadata, Future<Object>> running = new LinkedHashMap<>();
            calls.forEach((event, call) -> running.put(
                    event, threads.submit(() -> withPermit(permits, () -> withTimeout(threads, event, call)))));
            HandlerFailedException failure = null;
            for (var entry : running.entrySet()) {
                try {
                    outcomes.put(entry.getKey(), entry.getValue().get());
                } catch (ExecutionException e) {
                    HandlerFailedException failed = new HandlerFailedException(entry.getKey(), e.getCause());
                    if (failure == null) {
                        failure = failed;
                    } else {
                        failure.addSuppressed(failed);
                    }
                }
            }
            if (failure != null) {
                throw failure;
            }
            return outcomes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while calls of the outside world were under way", e);
        } finally {
            // Not close(): a call that does not heed its interruption must not hold up the batch.
            threads.shutdownNow();
        }
    }

    private static Object withPermit(Semaphore permits, Callable<Object> work) throws Exception {
        permits.acquire();
        try {
            return work.call();
        } finally {
            permits.release();
        }
    }

    // The clock of a call starts when it starts, not while it waits for its turn.
    private Object withTimeout(ExecutorService threads, EventMetadata event, Supplier<Object> call) throws Exception {
        // A scoped value is not inherited by threads of an executor: it is bound again.
        Future<Object> future = threads.submit(() -> CurrentEvent.call(
                event, () -> Objects.requireNonNull(call.get(), "A call of the outside world returned nothing")));
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new TimeoutException("No answer from outside within mops.messaging.call-timeout=" + timeout);
        }
    }
}
