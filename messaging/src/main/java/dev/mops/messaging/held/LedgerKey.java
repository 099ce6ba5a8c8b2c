package dev.mops.messaging.held;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What one failing event holds up: the events of one key of a topic. A hash, since a key may be longer than an index takes.
 *
 * @param hash SHA-256 in hex
 */
public record LedgerKey(String hash) implements Comparable<LedgerKey> {

    /** The key of a record with this id. One without a key has no followers: each is held for itself. */
    public static LedgerKey of(ConsumerRecord<byte[], byte[]> record, EventId id) {
        if (record.key() == null) {
            // Not by its place: a topic that is made anew begins with old offsets.
            return hash(record.topic(), (byte) 1, (id.source() + " " + id.id()).getBytes(UTF_8));
        }
        return of(record.topic(), record.key());
    }

    static LedgerKey of(String topic, byte[] key) {
        return hash(topic, (byte) 0, key);
    }

    static LedgerKey of(byte[] hash) {
        return new LedgerKey(HexFormat.of().formatHex(hash));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hash);
    }

    // A topic's name holds no control character.
    private static LedgerKey hash(String topic, byte kind, byte[] key) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(topic.getBytes(UTF_8));
            sha.update(kind);
            return of(sha.digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** The order in which rows are locked: that of PostgreSQL's bytea. */
    @Override
    public int compareTo(LedgerKey other) {
        return hash.compareTo(other.hash);
    }
}
