package dev.mops.messaging;

/**
 * The outside world is away: it said neither yes nor no. Thrown by a call or a handler. The event waits and runs again, and
 * uses up none of its attempts; only the events of its key wait behind it.
 */
public class TryLater extends RuntimeException {

    public TryLater(String message) {
        super(message);
    }

    public TryLater(String message, Throwable cause) {
        super(message, cause);
    }
}
