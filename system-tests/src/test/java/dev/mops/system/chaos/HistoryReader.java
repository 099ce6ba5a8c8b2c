package dev.mops.system.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.local.Platform;
import dev.mops.local.PostgresServer;
import dev.mops.system.chaos.History.Act;
import dev.mops.system.chaos.History.Charge;
import dev.mops.system.chaos.History.DeadLetter;
import dev.mops.system.chaos.History.EventId;
import dev.mops.system.chaos.History.Group;
import dev.mops.system.chaos.History.Held;
import dev.mops.system.chaos.History.LogRecord;
import dev.mops.system.chaos.History.Order;
import dev.mops.system.chaos.History.Payment;
import dev.mops.system.chaos.History.Place;
import dev.mops.system.chaos.History.Reservation;
import dev.mops.system.chaos.History.Stock;
import dev.mops.system.chaos.History.Window;
import dev.mops.system.chaos.History.Wish;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Reads what a run left behind: the log with a plain consumer, databases and books with plain SQL. */
final class HistoryReader {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Platform platform;
    private final Wire wire;

    HistoryReader(Platform platform, Wire wire) {
        this.platform = platform;
        this.wire = wire;
    }

    History read(Map<UUID, Wish> accepted, Map<String, Long> received, List<Window> windows) {
        Map<String, Group> groups = new LinkedHashMap<>();
        platform.services().forEach(service -> groups.put(service, group(service)));
        return new History(
                accepted,
                wire.read(Wire.ORDERS, HistoryReader::logRecord),
                groups,
                orders(),
                reservations(),
                stock(),
                received,
                byOrder(
                        "billing-service",
                        "SELECT order_id, status, amount_value FROM payment",
                        row -> new Payment(row.getString(2), number(row, 3))),
                byOrder(
                        "billing-service",
                        "SELECT key, state, amount_value FROM simulator_charge",
                        row -> new Charge(row.getString(2), number(row, 3))),
                byOrder("shipping-service", "SELECT order_id, status FROM shipment", row -> row.getString(2)),
                byOrder(
                                "shipping-service",
                                "SELECT key FROM simulator_label WHERE answer = 'MADE' AND NOT voided",
                                row -> true)
                        .keySet(),
                windows);
    }

    /** The stock of all products. */
    Map<String, Stock> stock() {
        Map<String, Stock> stock = new HashMap<>();
        query(
                "inventory-service",
                "SELECT sku, on_hand, reserved FROM stock",
                row -> stock.put(row.getString(1), new Stock(row.getLong(2), row.getLong(3))));
        return stock;
    }

    /** How many orders there are of each status. */
    Map<String, Long> statuses() throws SQLException {
        Map<String, Long> statuses = new LinkedHashMap<>();
        tryToQuery(
                "order-service",
                "SELECT status, count(*) FROM orders GROUP BY status ORDER BY status",
                row -> statuses.put(row.getString(1), row.getLong(2)));
        return statuses;
    }

    /** An order that has not ended, and was placed lately; null where there is none. */
    @Nullable String openOrder() {
        List<String> open = new ArrayList<>();
        query(
                "order-service",
                "SELECT id FROM orders WHERE status IN ('PLACED', 'RESERVED', 'PAID') ORDER BY id DESC LIMIT 1",
                row -> open.add(row.getString(1)));
        return open.isEmpty() ? null : open.getFirst();
    }

    /** What is still under way in a service: rows of its outbox, and held events. */
    long underWay(String service) {
        List<Long> count = new ArrayList<>();
        query(
                service,
                "SELECT (SELECT count(*) FROM outbox_event) + (SELECT count(*) FROM held_event)"
                        + " + (SELECT count(*) FROM dead_letter_bulk WHERE finished_at IS NULL)",
                row -> count.add(row.getLong(1)));
        return count.getFirst();
    }

    private Group group(String service) {
        List<EventId> inbox = new ArrayList<>();
        List<Held> held = new ArrayList<>();
        List<Act> acts = new ArrayList<>();
        List<Long> outbox = new ArrayList<>();
        query(service, "SELECT source, event_id FROM inbox_event", row -> inbox.add(eventId(row)));
        query(
                service,
                "SELECT source, event_id, partition, record_offset, key FROM held_event",
                row -> held.add(
                        new Held(eventId(row), new Place(row.getInt(3), row.getLong(4)), text(row.getBytes(5)))));
        query(
                service,
                "SELECT source, event_id, action, type, key FROM dead_letter_audit",
                row -> acts.add(new Act(eventId(row), row.getString(3), row.getString(4), text(row.getBytes(5)))));
        query(service, "SELECT count(*) FROM outbox_event", row -> outbox.add(row.getLong(1)));
        return new Group(inbox, held, acts, deadLetters(service), outbox.getFirst());
    }

    private List<DeadLetter> deadLetters(String service) {
        return wire.read(
                "orders-" + service + "-dlt",
                record -> new DeadLetter(
                        new Place(
                                Integer.parseInt(Wire.header(record.headers(), "mops-dead-letter-partition")),
                                Long.parseLong(Wire.header(record.headers(), "mops-dead-letter-offset"))),
                        Wire.header(record.headers(), "mops-dead-letter-error-message")));
    }

    private static LogRecord logRecord(ConsumerRecord<byte[], byte[]> record) {
        String type = Wire.header(record.headers(), "ce_type");
        String id = Wire.header(record.headers(), "ce_id");
        String source = Wire.header(record.headers(), "ce_source");
        boolean isPoison = Wire.isPoison(record.headers());
        Long total = "order.created".equals(type) && !isPoison
                ? Long.valueOf(JSON.readTree(record.value())
                        .path("total")
                        .path("value")
                        .asLong())
                : null;
        return new LogRecord(
                new Place(record.partition(), record.offset()),
                Instant.ofEpochMilli(record.timestamp()),
                text(record.key()),
                type,
                id == null || source == null ? null : new EventId(source.intern(), UUID.fromString(id)),
                total,
                isPoison);
    }

    private Map<UUID, Order> orders() {
        Map<UUID, List<UUID>> timelines = new HashMap<>();
        query(
                "order-service",
                "SELECT order_id, event_id FROM order_timeline ORDER BY order_id, position",
                row -> timelines
                        .computeIfAbsent(row.getObject(1, UUID.class), id -> new ArrayList<>())
                        .add(row.getObject(2, UUID.class)));
        return byOrder(
                "order-service",
                "SELECT id, status FROM orders",
                row -> new Order(row.getString(2), timelines.getOrDefault(row.getObject(1, UUID.class), List.of())));
    }

    private Map<UUID, Reservation> reservations() {
        Map<UUID, Map<String, Integer>> lines = new HashMap<>();
        query(
                "inventory-service",
                "SELECT order_id, sku, quantity FROM reservation_line",
                row -> lines.computeIfAbsent(row.getObject(1, UUID.class), id -> new HashMap<>())
                        .put(row.getString(2), row.getInt(3)));
        return byOrder(
                "inventory-service",
                "SELECT order_id, status FROM reservation",
                row -> new Reservation(row.getString(2), lines.getOrDefault(row.getObject(1, UUID.class), Map.of())));
    }

    /** By the order that the first column names, be it the id or a business key that ends with it. */
    private <T> Map<UUID, T> byOrder(String service, String sql, Reader<T> reader) {
        Map<UUID, T> rows = new HashMap<>();
        query(service, sql, row -> {
            String key = row.getString(1);
            return rows.put(UUID.fromString(key.substring(key.indexOf(':') + 1)), reader.read(row));
        });
        return rows;
    }

    private void query(String service, String sql, Reader<?> reader) {
        try {
            tryToQuery(service, sql, reader);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void tryToQuery(String service, String sql, Reader<?> reader) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        platform.postgres().jdbcUrl(Platform.database(service)),
                        PostgresServer.USER,
                        PostgresServer.PASSWORD);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    private static EventId eventId(ResultSet row) throws SQLException {
        return new EventId(row.getString(1).intern(), row.getObject(2, UUID.class));
    }

    private static @Nullable Long number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }
}
