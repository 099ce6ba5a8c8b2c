package dev.mops.events.gate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * A record as readable text: a line {@code key: …}, a line per header in order, an empty line, the value's bytes as they
 * are, and the line feed that ends the file and is not part of the value.
 */
public final class WireSample {

    /** The text of a record. */
    public static String textOf(ProducerRecord<byte[], byte[]> record) {
        StringBuilder text = new StringBuilder(line("key", record.key()));
        record.headers().forEach(header -> text.append(line(header.key(), header.value())));
        return text.append('\n')
                .append(new String(record.value(), UTF_8))
                .append('\n')
                .toString();
    }

    /**
     * The record of a text, as a consumer of the topic gets it.
     *
     * @throws IllegalArgumentException if the text is none of a record
     */
    public static ConsumerRecord<byte[], byte[]> recordOf(String topic, String text) {
        int end = text.indexOf("\n\n");
        if (end < 0 || !text.startsWith("key: ") || !text.endsWith("\n")) {
            throw new IllegalArgumentException("A wire sample is a key, headers, an empty line and a value");
        }
        Headers headers = new RecordHeaders();
        List<String> lines = text.substring(0, end).lines().toList();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(": ");
            if (colon < 0) {
                throw new IllegalArgumentException("A header of a wire sample is written name: value");
            }
            headers.add(line.substring(0, colon), line.substring(colon + 2).getBytes(UTF_8));
        }
        return new ConsumerRecord<>(
                topic,
                0,
                0,
                ConsumerRecord.NO_TIMESTAMP,
                TimestampType.NO_TIMESTAMP_TYPE,
                ConsumerRecord.NULL_SIZE,
                ConsumerRecord.NULL_SIZE,
                lines.getFirst().substring("key: ".length()).getBytes(UTF_8),
                text.substring(end + 2, text.length() - 1).getBytes(UTF_8),
                headers,
                Optional.empty());
    }

    /**
     * Writes a new file.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is one: what was released is never overwritten
     */
    public static void write(Path file, ProducerRecord<byte[], byte[]> record) throws IOException {
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, textOf(record), StandardOpenOption.CREATE_NEW);
    }

    private static String line(String name, byte[] value) {
        return name + ": " + new String(value, UTF_8) + "\n";
    }

    private WireSample() {}
}
