package dev.mops.messaging.inbox;

import dev.mops.messaging.held.EventId;
import dev.mops.messaging.trace.EventLog;
import org.jspecify.annotations.Nullable;

/** A handler or a call of the outside world threw: names the event, so that it can be set aside. */
final class HandlerFailedException extends RuntimeException {

    /** Where it threw. */
    enum Stage {
        INTEND,
        CALL,
        RECORD,
        HANDLE
    }

    private final transient EventId event;
    private final Stage stage;

    HandlerFailedException(Item<?> item, Stage stage, @Nullable Throwable cause) {
        super(
                "The handler of %s failed: event %s of %s"
                        .formatted(
                                item.event().envelope().metadata().type(),
                                item.id().id(),
                                EventLog.printable(
                                        item.event().envelope().metadata().key())),
                cause);
        this.event = item.id();
        this.stage = stage;
    }

    EventId event() {
        return event;
    }

    Stage stage() {
        return stage;
    }
}
