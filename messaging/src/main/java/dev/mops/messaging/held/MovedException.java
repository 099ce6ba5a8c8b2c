package dev.mops.messaging.held;

/** The ledger or the inbox has moved since it was read: what was decided on it is decided again. */
public final class MovedException extends RuntimeException {

    public MovedException(String message) {
        super(message);
    }
}
