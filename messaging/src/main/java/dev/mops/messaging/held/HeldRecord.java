package dev.mops.messaging.held;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that is to be held.
 *
 * @param failure why it did not take effect; of one that waits behind a head: why it never may, null where it may
 * @param isHead whether it is the first of its key; else it waits behind a head
 */
public record HeldRecord(
        EventId id,
        LedgerKey key,
        ConsumerRecord<byte[], byte[]> record,
        @Nullable Failure failure,
        boolean isHead) {}
