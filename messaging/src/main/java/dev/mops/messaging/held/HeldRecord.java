package dev.mops.messaging.held;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that is to be held.
 *
 * @param failure why, for a head; null for one that waits behind a head
 */
public record HeldRecord(
        EventId id,
        LedgerKey key,
        ConsumerRecord<byte[], byte[]> record,
        @Nullable Failure failure) {}
