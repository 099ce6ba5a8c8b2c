package dev.mops.messaging.inbox;

/** An event is as old as what the inbox has forgotten: nobody knows whether it took effect before. */
public final class ForgottenEventException extends RuntimeException {

    ForgottenEventException() {
        super("The inbox has forgotten what is as old as this event: it may have taken effect before");
    }
}
