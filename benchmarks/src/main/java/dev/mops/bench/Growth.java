package dev.mops.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * What the platform loses as its tables grow. A platform that is warm forgets all its orders and is measured with the first
 * ones of its new life; then with a million more in its tables; all else stays.
 *
 * <p>A million orders are not placed by HTTP for that: what the first ones have left behind in the tables of all four services,
 * claims of the inboxes included, is copied, with ids and times moved back by the time that the first ones took, as often as
 * it needs. So they are as large as real ones, and stand in the tables and indexes in the order in which real ones would.
 * Afterwards the tables are vacuumed and analyzed, as autovacuum would have done by then.
 *
 * <ul>
 *   <li><i>rows read by scans of whole tables</i>: by all services in the time of the rounds, for an order. Where it grows with
 *       the tables, a statement has lost its index.
 *   <li><i>dead rows</i>: what the rounds left to autovacuum in the outboxes and in the inboxes, of all services together.
 *   <li><i>tables</i> and <i>indexes</i>: their sizes in all four databases, with all orders in them.
 *   <li><i>memory</i>: what each process has of the machine's, and what lives on its heap, after the warm-up and at the very end.
 * </ul>
 */
final class Growth {

    static final String PART = "growth";

    /** How the names of the figures end that others are measured against. */
    static final String FIRST = ", the first orders";

    /** How the names end of those with the same beginning that were measured afterwards. */
    static final String AFTER = ", after 1,000,000 orders";

    private static final int ORDERS = 1_000_000;
    private static final int CLIENTS = 64;
    private static final double LOW_RATE = 10;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final String INBOX = "inbox_event";

    // What an order leaves in each service, without what the outbox has handed over; referenced tables first.
    private static final Map<String, List<String>> TABLES = Map.of(
            "order-service", List.of("orders", "order_line", "order_timeline", INBOX),
            "inventory-service", List.of("reservation", "reservation_line", INBOX),
            "billing-service", List.of("payment", "simulator_charge", INBOX),
            "shipping-service", List.of("shipment", "simulator_label", INBOX));

    // Ids of version 7 begin with the milliseconds of their time.
    private static final String EARLIER = """
            CREATE FUNCTION pg_temp.earlier(id uuid, millis bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
            SELECT (lpad(to_hex(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint - millis), 12, '0')
                    || right(replace(id::text, '-', ''), 20))::uuid
            $$
            """;

    private final Shop shop;
    private final Figures figures;
    private final Plan plan;

    Growth(Shop shop, Figures figures, Plan plan) {
        this.shop = shop;
        this.figures = figures;
        this.plan = plan;
    }

    /**
     * How much is measured, before and afterwards.
     *
     * @param times each figure is measured
     * @param saturated how long as many orders are placed as the platform carries, each time
     * @param low how long orders are placed at the low rate, each time
     */
    record Plan(int times, Duration saturated, Duration low) {

        /** What a run that is to be kept takes. */
        static Plan full(int times) {
            return new Plan(times, Duration.ofSeconds(5), Duration.ofSeconds(10));
        }

        /** What shows whether something has changed. */
        static Plan quick() {
            return new Plan(1, Duration.ofSeconds(5), Duration.ofSeconds(5));
        }
    }

    /** Measures with the first orders and with a million, on a platform that is warm; it has lost its orders afterwards. */
    void measure() throws SQLException, InterruptedException {
        shop.awaitQuiet();
        for (Map.Entry<String, Connection> database : shop.databases().entrySet()) {
            Shop.execute(database.getValue(), truncate(database.getKey()));
        }
        long begin = Clock.micros();
        measure(FIRST);
        shop.awaitQuiet();
        fill((Clock.micros() - begin) / 1_000);
        measure(AFTER);
        figures.cost(PART, "tables", "MiB", List.of(mebibytes("pg_table_size")));
        figures.cost(PART, "indexes", "MiB", List.of(mebibytes("pg_indexes_size")));
    }

    /** What each process has of the machine's memory, then and now. */
    void memory(Memory first) throws InterruptedException {
        first.tell(figures, PART, ", first round");
        Memory.of(shop).tell(figures, PART, ", last round");
    }

    private void measure(String when) throws SQLException, InterruptedException {
        Round.closed(shop, CLIENTS, WARM_UP, Shop.anyOrders());
        long scanned = sum("SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables");
        List<Round> saturated = repeat(() -> Round.closed(shop, CLIENTS, plan.saturated, Shop.anyOrders()));
        List<Round> low = repeat(() -> Round.open(shop, LOW_RATE, plan.low, Shop.anyOrders()));
        scanned = sum("SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables") - scanned;
        int orders = saturated.stream().mapToInt(Round::accepted).sum()
                + low.stream().mapToInt(Round::accepted).sum();
        figures.rate(PART, "saturation by HTTP" + when, "orders/s", each(saturated, Round::perSecond));
        String latency = "placed to shipped at 10 orders/s, ";
        figures.cost(
                PART,
                latency + "p50" + when,
                "ms",
                each(low, round -> round.shipments().median()));
        figures.cost(
                PART,
                latency + "p99" + when,
                "ms",
                each(low, round -> round.shipments().at(0.99)));
        figures.cost(
                PART,
                "rows read by scans of whole tables, for an order" + when,
                "rows",
                List.of((double) scanned / orders));
        for (String table : List.of("outbox_event", INBOX)) {
            long dead = sum("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = '" + table + "'");
            figures.cost(PART, "dead rows of " + table + when, "rows", List.of((double) dead));
        }
    }

    /** @param millis the time that the first orders took: that much each copy of them is earlier than the next one */
    private void fill(long millis) throws SQLException, InterruptedException {
        long first = shop.count("SELECT count(*) FROM orders");
        int copies = Math.toIntExact(ORDERS / first);
        figures.say("  " + copies + " times as many as the first " + first + " orders");
        try (ExecutorService services = Executors.newCachedThreadPool()) {
            List<Future<?>> filled = new ArrayList<>();
            shop.databases()
                    .forEach((service, database) -> filled.add(services.submit(() -> {
                        fill(service, database, copies, millis);
                        return null;
                    })));
            for (Future<?> each : filled) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        // Not while it is measured.
        Shop.execute(shop.databases().values().iterator().next(), "CHECKPOINT");
    }

    private static void fill(String service, Connection database, int copies, long millis) throws SQLException {
        List<String> tables = tables(service);
        Shop.execute(database, EARLIER);
        // What is copied has proven that it refers to what there is.
        Shop.execute(database, "SET session_replication_role = replica");
        StringBuilder inserts = new StringBuilder();
        for (String table : tables) {
            Shop.execute(database, "CREATE TEMP TABLE first_%1$s AS TABLE %1$s".formatted(table));
            inserts.append("INSERT INTO %1$s SELECT %2$s FROM first_%1$s;\n".formatted(table, copied(database, table)));
        }
        // The earliest first, the first ones themselves last: as they would have come.
        Shop.execute(database, truncate(service));
        Shop.execute(database, """
                DO $$ DECLARE millis bigint;
                BEGIN
                    FOR n IN REVERSE %d..0 LOOP
                        millis := n * %d;
                        %s
                    END LOOP;
                END $$
                """.formatted(copies, millis, inserts));
        Shop.execute(database, "SET session_replication_role = DEFAULT");
        for (String table : tables) {
            Shop.execute(database, "DROP TABLE first_" + table);
            Shop.execute(database, "VACUUM (ANALYZE) " + table);
        }
    }

    private static List<String> tables(String service) {
        return TABLES.getOrDefault(service, List.of(INBOX));
    }

    private static String truncate(String service) {
        return "TRUNCATE " + String.join(", ", tables(service)) + " CASCADE";
    }

    /** The columns of a row as they were a while ago. */
    private static String copied(Connection database, String table) throws SQLException {
        try (PreparedStatement statement = database.prepareStatement("""
                SELECT string_agg(CASE
                           WHEN udt_name = 'uuid' THEN format('pg_temp.earlier(%1$I, millis)', column_name)
                           WHEN udt_name = 'timestamptz' THEN format('%1$I - millis * interval ''1 ms''', column_name)
                           -- Such as charge:<order>.
                           WHEN column_name = 'key' THEN 'split_part(key, '':'', 1) || '':'' || '
                                || 'pg_temp.earlier(split_part(key, '':'', 2)::uuid, millis)'
                           WHEN column_default LIKE 'nextval%' THEN column_default
                           ELSE quote_ident(column_name)
                       END, ', ' ORDER BY ordinal_position)
                  FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ?
                """)) {
            statement.setString(1, table);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getString(1);
            }
        }
    }

    private double mebibytes(String size) throws SQLException {
        return sum("SELECT sum(" + size + "(relid)) FROM pg_stat_user_tables") / 1_048_576.0;
    }

    /** Over the databases of all services. */
    private long sum(String query) throws SQLException {
        long sum = 0;
        for (Connection database : shop.databases().values()) {
            sum += Shop.count(database, query);
        }
        return sum;
    }

    private interface Measured {
        Round run() throws SQLException, InterruptedException;
    }

    private List<Round> repeat(Measured measured) throws SQLException, InterruptedException {
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < plan.times; i++) {
            rounds.add(measured.run());
        }
        return rounds;
    }

    private static List<Double> each(List<Round> rounds, Function<Round, Double> value) {
        return rounds.stream().map(value).toList();
    }
}
