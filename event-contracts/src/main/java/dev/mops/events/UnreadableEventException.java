package dev.mops.events;

import org.jspecify.annotations.Nullable;

/** A record that this build can't read as an event, and never will without a change: no retry helps. */
public final class UnreadableEventException extends RuntimeException {

    /** @param message what can't be read and why */
    public UnreadableEventException(String message) {
        this(message, null);
    }

    /** @param message what can't be read and why */
    public UnreadableEventException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
