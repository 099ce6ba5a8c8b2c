package dev.mops.messaging.outbox;

/** Writes the domain's pending changes to the database, and so locks their rows. Nothing to do without JPA. */
interface DomainFlush {

    void flush();
}
