package dev.mops.messaging.inbox;

import dev.mops.messaging.held.Wakeup;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.BatchAcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.support.Acknowledgment;

/**
 * Reads the retry topics. A partition whose next record is not due yet pauses until it is, and the consumer keeps polling:
 * a delay may be longer than a consumer may be silent.
 */
final class RetryListener implements BatchAcknowledgingConsumerAwareMessageListener<byte[], byte[]> {

    private static final Logger log = LoggerFactory.getLogger(RetryListener.class);

    private final Heads heads;
    private final InstantSource clock;
    private final Supplier<ScheduledExecutorService> alarm;
    private final Supplier<MessageListenerContainer> container;

    RetryListener(
            Heads heads,
            InstantSource clock,
            Supplier<ScheduledExecutorService> alarm,
            Supplier<MessageListenerContainer> container) {
        this.heads = heads;
        this.clock = clock;
        this.alarm = alarm;
        this.container = container;
    }

    @Override
    public void onMessage(
            List<ConsumerRecord<byte[], byte[]>> records,
            @Nullable Acknowledgment acknowledgment,
            @Nullable Consumer<?, ?> consumer) {
        Objects.requireNonNull(consumer, "consumer");
        Instant now = clock.instant();
        List<Wakeup> due = new ArrayList<>();
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        Map<TopicPartition, Early> early = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            if (early.containsKey(partition)) {
                continue;
            }
            Optional<Wakeup> wakeup = Wakeup.of(record.headers());
            if (wakeup.isPresent() && wakeup.get().due().isAfter(now)) {
                early.put(partition, new Early(record.offset(), wakeup.get().due()));
                next.put(partition, new OffsetAndMetadata(record.offset()));
            } else {
                wakeup.ifPresent(due::add);
                next.put(partition, new OffsetAndMetadata(record.offset() + 1));
            }
        }
        early.forEach((partition, first) -> {
            consumer.seek(partition, first.offset());
            container.get().pausePartition(partition);
            var _ = alarm.get()
                    .schedule(
                            () -> container.get().resumePartition(partition),
                            Duration.between(now, first.due()).toMillis() + 1,
                            TimeUnit.MILLISECONDS);
        });
        if (!due.isEmpty()) {
            try {
                heads.wake(due);
            } catch (RuntimeException | Error e) {
                // The ledger has them, and the sweeper finds them: no attempt was used.
                log.warn("{} held keys can't be tried now, they are tried again: {}", due.size(), e.toString());
            }
        }
        consumer.commitSync(next);
    }

    /** The first record of a partition that is not due yet. */
    private record Early(long offset, Instant due) {}
}
