package dev.mops.messaging.outbox;

import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A row of the outbox.
 *
 * @param id the place in the outbox; for each key, ids are in the order of the transactions
 * @param record what goes to Kafka
 */
record OutboxRow(long id, ProducerRecord<byte[], byte[]> record) {}
