package dev.mops.messaging.inbox;

import dev.mops.events.EventMetadata;
import dev.mops.messaging.CurrentEvent;
import dev.mops.messaging.TryLater;
import dev.mops.messaging.held.EventId;
import dev.mops.messaging.trace.EventTraces;
import dev.mops.messaging.trace.EventTraces.EventSpan;
import dev.mops.messaging.trace.EventTraces.Work;
import java.time.Duration;
import java.time.Instant;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Makes a batch's calls of the outside world at once, on virtual threads: bounded in number, each with a timeout. Once as
 * many in a row as run at once have had no answer, the others are not made: who hangs must not hold up a batch for as many
 * timeouts as it has calls.
 */
final class OutsideCalls {

    private final int concurrency;
    private final Duration timeout;
    private final EventTraces traces;

    OutsideCalls(int concurrency, Duration timeout, EventTraces traces) {
        this.concurrency = concurrency;
        this.timeout = timeout;
        this.traces = traces;
    }

    /** A call on behalf of an event. */
    record Call(EventMetadata event, Supplier<Object> call) {}

    /** What the calls have led to: for each an outcome or a failure. */
    record Answers(Map<EventId, Object> outcomes, Map<EventId, Throwable> failures) {}

    /** Makes all calls and waits for all; one that fails costs the others nothing. */
    Answers make(Map<EventId, Call> calls) {
        Answers answers = new Answers(new LinkedHashMap<>(), new LinkedHashMap<>());
        Semaphore permits = new Semaphore(concurrency);
        AtomicInteger unanswered = new AtomicInteger();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            Map<EventId, Future<Object>> running = new LinkedHashMap<>();
            calls.forEach((event, call) -> running.put(
                    event, threads.submit(() -> withPermit(permits, () -> withTimeout(threads, call, unanswered)))));
            for (var entry : running.entrySet()) {
                try {
                    answers.outcomes().put(entry.getKey(), entry.getValue().get());
                } catch (ExecutionException e) {
                    answers.failures().put(entry.getKey(), e.getCause() == null ? e : e.getCause());
                }
            }
            return answers;
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
    private Object withTimeout(ExecutorService threads, Call call, AtomicInteger unanswered) throws Exception {
        if (unanswered.get() >= concurrency) {
            throw new TryLater("The outside has not answered " + concurrency + " calls in a row");
        }
        EventSpan span = traces.begin(Work.CALL, call.event());
        long begin = System.nanoTime();
        String error = null;
        try {
            return answer(threads, call, span, unanswered);
        } catch (Exception | Error e) {
            error = Attempt.classOf(e);
            throw e;
        } finally {
            span.end(Instant.now(), error);
            Attempt.log(Work.CALL, call.event(), Duration.ofNanos(System.nanoTime() - begin), error);
        }
    }

    private Object answer(ExecutorService threads, Call call, EventSpan span, AtomicInteger unanswered)
            throws Exception {
        // What belongs to a thread is not inherited by those of an executor: it is bound again.
        Future<Object> future = threads.submit(() -> CurrentEvent.call(call.event(), () -> {
            try (var _ = span.open()) {
                return Objects.requireNonNull(call.call().get(), "A call of the outside world returned nothing");
            }
        }));
        try {
            Object outcome = future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            unanswered.set(0);
            return outcome;
        } catch (ExecutionException e) {
            unanswered.set(0);
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            future.cancel(true);
            unanswered.incrementAndGet();
            // Who does not answer is away, as far as anyone can tell: an outage must not use up attempts.
            throw new TryLater("No answer from outside within mops.messaging.call-timeout=" + timeout, e);
        }
    }
}
