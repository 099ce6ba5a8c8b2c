package dev.mops.messaging.inbox;

import dev.mops.events.EventMetadata;
import org.jspecify.annotations.Nullable;

/** A handler or a call of the outside world threw: names the event, so that it can be found. */
final class HandlerFailedException extends RuntimeException {

    HandlerFailedException(EventMetadata event, @Nullable Throwable cause) {
        super("The handler of %s failed: event %s of %s".formatted(event.type(), event.id(), event.key()), cause);
    }
}
