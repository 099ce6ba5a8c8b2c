package dev.mops.messaging;

import dev.mops.events.EventMetadata;

/** Publishes events with the transaction that runs: they reach Kafka if and only if it commits. */
public interface Outbox {

    /**
     * Publishes an event with the running transaction. Change a row of the event's key before: its lock keeps the events
     * of one key in order when transactions race.
     *
     * @param event a record of one of the service's event families
     * @return the metadata under which the event goes out
     * @throws IllegalStateException if no transaction runs that may write to the outbox
     * @throws IllegalArgumentException if the event belongs to no family of this service, if its type is none that
     *     the family's table declares to be {@linkplain EventHandlers.Builder#publishes published}, or if it is larger
     *     than {@code mops.messaging.max-event-size}. A family that is a bean of its own is published whole
     */
    EventMetadata publish(Object event);
}
