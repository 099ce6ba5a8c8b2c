package dev.mops.messaging.trace;

import dev.mops.events.EventMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Gives every line of the log that is written for an event its names: {@code eventId}, {@code eventType}, {@code eventKey},
 * {@code correlationId}, and those of its trace where there is one. While a span is the current one, its own names stand in
 * the place of these.
 */
public final class EventLog {

    private static final List<String> NAMES =
            List.of("eventId", "eventType", "eventKey", "correlationId", "traceId", "spanId");

    /** What may look like another line, or be taken as a command by a terminal: control and format characters, and half ones. */
    public static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]+");

    private static final int LONGEST = 255;

    private EventLog() {}

    /** Runs work whose lines of the log are an event's. */
    public static void run(EventMetadata event, Runnable work) {
        EventLog.<@Nullable Void, RuntimeException>call(event, () -> {
            work.run();
            return null;
        });
    }

    /** Runs work whose lines of the log are an event's. */
    public static <T extends @Nullable Object, X extends Throwable> T call(
            EventMetadata event, ScopedValue.CallableOp<T, X> work) throws X {
        List<@Nullable String> before = Arrays.asList(new @Nullable String[NAMES.size()]);
        for (int i = 0; i < NAMES.size(); i++) {
            before.set(i, MDC.get(NAMES.get(i)));
        }
        try {
            MDC.put("eventId", event.id().toString());
            MDC.put("eventType", printable(event.type()));
            MDC.put("eventKey", printable(event.key()));
            MDC.put("correlationId", printable(event.correlationId()));
            Traceparent way = Traceparent.of(event.traceparent());
            if (way != null) {
                MDC.put("traceId", way.traceId());
                MDC.put("spanId", way.spanId());
            }
            return work.call();
        } finally {
            for (int i = 0; i < NAMES.size(); i++) {
                put(NAMES.get(i), before.get(i));
            }
        }
    }

    /** Another publisher may have written anything; it must not look like a line of this service. */
    public static String printable(String text) {
        String printable = isPlain(text) ? text : UNPRINTABLE.matcher(text).replaceAll("?");
        return printable.length() > LONGEST ? printable.substring(0, LONGEST) : printable;
    }

    /** Nearly all are: ids and types. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each < ' ' || each > '~') {
                return false;
            }
        }
        return true;
    }

    private static void put(String name, @Nullable String value) {
        if (value == null) {
            MDC.remove(name);
        } else {
            MDC.put(name, value);
        }
    }
}
