package dev.mops.bench;

import dev.mops.bench.textbook.Role;
import dev.mops.bench.textbook.TextbookApplication;
import dev.mops.local.FreePorts;
import dev.mops.local.PostgresServer;
import dev.mops.local.Size;
import dev.mops.local.Usage;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The same four hops as the platform's, as most tutorials build them: the baseline. Each service is a process with a
 * database of its own and the Java options that the platform's services have under load; PostgreSQL is durable, Kafka has
 * {@code acks=all}. An order is one row; each hop checks its inbox, then writes an inbox row, a row of its own and an
 * outbox row, a transaction for each record.
 */
final class TextbookChain implements Chain, AutoCloseable {

    /** Its outbox is polled each second, 100 rows at a time, each sent before the next; one consumer. */
    static final List<String> DEFAULTS = List.of();

    /** The same program, with all that settings can do for it. */
    static final List<String> TUNED = List.of(
            "--textbook.delay=50ms",
            "--textbook.batch=500",
            "--textbook.asynchronous=true",
            "--spring.kafka.listener.concurrency=6",
            "--spring.kafka.producer.properties.linger.ms=0",
            "--spring.jpa.properties.hibernate.jdbc.batch_size=500",
            "--spring.datasource.hikari.maximum-pool-size=16");

    private static final int PARTITIONS = 6;
    private static final long LONGEST_START_SECONDS = 120;
    private static final long LONGEST_DRAIN_SECONDS = 120;

    private final Servers servers;
    private final String name;
    private final Map<Role, Process> processes = new EnumMap<>(Role.class);
    private final Map<Role, Integer> ports = new EnumMap<>(Role.class);
    private @Nullable Connection orders;
    private boolean ended;

    private TextbookChain(Servers servers, String name) {
        this.servers = servers;
        this.name = name;
    }

    /**
     * Starts one with topics and databases that no other has, and waits until all its processes answer.
     *
     * @param name of letters; begins the names of its topics and databases
     */
    static TextbookChain open(Servers servers, String name, Size size, List<String> settings)
            throws SQLException, IOException, InterruptedException {
        TextbookChain chain = new TextbookChain(servers, name);
        AtEnd.run(chain::kill);
        try {
            servers.createTopics(Arrays.stream(Role.values()).map(chain::topic).toList(), PARTITIONS);
            for (Role role : Role.values()) {
                servers.postgres().createDatabase(chain.database(role));
                chain.launch(role, size, settings);
            }
            for (Role role : Role.values()) {
                chain.awaitAnswer(role);
            }
            chain.orders = chain.connect(Role.ORDER);
            return chain;
        } catch (SQLException | IOException | InterruptedException | RuntimeException e) {
            chain.kill();
            throw e;
        }
    }

    private synchronized void launch(Role role, Size size, List<String> settings) throws IOException {
        if (ended) {
            throw new IllegalStateException("Ended while starting");
        }
        int port = FreePorts.find();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(size.serviceOptions());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TextbookApplication.class.getName()));
        command.addAll(List.of(
                "--spring.config.name=textbook",
                "--textbook.role=" + role.lowerCase(),
                "--textbook.chain=" + name,
                "--server.port=" + port,
                "--spring.datasource.url=" + servers.postgres().jdbcUrl(database(role)) + "?reWriteBatchedInserts=true",
                "--spring.kafka.bootstrap-servers=" + servers.kafka().bootstrapServers()));
        command.addAll(settings);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(role).toFile());
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        builder.environment().put("SPRING_DATASOURCE_PASSWORD", PostgresServer.PASSWORD);
        ports.put(role, port);
        processes.put(role, builder.start());
    }

    private void awaitAnswer(Role role) throws InterruptedException, IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_START_SECONDS);
        while (!answers(role)) {
            if (!process(role).isAlive()) {
                throw new IllegalStateException(
                        "The textbook chain's " + role.lowerCase() + " did not start:\n" + Files.readString(log(role)));
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("The textbook chain's " + role.lowerCase() + " does not answer after "
                        + LONGEST_START_SECONDS + " s:\n" + Files.readString(log(role)));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean answers(Role role) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) url(role, "/empty").toURL().openConnection();
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException notYet) {
            return false;
        }
    }

    private URI url(Role role, String path) {
        return URI.create("http://127.0.0.1:" + ports.get(role) + path);
    }

    private Process process(Role role) {
        return Objects.requireNonNull(processes.get(role));
    }

    private Path log(Role role) {
        return servers.folder().resolve(name + "-" + role.lowerCase() + ".log");
    }

    private String database(Role role) {
        return name + "_" + role.lowerCase();
    }

    /** The topic that a service hears. */
    String topic(Role role) {
        return name + "." + role.hears();
    }

    /** The consumer group of a service. */
    String group(Role role) {
        return name + "." + role.lowerCase();
    }

    /** A connection to a service's database. */
    Connection connect(Role role) throws SQLException {
        return servers.connect(database(role));
    }

    @Override
    public URI ordersUrl() {
        return url(Role.ORDER, "/orders");
    }

    /** What answers nothing, with nothing to do for it. */
    URI emptyUrl() {
        return url(Role.ORDER, "/empty");
    }

    @Override
    public void drain() throws SQLException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_DRAIN_SECONDS);
        for (long left = inFlight(); left > 0; left = inFlight()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(left + " orders are still in flight after " + LONGEST_DRAIN_SECONDS
                        + " s: " + servers.folder());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private long inFlight() throws SQLException {
        try (Statement statement = orders().createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM orders WHERE status <> 'SHIPPED'")) {
            result.next();
            return result.getLong(1);
        }
    }

    @Override
    public Map<UUID, Long> shippedSince(UUID first) throws SQLException {
        Map<UUID, Long> shipped = new HashMap<>();
        // To be shipped is the last that is written to an order.
        try (PreparedStatement statement = orders().prepareStatement("""
                SELECT id, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint
                  FROM orders WHERE id >= ? AND status = 'SHIPPED'
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
        Map<String, Usage> usage = new LinkedHashMap<>();
        processes.forEach((role, process) -> usage.put(role.lowerCase(), Usage.of(process.toHandle())));
        usage.put("postgres", servers.postgres().usage());
        usage.put("kafka", servers.kafka().usage());
        return usage;
    }

    private Connection orders() {
        return Objects.requireNonNull(orders);
    }

    /** All is committed: nobody waits for an orderly end. */
    private synchronized void kill() {
        ended = true;
        processes.values().forEach(Process::destroyForcibly);
    }

    @Override
    public void close() throws SQLException {
        try (Connection _ = orders) {
            kill();
            processes.values().forEach(process -> process.onExit().join());
        }
    }
}
