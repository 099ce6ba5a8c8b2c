package dev.mops.messaging.trace;

import dev.mops.events.EventMetadata;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Without a tracer: what an event carries is passed on. */
final class NoTraces implements EventTraces {

    private static final EventSpan NO_SPAN = new EventSpan() {
        @Override
        public Scope open() {
            return () -> {};
        }

        @Override
        public void end(Instant at, @Nullable String error) {}
    };

    @Override
    public Publication publish(String type, String key, @Nullable EventMetadata cause) {
        // Another publisher may have written anything in its place.
        String way = cause == null ? null : cause.traceparent();
        return new Publication(Traceparent.of(way) == null ? null : way, NO_SPAN);
    }

    @Override
    public EventSpan receive(String topic, List<EventMetadata> events) {
        return NO_SPAN;
    }

    @Override
    public EventSpan begin(Work work, EventMetadata event) {
        return NO_SPAN;
    }
}
