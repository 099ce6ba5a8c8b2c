package dev.mops.messaging.inbox;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The read path behind the consumers: what they do with a poll, and what is done with held events. A test kit delivers here
 * without Kafka, and so runs what production runs.
 */
public interface Deliveries {

    /**
     * Processes records as one poll: each takes effect, is held, or is skipped.
     *
     * @param records of one topic, in log order
     * @throws IllegalArgumentException if nothing is handled of their topic
     * @throws RuntimeException if the database is away; what was committed before stays so
     */
    void deliver(List<ConsumerRecord<byte[], byte[]>> records);

    /**
     * Runs the heads of held keys that are due within this time, as if it had passed, and those that follow them. One that
     * fails again is not run twice.
     *
     * @return whether there was one
     */
    boolean runHeld(Duration within);
}
