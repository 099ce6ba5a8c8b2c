package dev.mops.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The platform under test: fresh, of the size for load, with products that do not run out. */
final class Shop implements Chain, AutoCloseable {

    static final int PRODUCTS = 10_000;

    private static final long LONGEST_DRAIN_SECONDS = 300;
    // So that the time of a commit is the database's own word, and nobody has to look while the load runs.
    static final Size SIZE =
            new Size(Size.LOAD.service(), Size.LOAD.kafka(), Size.LOAD.postgres() + " -c track_commit_timestamp=on");

    private final Platform platform;
    private final Connection orders;

    private Shop(Platform platform, Connection orders) {
        this.platform = platform;
        this.orders = orders;
    }

    /** Starts a platform in a folder that is empty. */
    static Shop open(Path root, Path home, List<String> settings, Consumer<String> say) throws SQLException {
        Platform platform = Platform.at(root, home, Ports.free(), SIZE, settings);
        try {
            platform.start(say);
            Connection orders = connect(platform, "order-service");
            Shop shop = new Shop(platform, orders);
            shop.fill();
            return shop;
        } catch (RuntimeException | SQLException e) {
            platform.stop();
            throw e;
        }
    }

    private void fill() throws SQLException {
        execute(
                orders,
                """
                INSERT INTO product (sku, name, price_value, price_currency)
                SELECT 'BENCH-' || n, 'Product ' || n, 100 + n, 'EUR' FROM generate_series(0, %d) n
                """.formatted(PRODUCTS - 1));
        try (Connection inventory = connect(platform, "inventory-service")) {
            execute(
                    inventory,
                    "INSERT INTO stock (sku, on_hand, reserved) SELECT 'BENCH-' || n, 1000000000000, 0 FROM generate_series(0, %d) n"
                            .formatted(PRODUCTS - 1));
        }
    }

    Platform platform() {
        return platform;
    }

    @Override
    public URI ordersUrl() {
        return URI.create("http://127.0.0.1:" + platform.service("order-service").port() + "/orders");
    }

    /** One line each, of any product. */
    static Supplier<byte @Nullable []> anyOrders() {
        return () -> order("tok_approved", ThreadLocalRandom.current().nextInt(PRODUCTS));
    }

    /** A request for an order with these products, each in one line. */
    static byte[] order(String token, int... products) {
        StringBuilder lines = new StringBuilder();
        for (int product : products) {
            lines.append(lines.isEmpty() ? "" : ",")
                    .append("{\"sku\":\"BENCH-")
                    .append(product)
                    .append("\",\"quantity\":1}");
        }
        return """
                {"customerId":"c-%d","lines":[%s],"paymentToken":"%s","shippingAddress":{"name":"Ada Example",\
                "street":"1 Sample Street","city":"Berlin","postalCode":"10115","country":"DE"}}"""
                .formatted(ThreadLocalRandom.current().nextInt(100_000), lines, token)
                .getBytes(UTF_8);
    }

    @Override
    public void drain() throws SQLException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_DRAIN_SECONDS);
        while (inFlight() > 0) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(inFlight() + " orders are still in flight after "
                        + LONGEST_DRAIN_SECONDS + " s: " + platform.service("order-service").log());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private long inFlight() throws SQLException {
        return count("SELECT count(*) FROM orders WHERE status IN ('PLACED', 'RESERVED', 'PAID')");
    }

    long count(String query) throws SQLException {
        try (Statement statement = orders.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
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

    @Override
    public void close() throws SQLException {
        try (orders) {
            platform.stop();
        }
    }

    private static Connection connect(Platform platform, String service) throws SQLException {
        return DriverManager.getConnection(
                platform.postgres().jdbcUrl(Platform.database(service)), PostgresServer.USER, PostgresServer.PASSWORD);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
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
