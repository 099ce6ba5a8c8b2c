package dev.mops.bench.messaging;

import dev.mops.bench.messaging.TickEvent.Ticked;
import dev.mops.messaging.Outbox;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** A running instance of the service. Its consumer group has the name of the instance. */
final class Instance implements AutoCloseable {

    /** The consumers of an instance: the module's default. */
    static final int CONSUMERS = 1;

    // With its consumers fewer than the pool of connections has by default, so that neither waits for the other.
    private static final int PUBLISHERS = 6;
    private static final int CLOCKS = 10_000;

    private final ConfigurableApplicationContext context;
    private final String name;
    private final Outbox outbox;
    private final TransactionTemplate transaction;
    private final JdbcClient jdbc;
    private final LongAdder handled;

    private Instance(ConfigurableApplicationContext context, String name) {
        this.context = context;
        this.name = name;
        this.outbox = context.getBean(Outbox.class);
        this.transaction = context.getBean(TransactionTemplate.class);
        this.jdbc = context.getBean(JdbcClient.class);
        this.handled = context.getBean(LongAdder.class);
    }

    static Instance start(String url, String brokers, String name, String topic, boolean handles, int batchSize) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(TickApplication.class)
                .run(
                        "--spring.application.name=" + name,
                        "--spring.main.banner-mode=off",
                        // It has no tables of its own; those of the module are the module's business.
                        "--spring.flyway.enabled=false",
                        "--spring.datasource.url=" + url,
                        "--spring.kafka.bootstrap-servers=" + brokers,
                        // Else the first consumer keeps all partitions until its next heartbeat, three seconds long.
                        "--spring.kafka.consumer.properties.heartbeat.interval.ms=100",
                        "--logging.level.root=WARN",
                        "--mops.messaging.concurrency=" + CONSUMERS,
                        "--mops.messaging.batch-size=" + batchSize,
                        "--bench.topic=" + topic,
                        "--bench.handles=" + handles);
        return new Instance(context, name);
    }

    String name() {
        return name;
    }

    /** The relay, to be stopped and started. */
    SmartLifecycle relay() {
        return context.getBean("messagingRelay", SmartLifecycle.class);
    }

    long handled() {
        return handled.sum();
    }

    /** Publishes events with transactions of so many, from a few threads. */
    void publish(int events, int perTransaction) throws InterruptedException, ExecutionException {
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService publishers = Executors.newFixedThreadPool(PUBLISHERS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                all.add(publishers.submit(() -> {
                    for (int from = next.getAndAdd(perTransaction);
                            from < events;
                            from = next.getAndAdd(perTransaction)) {
                        publishWithOneTransaction(from, Math.min(events, from + perTransaction));
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private void publishWithOneTransaction(int from, int to) {
        transaction.executeWithoutResult(_ -> {
            for (int n = from; n < to; n++) {
                outbox.publish(tick(n));
            }
        });
    }

    /** Publishes one event with a transaction of its own, and returns its id. */
    UUID publish(int number) {
        return transaction.execute(_ -> outbox.publish(tick(number)).id());
    }

    private static Ticked tick(int number) {
        return new Ticked("clock-" + number % CLOCKS, number);
    }

    /** What the consumer group has claimed. */
    Claims claims() {
        return jdbc.sql("""
                        SELECT count(*) AS events,
                            coalesce((extract(epoch FROM min(claimed_at)) * 1000000)::bigint, 0) AS first,
                            coalesce((extract(epoch FROM max(pg_xact_commit_timestamp(xmin))) * 1000000)::bigint, 0) AS last
                        FROM inbox_event WHERE consumer_group = ?
                        """).param(name).query(Claims.class).single();
    }

    /** When the claim of each event was committed. */
    List<Claim> commits() {
        return jdbc.sql("""
                        SELECT event_id, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint
                        FROM inbox_event WHERE consumer_group = ?
                        """)
                .param(name)
                .query((row, _) -> new Claim(row.getObject(1, UUID.class), row.getLong(2)))
                .list();
    }

    long waitingInOutbox() {
        return jdbc.sql("SELECT count(*) FROM outbox_event").query(Long.class).single();
    }

    /** Leaves nothing behind for the next one. */
    @Override
    public void close() {
        jdbc.sql("TRUNCATE outbox_event, inbox_event").update();
        context.close();
    }

    /**
     * The claims of a consumer group.
     *
     * @param events how many
     * @param first when the transaction of the first one began, in microseconds
     * @param last when that of the last one was committed
     */
    record Claims(long events, long first, long last) {}

    /**
     * The claim of an event.
     *
     * @param at when it was committed, in microseconds
     */
    record Claim(UUID id, long at) {}
}
