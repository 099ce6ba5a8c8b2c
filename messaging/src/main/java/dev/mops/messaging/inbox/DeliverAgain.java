package dev.mops.messaging.inbox;

import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.CommonErrorHandler;
import org.springframework.kafka.listener.ListenerUtils;
import org.springframework.kafka.listener.MessageListenerContainer;

/**
 * What fails outside a batch's transaction, the commit of its offsets above all: the records come again, and the inbox
 * drops them. The framework's default would run the batch again in memory, ten times, and then skip it.
 */
final class DeliverAgain implements CommonErrorHandler {

    private static final Logger log = LoggerFactory.getLogger(DeliverAgain.class);

    private final Duration pause;

    DeliverAgain(Duration pause) {
        this.pause = pause;
    }

    @Override
    public void handleBatch(
            Exception failure,
            ConsumerRecords<?, ?> records,
            Consumer<?, ?> consumer,
            MessageListenerContainer container,
            Runnable invokeListener) {
        log.warn(
                "The offsets of {} can't be committed, its records come again: {}",
                records.partitions(),
                failure.toString());
        pause(container);
        // A partition that was lost meanwhile begins at its committed offset, wherever it went.
        records.partitions().stream()
                .filter(consumer.assignment()::contains)
                .forEach(partition -> consumer.seek(
                        partition, records.records(partition).getFirst().offset()));
    }

    @Override
    public void handleOtherException(
            Exception failure, Consumer<?, ?> consumer, MessageListenerContainer container, boolean batchListener) {
        log.warn("The consumer failed and goes on", failure);
        pause(container);
    }

    @Override
    public boolean isAckAfterHandle() {
        return false;
    }

    // Whatever fails at once would fail in a hot loop.
    private void pause(MessageListenerContainer container) {
        try {
            ListenerUtils.stoppableSleep(container, pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
