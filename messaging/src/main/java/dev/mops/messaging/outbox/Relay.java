package dev.mops.messaging.outbox;

import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.observe.Timers;
import dev.mops.messaging.topic.Topics;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Carries the outbox to Kafka. One instance of a service leads, elected by an advisory lock on the relay's own
 * connection; the others stand by.
 *
 * <p>The lock only saves work. Safety comes from one rule: a leader always sends from the lowest rows present, in id
 * order, and deletes rows only after their acknowledgement. So the first occurrences of a key's events in the log are in
 * order, also while two believe that they lead; the inbox drops the second ones.
 */
final class Relay implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Relay.class);

    // "mops" and "outb" in ASCII: one lock for each database, since advisory locks are scoped by it.
    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(1836019827, 1869968482)";
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final String url;
    private final Properties connectionProperties;
    private final Map<String, Object> producerConfig;
    private final Topics topics;
    private final int batchRows;
    private final int batchBytes;
    private final Duration pollInterval;
    private final Duration timeout;
    private final DistributionSummary batch;
    private final Timer latency;
    private final Semaphore work = new Semaphore(0);
    private volatile CountDownLatch stopped = new CountDownLatch(1);

    private volatile boolean running;
    private volatile @Nullable Thread thread;
    private @Nullable String failure;

    Relay(
            String url,
            Properties connectionProperties,
            Map<String, Object> producerConfig,
            Topics topics,
            MessagingProperties settings,
            MeterRegistry meters) {
        this.url = url;
        this.connectionProperties = connectionProperties;
        this.producerConfig = producerConfig;
        this.topics = topics;
        this.batchRows = settings.relayBatchSize();
        this.batchBytes = Math.toIntExact(settings.relayBatchBytes().toBytes());
        this.pollInterval = settings.pollInterval();
        this.timeout = settings.relayTimeout();
        this.batch = DistributionSummary.builder("mops.messaging.relay.batch")
                .description("Events in a batch that Kafka has acknowledged")
                .register(meters);
        this.latency = Timers.named("mops.messaging.relay.latency")
                .description("Time from the sending of a batch to its acknowledgement")
                .register(meters);
    }

    /** Says that a transaction has committed rows. */
    void wake() {
        if (work.availablePermits() == 0) {
            work.release();
        }
    }

    private void run() {
        while (running) {
            try (Connection connection = DriverManager.getConnection(url, connectionProperties)) {
                boolean elected = isElected(connection);
                while (running && !elected) {
                    // The leader may be of a release that knows fewer topics, and meets a row for one of ours.
                    topics.declare();
                    recovered();
                    pause();
                    elected = isElected(connection);
                }
                if (elected) {
                    lead(connection);
                }
            } catch (SQLException e) {
                failed(e, null);
                pause();
            } catch (KafkaException e) {
                topics.forget();
                failed(e, null);
                pause();
            } catch (RuntimeException | Error e) {
                failed(e, e);
                pause();
            }
        }
    }

    private static boolean isElected(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(TRY_LOCK)) {
            return result.next() && result.getBoolean(1);
        }
    }

    /** Sends until something fails: then connection, lock and producer are given up together. */
    private void lead(Connection connection) throws SQLException {
        topics.declare();
        Producer<byte[], byte[]> producer = new KafkaProducer<>(producerConfig);
        try {
            log.info("The relay of this instance leads");
            while (running) {
                List<OutboxRow> rows = OutboxTable.lowest(connection, batchRows, batchBytes);
                if (rows.isEmpty()) {
                    recovered();
                    awaitWork();
                } else {
                    long begin = System.nanoTime();
                    send(producer, rows);
                    latency.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
                    batch.record(rows.size());
                    OutboxTable.delete(connection, rows);
                    recovered();
                }
            }
        } finally {
            // Without grace: what was not acknowledged must not reach the log behind what is read anew.
            producer.close(Duration.ZERO);
        }
    }

    private void send(Producer<byte[], byte[]> producer, List<OutboxRow> rows) {
        List<Future<RecordMetadata>> sent = new ArrayList<>(rows.size());
        AtomicReference<@Nullable Exception> firstFailure = new AtomicReference<>();
        // Runs before the producer sends on: nothing may reach the log that was sent behind a record that did not.
        Callback closeOnFailure = (metadata, failure) -> {
            if (failure != null && firstFailure.compareAndSet(null, failure)) {
                producer.close(Duration.ZERO);
            }
        };
        long deadline = System.nanoTime() + timeout.toNanos();
        for (OutboxRow row : rows) {
            try {
                sent.add(producer.send(row.record(), closeOnFailure));
            } catch (IllegalStateException e) {
                // Closed behind an earlier record's failure.
                sent.add(CompletableFuture.failedFuture(e));
                break;
            }
        }
        try {
            for (Future<RecordMetadata> acknowledgement : sent) {
                acknowledgement.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } catch (ExecutionException e) {
            Exception cause = firstFailure.get();
            throw new KafkaException("Kafka did not take an event of the outbox: " + cause, cause == null ? e : cause);
        } catch (TimeoutException e) {
            throw new KafkaException("Kafka did not acknowledge within mops.messaging.relay-timeout=" + timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    /** Until a transaction has committed rows, or it is time to look for those of other instances. */
    private void awaitWork() {
        try {
            if (work.tryAcquire(pollInterval.toNanos(), TimeUnit.NANOSECONDS)) {
                work.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    /** Not cut short by new rows: whoever can't send would try without a pause under load. */
    private void pause() {
        try {
            stopped.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    // One line for each cause and one when it is over, not one for each try.
    private void failed(Throwable e, @Nullable Throwable unexpected) {
        String cause = e.toString();
        if (!cause.equals(failure)) {
            log.warn("The relay can't send for now; events wait in the outbox: {}", cause, unexpected);
            failure = cause;
        }
    }

    private void recovered() {
        if (failure != null) {
            log.info("The relay works again");
            failure = null;
        }
    }

    @Override
    public void start() {
        stopped = new CountDownLatch(1);
        running = true;
        thread = Thread.ofPlatform().name("outbox-relay").start(this::run);
    }

    @Override
    public void stop() {
        running = false;
        stopped.countDown();
        work.release();
        Thread current = thread;
        if (current != null) {
            try {
                if (!current.join(timeout.plusSeconds(1))) {
                    log.warn("The relay did not stop in time; what it sends twice, the inbox drops");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** After the topics, before the consumers; it stops after them, so that most of what the last batches publish still goes out. */
    @Override
    public int getPhase() {
        return Topics.PHASE + 1;
    }
}
