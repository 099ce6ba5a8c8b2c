package dev.mops.messaging.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;

class DeliverAgainTest {

    private static final TopicPartition KEPT = new TopicPartition("topic", 0);
    private static final TopicPartition LOST = new TopicPartition("topic", 1);

    private final DeliverAgain deliverAgain = new DeliverAgain(Duration.ofMillis(1));
    private final KafkaMessageListenerContainer<byte[], byte[]> container = new KafkaMessageListenerContainer<>(
            new DefaultKafkaConsumerFactory<>(Map.of()), new ContainerProperties("topic"));

    @Test
    void records_whose_offsets_could_not_be_committed_come_again_where_the_partition_is_still_ours() {
        try (MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest")) {
            consumer.assign(List.of(KEPT));
            consumer.seek(KEPT, 9);

            deliverAgain.handleBatch(
                    new CommitFailedException(),
                    new ConsumerRecords<>(
                            Map.of(KEPT, List.of(record(KEPT, 7), record(KEPT, 8)), LOST, List.of(record(LOST, 3))),
                            Map.of()),
                    consumer,
                    container,
                    () -> fail("the batch is not run again in memory"));

            assertThat(consumer.position(KEPT)).isEqualTo(7);
        }
    }

    @Test
    void their_offsets_are_not_committed_as_if_they_had_been_handled() {
        assertThat(deliverAgain.isAckAfterHandle()).isFalse();
    }

    private static ConsumerRecord<byte[], byte[]> record(TopicPartition partition, long offset) {
        return new ConsumerRecord<>(partition.topic(), partition.partition(), offset, new byte[0], new byte[0]);
    }
}
