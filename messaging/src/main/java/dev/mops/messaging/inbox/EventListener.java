package dev.mops.messaging.inbox;

import dev.mops.events.EventCodec;
import dev.mops.messaging.EventHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.BatchAcknowledgingMessageListener;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Takes the records of a poll: skips what nobody here handles, cuts the rest into batches and has them processed. Offsets
 * are committed after the last transaction. While the database is away, all of it comes again, for as long as it takes.
 */
final class EventListener<E> implements BatchAcknowledgingMessageListener<byte[], byte[]> {

    private static final Logger log = LoggerFactory.getLogger(EventListener.class);

    // The failures in a row of the consumer that runs on this thread.
    private static final ThreadLocal<@Nullable BackOffExecution> FAILURES = new ThreadLocal<>();

    private final EventHandlers<E> handlers;
    private final Items<E> items;
    private final BatchProcessor<E> processor;
    private final BackOff backOff;
    private final Linger linger;
    private final EventMeters meters;
    private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

    EventListener(
            EventHandlers<E> handlers,
            Items<E> items,
            BatchProcessor<E> processor,
            BackOff backOff,
            Linger linger,
            EventMeters meters) {
        this.handlers = handlers;
        this.items = items;
        this.processor = processor;
        this.backOff = backOff;
        this.linger = linger;
        this.meters = meters;
    }

    @Override
    public void onMessage(List<ConsumerRecord<byte[], byte[]>> records, @Nullable Acknowledgment acknowledgment) {
        if (acknowledgment == null) {
            throw new IllegalStateException("The container must hand over acknowledgments: its mode is MANUAL");
        }
        long begin = System.nanoTime();
        try {
            process(records);
        } catch (RuntimeException | Error e) {
            Duration wait = nextWait();
            waiting.add(Thread.currentThread());
            log.warn(
                    "A batch of {} records from {}-{}@{} is rolled back and runs again in {} ms",
                    records.size(),
                    records.getFirst().topic(),
                    records.getFirst().partition(),
                    records.getFirst().offset(),
                    wait.toMillis(),
                    e);
            acknowledgment.nack(0, wait);
            return;
        }
        FAILURES.remove();
        waiting.remove(Thread.currentThread());
        acknowledgment.acknowledge();
        pause(linger.after(records.size(), Duration.ofNanos(System.nanoTime() - begin)));
    }

    String topic() {
        return handlers.family().topic();
    }

    /** How many consumers wait to run a batch again, for the database is away. */
    int waiting() {
        // One that has ended waits no more.
        waiting.removeIf(consumer -> !consumer.isAlive());
        return waiting.size();
    }

    /** This thread's consumer has lost partitions: it waits no more, unless what it has kept fails again. */
    void revoked() {
        waiting.remove(Thread.currentThread());
    }

    /** Processes a poll. */
    void process(List<ConsumerRecord<byte[], byte[]>> records) {
        List<Item<E>> read = read(records);
        Batch.cut(read).forEach(processor::process);
        // Now, since a poll that is rolled back is read again.
        meters.skipped(records.size() - read.size());
    }

    private static void pause(Duration duration) {
        try {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Item<E>> read(List<ConsumerRecord<byte[], byte[]>> records) {
        List<Item<E>> read = new ArrayList<>(records.size());
        Map<String, String> topicIds = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            String type = EventCodec.typeOf(record.headers());
            if (type == null || handlers.handles(type)) {
                read.add(items.of(record, topicIds));
            }
        }
        return read;
    }

    private Duration nextWait() {
        BackOffExecution execution = FAILURES.get();
        if (execution == null) {
            execution = backOff.start();
            FAILURES.set(execution);
        }
        return Duration.ofMillis(execution.nextBackOff());
    }
}
