package dev.mops.messaging.trace;

import org.jspecify.annotations.Nullable;

/** A trace context as <a href="https://www.w3.org/TR/trace-context/">W3C</a> writes it. */
record Traceparent(String traceId, String spanId, boolean sampled) {

    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = 36;
    private static final int FLAGS = 53;
    private static final int LENGTH = 55;

    /** What a header says; null where it says nothing that can be read. */
    static @Nullable Traceparent of(@Nullable String header) {
        if (header == null || !isWellFormed(header)) {
            return null;
        }
        return new Traceparent(
                header.substring(TRACE_ID, SPAN_ID - 1),
                header.substring(SPAN_ID, FLAGS - 1),
                (Character.digit(header.charAt(FLAGS + 1), 16) & 1) == 1);
    }

    // By hand: each event is looked at several times, and a pattern would cost more than all else that is done with it.
    private static boolean isWellFormed(String header) {
        return header.length() == LENGTH
                && header.startsWith("00-")
                && header.charAt(SPAN_ID - 1) == '-'
                && header.charAt(FLAGS - 1) == '-'
                && isHex(header, TRACE_ID, SPAN_ID - 1)
                && isHex(header, SPAN_ID, FLAGS - 1)
                && isHex(header, FLAGS, LENGTH)
                && !isZero(header, TRACE_ID, SPAN_ID - 1)
                && !isZero(header, SPAN_ID, FLAGS - 1);
    }

    private static boolean isHex(String header, int from, int to) {
        for (int i = from; i < to; i++) {
            char digit = header.charAt(i);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(String header, int from, int to) {
        for (int i = from; i < to; i++) {
            if (header.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }

    /** The header. */
    String text() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }
}
