package dev.mops.messaging;

import dev.mops.events.EventMetadata;
import dev.mops.messaging.trace.EventLog;
import org.jspecify.annotations.Nullable;

/**
 * The event whose handler runs. What it publishes inherits the event's correlation and trace, and names it as the cause,
 * without a parameter; and the lines of the log that its handler writes carry its names.
 */
public final class CurrentEvent {

    private static final ScopedValue<EventMetadata> CURRENT = ScopedValue.newInstance();
    private static final ScopedValue<Boolean> INTENDING = ScopedValue.newInstance();

    private CurrentEvent() {}

    /** The metadata of the event being handled; null outside a handler. */
    public static @Nullable EventMetadata metadata() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /** Runs a piece of work as the handling of this event. */
    public static <T extends @Nullable Object> T call(
            EventMetadata event, ScopedValue.CallableOp<T, RuntimeException> work) {
        return ScopedValue.where(CURRENT, event).call(() -> EventLog.call(event, work));
    }

    /** Runs the intents of a batch, which may run again: what they published would be another event each time. */
    public static <T extends @Nullable Object> T intend(ScopedValue.CallableOp<T, RuntimeException> work) {
        return ScopedValue.where(INTENDING, true).call(work);
    }

    /** Whether intents are being recorded: then nothing may be published. */
    public static boolean isIntending() {
        return INTENDING.isBound();
    }

    /** Runs a piece of work as the handling of this event. */
    public static void run(EventMetadata event, Runnable work) {
        ScopedValue.where(CURRENT, event).run(() -> EventLog.run(event, work));
    }
}
