package dev.mops.local;

/** Something that the user can mend; the message is one line that says what and how. */
public final class LocalPlatformException extends RuntimeException {

    /** Creates one with a line for the user. */
    public LocalPlatformException(String message) {
        super(message);
    }

    /** Creates one with a line for the user and what lies behind it. */
    public LocalPlatformException(String message, Throwable cause) {
        super(message, cause);
    }
}
