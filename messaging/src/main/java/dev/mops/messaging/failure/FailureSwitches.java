package dev.mops.messaging.failure;

import dev.mops.events.EventMetadata;

/** Makes events fail that were asked to. */
@FunctionalInterface
public interface FailureSwitches {

    /** None is on. */
    FailureSwitches OFF = event -> {};

    /**
     * Fails or slows down, if a switch says so for this event.
     *
     * @throws RuntimeException as the switch says
     */
    void pass(EventMetadata event);
}
