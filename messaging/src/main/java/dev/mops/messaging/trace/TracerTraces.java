package dev.mops.messaging.trace;

import dev.mops.events.EventMetadata;
import io.micrometer.tracing.Link;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Spans of Micrometer's tracer. */
final class TracerTraces implements EventTraces {

    // A span takes no more by default. Those of the others are found all the same: their spans are linked to the batch.
    private static final int MOST_LINKS = 128;

    private final Tracer tracer;

    TracerTraces(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public Publication publish(String type, String key, @Nullable EventMetadata cause) {
        Span.Builder builder = tracer.spanBuilder().name("publish " + type).kind(Span.Kind.PRODUCER);
        Traceparent way = cause == null ? null : Traceparent.of(cause.traceparent());
        Span current = tracer.currentSpan();
        // What is told of a held event, or published by its discard, runs in another trace and belongs to its own.
        if (way != null && (current == null || !current.context().traceId().equals(way.traceId()))) {
            builder.setParent(contextOf(way));
        }
        Span span = builder.start();
        if (!span.isNoop()) {
            span.tag("eventKey", EventLog.printable(key));
        }
        TraceContext context = span.context();
        if (context.traceId().isEmpty()) {
            // Tracing is switched off, and its tracer is there all the same.
            return NONE.publish(type, key, cause);
        }
        Traceparent own = new Traceparent(context.traceId(), context.spanId(), Boolean.TRUE.equals(context.sampled()));
        return new Publication(own.text(), new TracerSpan(tracer, span));
    }

    @Override
    public EventSpan receive(String topic, List<EventMetadata> events) {
        Span.Builder builder = tracer.spanBuilder()
                .name("receive " + topic)
                .kind(Span.Kind.CONSUMER)
                .setNoParent();
        events.stream()
                .map(event -> Traceparent.of(event.traceparent()))
                .filter(Objects::nonNull)
                // Nobody has the others.
                .filter(Traceparent::sampled)
                .limit(MOST_LINKS)
                .forEach(way -> builder.addLink(new Link(contextOf(way))));
        Span span = builder.start();
        if (!span.isNoop()) {
            span.tag("events", events.size());
        }
        return new TracerSpan(tracer, span);
    }

    @Override
    public EventSpan begin(Work work, EventMetadata event) {
        Span.Builder builder = tracer.spanBuilder()
                .name(work.on(event))
                .kind(work == Work.CALL ? Span.Kind.CLIENT : Span.Kind.CONSUMER);
        Traceparent way = Traceparent.of(event.traceparent());
        if (way == null) {
            builder.setNoParent();
        } else {
            builder.setParent(contextOf(way));
        }
        Span batch = tracer.currentSpan();
        if (batch != null && !batch.isNoop()) {
            builder.addLink(new Link(batch));
        }
        Span span = builder.start();
        if (!span.isNoop()) {
            span.tag("eventId", event.id().toString())
                    .tag("eventKey", EventLog.printable(event.key()))
                    .tag("correlationId", EventLog.printable(event.correlationId()));
        }
        return new TracerSpan(tracer, span);
    }

    private TraceContext contextOf(Traceparent way) {
        return tracer.traceContextBuilder()
                .traceId(way.traceId())
                .spanId(way.spanId())
                .sampled(way.sampled())
                .build();
    }

    private record TracerSpan(Tracer tracer, Span span) implements EventSpan {

        @Override
        public Scope open() {
            Tracer.SpanInScope scope = tracer.withSpan(span);
            return scope::close;
        }

        @Override
        public void end(Instant at, @Nullable String error) {
            if (error != null) {
                span.tag("error", error).error(new WorkFailed(error));
            }
            span.end(TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano(), TimeUnit.NANOSECONDS);
        }
    }

    /** Stands for what was thrown: the message of that may hold anything, and leaves the service with the span. */
    private static final class WorkFailed extends RuntimeException {
        WorkFailed(String error) {
            super(error, null, false, false);
        }
    }
}
