package dev.mops.messaging.inbox;

import dev.mops.events.EventMetadata;
import dev.mops.messaging.CurrentEvent;
import dev.mops.messaging.trace.EventLog;
import dev.mops.messaging.trace.EventTraces;
import dev.mops.messaging.trace.EventTraces.EventSpan;
import dev.mops.messaging.trace.EventTraces.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction of a batch: the spans and the lines of the log of what is done with its events. How each ended is said once
 * the transaction has: what was rolled back was not done.
 */
final class Attempt {

    private static final Logger log = LoggerFactory.getLogger(Attempt.class);
    private static final String ROLLED_BACK = "rolled back";

    private final EventTraces traces;
    private final List<Done> done = new ArrayList<>();

    private Attempt(EventTraces traces) {
        this.traces = traces;
    }

    /** What was done with an event; {@code error} is the class of what it threw. */
    private record Done(
            Work work,
            EventMetadata event,
            EventSpan span,
            Instant at,
            Duration took,
            @Nullable String error) {}

    /** Runs a transaction. */
    static <T extends @Nullable Object> T run(
            EventTraces traces, String topic, List<EventMetadata> events, Function<Attempt, T> transaction) {
        Attempt attempt = new Attempt(traces);
        EventSpan batch = traces.receive(topic, events);
        String error = null;
        try (var _ = batch.open()) {
            return transaction.apply(attempt);
        } catch (RuntimeException | Error e) {
            error = classOf(e);
            throw e;
        } finally {
            batch.end(Instant.now(), error);
            attempt.end(error != null);
        }
    }

    /** Does a piece of work on an event, as its handling. */
    void on(EventMetadata event, Work work, Runnable doing) {
        CurrentEvent.run(event, () -> {
            EventSpan span = traces.begin(work, event);
            long begin = System.nanoTime();
            String error = null;
            try (var _ = span.open()) {
                doing.run();
            } catch (RuntimeException | Error e) {
                error = classOf(e);
                throw e;
            } finally {
                done.add(
                        new Done(work, event, span, Instant.now(), Duration.ofNanos(System.nanoTime() - begin), error));
            }
        });
    }

    private void end(boolean rolledBack) {
        for (Done each : done) {
            String error = each.error() == null && rolledBack ? ROLLED_BACK : each.error();
            each.span().end(each.at(), error);
            log(each.work(), each.event(), each.took(), error);
        }
    }

    /** Says what was done with an event, and how it ended. */
    static void log(Work work, EventMetadata event, Duration took, @Nullable String error) {
        if (!log.isDebugEnabled()) {
            return;
        }
        String done =
                switch (work) {
                    case HANDLE -> "Handled";
                    case INTEND -> "Intended the call for";
                    case CALL -> "Called for";
                    case RECORD -> "Recorded the call for";
                };
        long tenths = took.toNanos() / 100_000;
        EventLog.run(
                event,
                () -> log.debug(
                        "{} {} in {}.{} ms{}",
                        done,
                        event.type(),
                        tenths / 10,
                        tenths % 10,
                        error == null ? "" : ": " + error));
    }

    /** The class of what a handler threw, or of its transaction. */
    static String classOf(Throwable thrown) {
        Throwable cause =
                thrown instanceof HandlerFailedException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return cause.getClass().getName();
    }
}
