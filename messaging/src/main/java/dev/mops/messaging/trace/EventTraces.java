package dev.mops.messaging.trace;

import dev.mops.events.EventMetadata;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The spans on an event's way, all in the trace that its {@code traceparent} names. Without a tracer there are none, and a
 * trace context is passed on as it came.
 */
public interface EventTraces {

    /** Nothing is traced. */
    EventTraces NONE = new NoTraces();

    /** What is done with an event. */
    enum Work {
        HANDLE("handle"),
        INTEND("intend"),
        CALL("call for"),
        RECORD("record");

        private final String verb;

        Work(String verb) {
            this.verb = verb;
        }

        String on(EventMetadata event) {
            return verb + " " + EventLog.printable(event.type());
        }
    }

    /**
     * Begins the span of an event's publication, a child of the current span.
     *
     * @param cause the event whose handling publishes it
     */
    Publication publish(String type, String key, @Nullable EventMetadata cause);

    /** Begins the span of a batch's transaction, linked to the traces of its events. */
    EventSpan receive(String topic, List<EventMetadata> events);

    /** Begins the span of work on an event, a child of the span that published it. */
    EventSpan begin(Work work, EventMetadata event);

    /**
     * An event is published.
     *
     * @param traceparent the trace context that it carries; null for none
     */
    record Publication(@Nullable String traceparent, EventSpan span) {}

    /** A span that was begun. */
    interface EventSpan {

        /** Makes it the current one of this thread, until the scope is closed by the same. */
        Scope open();

        /**
         * Ends it.
         *
         * @param at when the work was done, which may be a while ago
         * @param error the class of what was thrown, or a word for it; null for none
         */
        void end(Instant at, @Nullable String error);
    }

    /** In which a span is the current one. */
    interface Scope extends AutoCloseable {
        @Override
        void close();
    }
}
