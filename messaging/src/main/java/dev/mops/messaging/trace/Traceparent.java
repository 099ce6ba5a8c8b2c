package dev.mops.messaging.trace;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A trace context as <a href="https://www.w3.org/TR/trace-context/">W3C</a> writes it. */
record Traceparent(String traceId, String spanId, boolean sampled) {

    private static final Pattern WELL_FORMED =
            Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = 36;
    private static final int FLAGS = 53;

    /** What a header says; null where it says nothing that can be read. */
    static @Nullable Traceparent of(@Nullable String header) {
        if (header == null || !WELL_FORMED.matcher(header).matches()) {
            return null;
        }
        return new Traceparent(
                header.substring(TRACE_ID, SPAN_ID - 1),
                header.substring(SPAN_ID, FLAGS - 1),
                (Character.digit(header.charAt(FLAGS + 1), 16) & 1) == 1);
    }

    /** The header. */
    String text() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }
}
