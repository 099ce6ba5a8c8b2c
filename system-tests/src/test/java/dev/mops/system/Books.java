package dev.mops.system;

import dev.mops.local.Platform;
import dev.mops.local.PostgresServer;
import dev.mops.system.Views.Entry;
import dev.mops.system.Views.Order;
import dev.mops.system.Views.Payment;
import dev.mops.system.Views.Shipment;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** What no service tells over HTTP: the books of the simulated payment gateway and carrier, and the outboxes. */
final class Books {

    private final Platform platform;

    Books(Platform platform) {
        this.platform = platform;
    }

    /**
     * A charge at the gateway.
     *
     * @param state UNANSWERED, APPROVED, DECLINED, VOIDED or REFUNDED
     * @param charged the money that was taken, also where it was given back
     * @param calls how often the charge, its void and its refund were asked for
     */
    record Charge(String state, long charged, String calls) {}

    /**
     * A label at the carrier.
     *
     * @param isLive whether a parcel with it would be fetched
     * @param calls how often the label and its void were asked for
     */
    record Label(boolean isLive, String calls) {}

    Map<UUID, Charge> charges() {
        return read(
                "billing-service",
                "SELECT key, state, coalesce(amount_value, 0), concat_ws('/', charge_calls, void_calls, refund_calls)"
                        + " FROM simulator_charge",
                row -> new Charge(row.getString(2), row.getLong(3), row.getString(4)));
    }

    Map<UUID, Label> labels() {
        return read(
                "shipping-service",
                "SELECT key, answer = 'MADE' AND NOT voided, concat_ws('/', label_calls, void_calls) FROM simulator_label",
                row -> new Label(row.getBoolean(2), row.getString(3)));
    }

    /** All orders as the order service stores them, with their timelines: the same as over HTTP, for many at once. */
    Map<UUID, Order> orders() {
        Map<UUID, List<Entry>> timelines = new HashMap<>();
        read(
                "order-service",
                "SELECT order_id, event_id, type, source FROM order_timeline ORDER BY order_id, position",
                row -> timelines
                        .computeIfAbsent(row.getObject(1, UUID.class), id -> new ArrayList<>())
                        .add(new Entry(row.getObject(2, UUID.class), row.getString(3), row.getString(4))));
        return read(
                "order-service",
                "SELECT id, customer_id, status, cancellation_requested FROM orders",
                row -> new Order(
                        row.getObject(1, UUID.class),
                        row.getString(2),
                        row.getString(3),
                        row.getBoolean(4),
                        timelines.getOrDefault(row.getObject(1, UUID.class), List.of())));
    }

    /** All payments, likewise. */
    Map<UUID, Payment> payments() {
        return read(
                "billing-service",
                "SELECT order_id, payment_id, status FROM payment",
                row -> new Payment(
                        row.getObject(2, UUID.class),
                        row.getString(3),
                        null,
                        row.getString(3).equals("REFUNDED")));
    }

    /** All shipments, likewise. */
    Map<UUID, Shipment> shipments() {
        return read(
                "shipping-service",
                "SELECT order_id, shipment_id, status FROM shipment",
                row -> new Shipment(row.getObject(2, UUID.class), row.getString(3), null, null, null));
    }

    /** The orders that have not ended, also while the order service is away. */
    Set<UUID> openOrders() {
        return read(
                        "order-service",
                        "SELECT id, status FROM orders WHERE status IN ('PLACED', 'RESERVED', 'PAID')",
                        row -> row.getString(2))
                .keySet();
    }

    /** The events that a service published and that are not in the topic yet, for all that its relay knows. */
    long waitingEvents(String service) {
        try (Connection connection = connect(service);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM outbox_event")) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private <T> Map<UUID, T> read(String service, String query, Reader<T> reader) {
        Map<UUID, T> byOrder = new HashMap<>();
        try (Connection connection = connect(service);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                String key = rows.getString(1);
                byOrder.put(UUID.fromString(key.substring(key.indexOf(':') + 1)), reader.read(rows));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return byOrder;
    }

    private Connection connect(String service) throws SQLException {
        return DriverManager.getConnection(
                platform.postgres().jdbcUrl(Platform.database(service)), PostgresServer.USER, PostgresServer.PASSWORD);
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }
}
