package dev.mops.messaging;

import java.util.Optional;

/** The keys whose events wait behind one that failed, in this service. */
public interface HeldKeys {

    /**
     * What holds up the events of a key here; empty where nothing does.
     *
     * @throws org.springframework.dao.DataAccessException if the database is away
     */
    Optional<HeldUp> find(String topic, String key);
}
