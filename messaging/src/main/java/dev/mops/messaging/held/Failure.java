package dev.mops.messaging.held;

import dev.mops.messaging.trace.EventLog;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Why an event has not taken effect.
 *
 * @param kind what is to be done about it
 * @param errorClass the name of the exception's class
 * @param message the exception's, printable and cut to {@value #LONGEST_MESSAGE} characters
 * @param calling whether an intent of a call of the outside world was recorded, and its outcome is not known
 */
public record Failure(Kind kind, String errorClass, String message, boolean calling) {

    static final int LONGEST_MESSAGE = 1_000;

    /** What is to be done about a failure. */
    public enum Kind {
        /** Tried again after each delay, then a dead letter. */
        ORDINARY,
        /** The outside world is away: tried again until it is back, without using attempts. */
        OUTSIDE_AWAY,
        /** Another attempt can't help: a dead letter at once. */
        HOPELESS,
        /** It may have taken effect before: a dead letter at once, of which others hear only if something waits behind it. */
        FORGOTTEN
    }

    /** The failure that an exception means; what only wraps another one is looked through. */
    public static Failure of(Kind kind, Throwable thrown, boolean calling) {
        Throwable cause = thrown;
        while (cause.getCause() != null
                && (cause instanceof CompletionException
                        || cause instanceof ExecutionException
                        || cause instanceof UndeclaredThrowableException)) {
            cause = cause.getCause();
        }
        // A message may hold whatever its author had at hand, also what no text column takes.
        String message =
                EventLog.UNPRINTABLE.matcher(String.valueOf(cause.getMessage())).replaceAll(" ");
        return new Failure(
                kind,
                cause.getClass().getName(),
                message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message,
                calling);
    }
}
