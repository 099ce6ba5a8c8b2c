package dev.mops.messaging;

import java.time.Duration;

/** How long events wait for Kafka, whoever publishes them: also where a service has an {@link Outbox} of its own. */
public interface OutboxAge {

    /**
     * How long the oldest event has waited for the relay; zero where none waits. Reads one row.
     *
     * @throws org.springframework.dao.DataAccessException if the database is away
     */
    Duration age();
}
