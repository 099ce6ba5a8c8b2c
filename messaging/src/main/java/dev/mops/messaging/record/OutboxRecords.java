package dev.mops.messaging.record;

import org.apache.kafka.clients.producer.ProducerRecord;

/** Publishes records as they are, with the running transaction: wake-ups and dead letters. */
public interface OutboxRecords {

    /**
     * Publishes a record with the running transaction.
     *
     * @throws IllegalStateException if no transaction runs that may write to the outbox
     */
    void publish(ProducerRecord<byte[], byte[]> record);
}
