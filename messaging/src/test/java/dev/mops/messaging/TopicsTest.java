package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.topic.PartitionCountException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class TopicsTest {

    @Test
    void a_topic_is_created_with_its_partitions_and_keeps_its_records_for_ever() throws Exception {
        try (AccountService service = AccountService.named("topic_created")
                        .with("mops.messaging.partitions", 7)
                        .start();
                Admin admin = TopicLog.of("topic_created").admin()) {
            assertThat(admin.describeTopics(List.of(service.family().topic()))
                            .topicNameValues()
                            .values())
                    .allSatisfy(topic -> assertThat(topic.get().partitions()).hasSize(7));
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "topic_created");
            assertThat(admin.describeConfigs(List.of(topic)).values().values()).allSatisfy(config -> {
                assertThat(config.get().get("retention.ms")).hasFieldOrPropertyWithValue("value", "-1");
                assertThat(config.get().get("retention.bytes")).hasFieldOrPropertyWithValue("value", "-1");
                assertThat(config.get().get("cleanup.policy")).hasFieldOrPropertyWithValue("value", "delete");
            });
        }
    }

    @Test
    void two_instances_that_start_at_once_agree_on_the_topic() {
        CompletableFuture<AccountService> first = CompletableFuture.supplyAsync(
                () -> AccountService.named("topic_raced").noting().start(),
                task -> Thread.ofPlatform().start(task));
        CompletableFuture<AccountService> second = CompletableFuture.supplyAsync(
                () -> AccountService.named("topic_raced").noting().start(),
                task -> Thread.ofPlatform().start(task));
        try (AccountService one = first.join();
                AccountService other = second.join()) {
            one.publish(new AccountEvent.Deposited("a", 1));
            other.publish(new AccountEvent.Deposited("a", 2));

            await().untilAsserted(() -> assertThat(one.numbersOf("a")).containsExactly(1L, 2L));
        }
    }

    @Test
    void a_topic_with_another_partition_count_stops_the_start() {
        TopicLog.of("topic_other_count").create(3);

        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> AccountService.named("topic_other_count")
                        .with("mops.messaging.partitions", 4)
                        .start())
                .havingRootCause()
                .isInstanceOf(PartitionCountException.class)
                .withMessageContaining("topic_other_count has 3 partitions, but mops.messaging.partitions is 4")
                .withMessageContaining("set mops.messaging.partitions=3");
    }
}
