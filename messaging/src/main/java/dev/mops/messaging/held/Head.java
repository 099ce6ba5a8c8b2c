package dev.mops.messaging.held;

import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The first event of a held key, as the ledger has it.
 *
 * @param heldEventId its place in the ledger
 * @param record as it came
 * @param dead whether an operator has to act; else it runs again when due
 * @param attempts failed ones that count
 * @param deferrals how often it found the outside world away
 * @param version of the key's row
 * @param announced what the entity's other readers were told; null for nothing
 * @param firstFailedAt null for a head that has not run yet
 * @param lastError class and message, also of why it must not run; null for a head that has not run yet and may
 * @param refused why it must not run, though it has not failed: it is a dead letter before its first attempt; null where it
 *     may
 * @param calling whether an intent is open whose outcome is not known
 * @param replays how often an operator had it run again
 */
public record Head(
        LedgerKey key,
        long heldEventId,
        EventId id,
        @Nullable String type,
        ConsumerRecord<byte[], byte[]> record,
        boolean dead,
        int attempts,
        int deferrals,
        long version,
        @Nullable String announced,
        @Nullable Instant firstFailedAt,
        @Nullable String lastError,
        @Nullable Failure refused,
        boolean calling,
        int replays) {

    /** Whether this is what it failed of last. */
    public boolean hasFailedOf(Class<? extends Throwable> type) {
        return lastError != null && lastError.startsWith(type.getName() + ": ");
    }
}
