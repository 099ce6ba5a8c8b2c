package dev.mops.messaging.outbox;

import dev.mops.messaging.record.HeaderBytes;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The statements on {@code outbox_event}. */
final class OutboxTable {

    private static final String INSERT = """
            INSERT INTO outbox_event (topic, key, value, headers)
            SELECT topic, key, value, headers
            FROM unnest(?::text[], ?::bytea[], ?::bytea[], ?::bytea[]) WITH ORDINALITY AS e (topic, key, value, headers, n)
            ORDER BY n
            """;
    // The first row is always there, however large: else it would block all behind it.
    private static final String LOWEST = """
            SELECT id, topic, key, value, headers
            FROM (
                SELECT *, sum(bytes) OVER (ORDER BY id) - bytes AS bytes_before
                FROM (SELECT id, topic, key, value, headers,
                        length(headers) + coalesce(length(key), 0) + coalesce(length(value), 0) AS bytes
                    FROM outbox_event ORDER BY id LIMIT ?) AS lowest
            ) AS measured
            WHERE bytes_before < ?
            ORDER BY id
            """;
    private static final String DELETE = "DELETE FROM outbox_event WHERE id = ANY(?)";

    // By the database's clock alone. The lowest id is the oldest, but for transactions that overlap.
    private static final String AGE = """
            SELECT (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint
            FROM outbox_event ORDER BY id LIMIT 1
            """;

    private OutboxTable() {}

    /** How long the lowest row has been there; zero where there is none. */
    static Duration age(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(AGE);
                ResultSet oldest = select.executeQuery()) {
            return oldest.next() ? Duration.ofMillis(Math.max(0, oldest.getLong(1))) : Duration.ZERO;
        }
    }

    /** Adds the events of one transaction in one statement, in their order. */
    static void insert(Connection connection, List<ProducerRecord<byte[], byte[]>> records) throws SQLException {
        int size = records.size();
        String[] topics = new String[size];
        byte[][] keys = new byte[size][];
        byte[][] values = new byte[size][];
        byte[][] headers = new byte[size][];
        for (int i = 0; i < size; i++) {
            ProducerRecord<byte[], byte[]> record = records.get(i);
            topics[i] = record.topic();
            keys[i] = record.key();
            values[i] = record.value();
            headers[i] = HeaderBytes.write(record.headers());
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setArray(1, connection.createArrayOf("text", topics));
            insert.setArray(2, connection.createArrayOf("bytea", keys));
            insert.setArray(3, connection.createArrayOf("bytea", values));
            insert.setArray(4, connection.createArrayOf("bytea", headers));
            insert.executeUpdate();
        }
    }

    /** The rows with the lowest ids, in id order: so many, and not much more than so many bytes of payload. */
    static List<OutboxRow> lowest(Connection connection, int rowLimit, int byteLimit) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(LOWEST)) {
            select.setInt(1, rowLimit);
            select.setInt(2, byteLimit);
            try (ResultSet result = select.executeQuery()) {
                List<OutboxRow> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(new OutboxRow(
                            result.getLong(1),
                            new ProducerRecord<>(
                                    result.getString(2),
                                    null,
                                    result.getBytes(3),
                                    result.getBytes(4),
                                    HeaderBytes.read(result.getBytes(5)))));
                }
                return rows;
            }
        }
    }

    /** Deletes rows that Kafka has acknowledged. */
    static void delete(Connection connection, List<OutboxRow> rows) throws SQLException {
        Array ids = connection.createArrayOf(
                "bigint", rows.stream().map(OutboxRow::id).toArray(Long[]::new));
        try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
            delete.setArray(1, ids);
            delete.executeUpdate();
        }
    }
}
