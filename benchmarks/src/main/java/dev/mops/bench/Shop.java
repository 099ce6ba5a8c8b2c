package dev.mops.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.mops.local.Platform;
import dev.mops.local.Ports;
import dev.mops.local.PostgresServer;
import dev.mops.local.Size;
import dev.mops.local.Usage;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The platform under test: fresh, of the size for load, with products that do not run out. */
final class Shop implements Chain, AutoCloseable {

    static final int PRODUCTS = 10_000;

    private static final long LONGEST_DRAIN_SECONDS = 300;
    // So that the time of a commit is the database's own word, and nobody has to look while the load runs.
    static final Size SIZE =
            new Size(Size.LOAD.service(), Size.LOAD.kafka(), Size.LOAD.postgres() + " -c track_commit_timestamp=on");

    /**
     * For a minute: with the first of Java's compilers alone, which has done its work in seconds. With both, all that could
     * be measured is how they share the machine with what they compile.
     */
    static final Size QUICK_SIZE = new Size(List.of("-Xms512m", "-Xmx512m"), SIZE.kafka(), SIZE.postgres());

    private final Path home;
    private final Platform platform;
    private final Map<String, Connection> databases = new LinkedHashMap<>();
    private final Connection orders;

    private Shop(Path home, Platform platform) throws SQLException {
        this.home = home;
        this.platform = platform;
        for (String service : platform.services()) {
            databases.put(service, connect(platform, service));
        }
        this.orders = database("order-service");
    }

    /** Starts a platform in a folder that is empty. */
    static Shop open(Path root, Path home, List<String> settings, Consumer<String> say) throws SQLException {
        return open(root, home, SIZE, settings, say);
    }

    /** The same, of another size. */
    static Shop open(Path root, Path home, Size size, List<String> settings, Consumer<String> say) throws SQLException {
        Platform platform = Platform.at(root, home, Ports.free(), size, settings);
        AtEnd.run(platform::stop);
        try {
            platform.start(say);
            Shop shop = new Shop(home, platform);
            shop.fill();
            return shop;
        } catch (RuntimeException | SQLException e) {
            platform.stop();
            throw e;
        }
    }

    private void fill() throws SQLException {
        execute(orders, """
                INSERT INTO product (sku, name, price_value, price_currency)
                SELECT 'BENCH-' || n, 'Product ' || n, 100 + n, 'EUR' FROM generate_series(0, %d) n
                """.formatted(PRODUCTS - 1));
        execute(
                database("inventory-service"),
                "INSERT INTO stock (sku, on_hand, reserved) SELECT 'BENCH-' || n, 1000000000000, 0 FROM generate_series(0, %d) n"
                        .formatted(PRODUCTS - 1));
    }

    Platform platform() {
        return platform;
    }

    /** The connections to the services' databases, by service. */
    Map<String, Connection> databases() {
        return databases;
    }

    private Connection database(String service) {
        return requireNonNull(databases.get(service), service);
    }

    @Override
    public URI ordersUrl() {
        return URI.create(
                "http://127.0.0.1:" + platform.service("order-service").port() + "/orders");
    }

    /** One line each, of any product. */
    static Supplier<byte @Nullable []> anyOrders() {
        return () -> order("tok_approved", ThreadLocalRandom.current().nextInt(PRODUCTS));
    }

    /** A request for an order with these products, each in one line, to where the carrier delivers. */
    static byte[] order(String token, int... products) {
        return order(token, "10115", products);
    }

    static byte[] order(String token, String postalCode, int... products) {
        StringBuilder lines = new StringBuilder();
        for (int product : products) {
            lines.append(lines.isEmpty() ? "" : ",")
                    .append("{\"sku\":\"BENCH-")
                    .append(product)
                    .append("\",\"quantity\":1}");
        }
        return """
                {"customerId":"c-%d","lines":[%s],"paymentToken":"%s","shippingAddress":{"name":"Ada Example",\
                "street":"1 Sample Street","city":"Berlin","postalCode":"%s","country":"DE"}}""".formatted(ThreadLocalRandom.current().nextInt(100_000), lines, token, postalCode)
                .getBytes(UTF_8);
    }

    @Override
    public void drain() throws SQLException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_DRAIN_SECONDS);
        while (inFlight() > 0) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        inFlight() + " orders are still in flight after " + LONGEST_DRAIN_SECONDS + " s: "
                                + platform.service("order-service").log());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private long inFlight() throws SQLException {
        return count("SELECT count(*) FROM orders WHERE status IN ('PLACED', 'RESERVED', 'PAID')");
    }

    /** Waits until at most so many of the orders from this one on have one of these statuses. */
    void awaitLeft(UUID first, long most, String... statuses) throws SQLException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_DRAIN_SECONDS);
        // It counts no further than it has to: a backlog is as long as the time in which it is worked off is to be
        // measured.
        String left = "SELECT count(*) FROM (SELECT FROM orders WHERE id >= '%s' AND status IN ('%s') LIMIT %d)"
                .formatted(first, String.join("', '", statuses), most + 1);
        while (count(left) > most) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "More than " + most + " orders are still " + String.join(" or ", statuses)
                                + " after " + LONGEST_DRAIN_SECONDS + " s: "
                                + platform.service("order-service").log());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /**
     * When the orders from this one on ended, in microseconds of the database's clock, in rising order: when the order
     * service committed that it has read the first final event.
     */
    long[] endsSince(UUID first) throws SQLException {
        try (PreparedStatement statement = orders.prepareStatement("""
                SELECT min((extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint) AS ended
                  FROM order_timeline
                 WHERE order_id >= ? AND type IN ('order.shipped', 'order.payment_declined', 'order.shipment_failed',
                       'order.cancellation_requested', 'order.inventory_rejected')
                 GROUP BY order_id ORDER BY ended
                """)) {
            statement.setObject(1, first);
            LongStream.Builder ends = LongStream.builder();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    ends.add(result.getLong(1));
                }
            }
            return ends.build().toArray();
        }
    }

    /** Waits until nothing is on its way: also what is given back after an order's end. */
    void awaitQuiet() throws SQLException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_DRAIN_SECONDS);
        try (OrdersTopic topic = OrdersTopic.of(platform)) {
            while (!isQuiet(topic)) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException(
                            "Events are still on their way after " + LONGEST_DRAIN_SECONDS + " s");
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private boolean isQuiet(OrdersTopic topic) throws SQLException, InterruptedException {
        OptionalLong read = topic.readByAll();
        if (read.isEmpty()) {
            return false;
        }
        for (Connection database : databases.values()) {
            if (count(database, "SELECT count(*) FROM outbox_event") > 0) {
                return false;
            }
        }
        // What was in an outbox at first may be in the topic by now.
        return topic.readByAll().equals(read);
    }

    long count(String query) throws SQLException {
        return count(orders, query);
    }

    static long count(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }

    /** How many events all services have published, ever. */
    long published() throws SQLException {
        long published = 0;
        for (Connection database : databases.values()) {
            published += count(
                    database,
                    "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('outbox_event', 'id')), 0)");
        }
        return published;
    }

    @Override
    public Map<UUID, Long> shippedSince(UUID first) throws SQLException {
        Map<UUID, Long> shipped = new HashMap<>();
        try (PreparedStatement statement = orders.prepareStatement("""
                SELECT order_id, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint
                  FROM order_timeline WHERE order_id >= ? AND type = 'order.shipped'
                """)) {
            statement.setObject(1, first);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    shipped.put(result.getObject(1, UUID.class), result.getLong(2));
                }
            }
        }
        return shipped;
    }

    @Override
    public Map<String, Usage> usage() {
        return platform.usage();
    }

    /** The logs stay. */
    @Override
    public void close() throws SQLException {
        platform.stop();
        for (Connection database : databases.values()) {
            database.close();
        }
        Folder.delete(home, true);
    }

    private static Connection connect(Platform platform, String service) throws SQLException {
        return DriverManager.getConnection(
                platform.postgres().jdbcUrl(Platform.database(service)), PostgresServer.USER, PostgresServer.PASSWORD);
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static Duration cpu(Map<String, Usage> before, Map<String, Usage> after, String process) {
        Usage begin = before.get(process);
        Usage end = after.get(process);
        return begin == null || end == null ? Duration.ZERO : end.cpu().minus(begin.cpu());
    }
}
