package dev.mops.messaging.held;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What a record of a retry topic says: this head is to run now. The ledger has the truth; a wake-up that does not agree with
 * it does nothing.
 *
 * @param key the held key
 * @param heldEventId the head
 * @param version of the key's row
 * @param due when it runs at the earliest
 */
public record Wakeup(LedgerKey key, long heldEventId, long version, Instant due) {

    private static final String KEY = "mops-retry-key";
    private static final String EVENT = "mops-retry-event";
    private static final String VERSION = "mops-retry-version";
    private static final String DUE = "mops-retry-due";

    // A longer key would make a record that Kafka does not take; the wake-up names the key by its hash.
    private static final int LONGEST_KEY = 16 << 10;

    /** The record that carries it: without a payload, which stands in the ledger. */
    ProducerRecord<byte[], byte[]> record(String topic, byte @Nullable [] recordKey) {
        byte[] shortKey = recordKey == null || recordKey.length > LONGEST_KEY ? null : recordKey;
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, shortKey, null);
        record.headers()
                .add(KEY, key.hash().getBytes(UTF_8))
                .add(EVENT, Long.toString(heldEventId).getBytes(UTF_8))
                .add(VERSION, Long.toString(version).getBytes(UTF_8))
                .add(DUE, due.toString().getBytes(UTF_8));
        return record;
    }

    /** Whether the ledger still has this head, and nothing has happened to it since. */
    public boolean means(Head head) {
        return key.equals(head.key()) && heldEventId == head.heldEventId() && version == head.version();
    }

    /** What a record says; empty where it is no wake-up. */
    public static Optional<Wakeup> of(Headers headers) {
        try {
            String key = text(headers, KEY);
            if (HexFormat.of().parseHex(key).length != 32) {
                return Optional.empty();
            }
            return Optional.of(new Wakeup(
                    new LedgerKey(key),
                    Long.parseLong(text(headers, EVENT)),
                    Long.parseLong(text(headers, VERSION)),
                    Instant.parse(text(headers, DUE))));
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), UTF_8);
    }
}
