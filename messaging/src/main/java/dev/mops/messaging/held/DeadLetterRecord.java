package dev.mops.messaging.held;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** The record of a dead letter topic: the original one, with headers that say why it is here. All of them are text. */
final class DeadLetterRecord {

    static final String PREFIX = "mops-dead-letter-";

    // Kafka takes 1 MiB by default, its own framing included; what it refuses would block the outbox.
    private static final int LARGEST = 1_000_000;

    private DeadLetterRecord() {}

    /**
     * The record.
     *
     * @param original as it came
     * @param heldEventId where the ledger has it
     */
    static ProducerRecord<byte[], byte[]> of(
            String topic,
            String consumerGroup,
            ConsumerRecord<byte[], byte[]> original,
            long heldEventId,
            Failure failure,
            int attempts,
            Instant firstFailedAt,
            Instant lastFailedAt) {
        Map<String, String> reason = new LinkedHashMap<>();
        reason.put("consumer-group", consumerGroup);
        reason.put("id", Long.toString(heldEventId));
        reason.put("error-class", failure.errorClass());
        reason.put("error-message", failure.message());
        reason.put("attempts", Integer.toString(attempts));
        reason.put("topic", original.topic());
        reason.put("partition", Integer.toString(original.partition()));
        reason.put("offset", Long.toString(original.offset()));
        reason.put("first-failed-at", firstFailedAt.toString());
        reason.put("last-failed-at", lastFailedAt.toString());
        List<Header> headers = new ArrayList<>();
        for (Header header : original.headers()) {
            // Those of an earlier death are replaced: they must not grow from hop to hop.
            if (!header.key().startsWith(PREFIX)) {
                headers.add(header);
            }
        }
        reason.forEach((name, value) -> headers.add(new RecordHeader(PREFIX + name, value.getBytes(UTF_8))));
        if (size(original.key(), original.value(), headers) <= LARGEST) {
            return new ProducerRecord<>(topic, null, original.key(), original.value(), headers);
        }
        // Too large with its reasons: they go alone, and the ledger has the rest.
        List<Header> reasons = new ArrayList<>(headers.stream()
                .filter(header -> header.key().startsWith(PREFIX))
                .toList());
        reasons.add(new RecordHeader(PREFIX + "payload", "left out, too large".getBytes(UTF_8)));
        byte[] key = original.key() != null && original.key().length > LARGEST / 2 ? null : original.key();
        return new ProducerRecord<>(topic, null, key, null, reasons);
    }

    private static int size(byte[] key, byte[] value, List<Header> headers) {
        int size = (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
        for (Header header : headers) {
            size += header.key().getBytes(UTF_8).length + (header.value() == null ? 0 : header.value().length) + 10;
        }
        return size;
    }
}
