package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.topic.PartitionCountException;
import dev.mops.messaging.topic.Topics;
import dev.mops.test.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class TopicsTest {

    private static final Map<String, Object> CONFIG = Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, TestServers.kafka().bootstrapServers());

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
                // Of the topic itself: the broker's defaults may be others.
                for (String name : List.of("retention.ms", "retention.bytes", "cleanup.policy")) {
                    assertThat(config.get().get(name).source()).as(name).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
                }
            });
        }
    }

    @Test
    void wakeups_are_kept_for_a_week_and_dead_letters_for_ever() {
        AccountService.named("topic_kept")
                .with("mops.messaging.retry-delays", "1s,2s")
                .noting()
                .start()
                .close();
        try (Admin admin = TopicLog.of("topic_kept").admin()) {
            for (String wakeups : List.of("topic_kept-topic_kept-retry-1", "topic_kept-topic_kept-retry-2")) {
                assertThat(configOf(admin, wakeups, "retention.ms"))
                        .as(wakeups)
                        .isEqualTo(Long.toString(Duration.ofDays(7).toMillis()));
                assertThat(configOf(admin, wakeups, "cleanup.policy"))
                        .as(wakeups)
                        .isEqualTo("delete");
            }
            String deadLetters = "topic_kept-topic_kept-dlt";
            assertThat(configOf(admin, deadLetters, "retention.ms")).isEqualTo("-1");
            assertThat(configOf(admin, deadLetters, "retention.bytes")).isEqualTo("-1");
        }
    }

    @Test
    void with_a_retention_events_and_dead_letters_are_kept_for_it_and_wakeups_for_a_week_as_ever() {
        AccountService.named("topic_limited")
                .with("mops.messaging.retry-delays", "1s")
                .with("mops.messaging.topic-retention", "90d")
                .noting()
                .start()
                .close();
        try (Admin admin = TopicLog.of("topic_limited").admin()) {
            assertThat(configOf(admin, "topic_limited", "retention.ms")).isEqualTo(millis(90));
            assertThat(configOf(admin, "topic_limited-topic_limited-dlt", "retention.ms"))
                    .isEqualTo(millis(90));
            assertThat(configOf(admin, "topic_limited-topic_limited-retry-1", "retention.ms"))
                    .isEqualTo(millis(7));
        }
    }

    @Test
    void a_topic_that_keeps_its_records_otherwise_stays_so_and_the_log_says_it(CapturedOutput log) throws Exception {
        try (Admin admin = TopicLog.of("topic_kept_less").admin()) {
            admin.createTopics(List.of(
                            new NewTopic("topic_kept_less", 4, (short) -1).configs(Map.of("retention.ms", millis(90))),
                            new NewTopic("topic_compacted", 4, (short) -1)
                                    .configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get();
            declare("topic_kept_less", Duration.ofDays(90));
            assertThat(log.getOut()).doesNotContain("The topic topic_kept_less has");

            declare("topic_kept_less", null);
            declare("topic_compacted", Duration.ofDays(7));

            assertThat(log.getOut())
                    .contains("The topic topic_kept_less has retention.ms=" + millis(90)
                            + ", but -1 is declared here, by mops.messaging.topic-retention")
                    .contains("The topic topic_compacted has cleanup.policy=compact, but delete is declared here. It");
            assertThat(configOf(admin, "topic_kept_less", "retention.ms")).isEqualTo(millis(90));
        }
    }

    private static void declare(String topic, @Nullable Duration retention) {
        Topics topics = new Topics(List.of(topic), List.of(), 4, (short) -1, retention, CONFIG);
        // The broker may know of the topic a moment after it was created.
        await().ignoreExceptionsInstanceOf(RetriableException.class).untilAsserted(topics::declare);
    }

    private static String millis(int days) {
        return Long.toString(Duration.ofDays(days).toMillis());
    }

    private static String configOf(Admin admin, String topic, String name) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        // The broker may know of the topic a moment after it was created.
        Config config = await().ignoreExceptions()
                .until(
                        () -> admin.describeConfigs(List.of(resource))
                                .all()
                                .get()
                                .get(resource),
                        Objects::nonNull);
        return config.get(name).value();
    }

    @Test
    void two_instances_that_declare_a_topic_at_once_agree() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        for (int n = 0; n < 5; n++) {
            String name = "topic_raced_" + n;
            Callable<Void> declare = () -> {
                Topics topics = new Topics(List.of(name), List.of(), 4, (short) -1, null, CONFIG);
                both.await();
                // Whoever comes second may see the topic before the broker can describe it: the relay tries again, too.
                await().ignoreExceptionsInstanceOf(RetriableException.class).untilAsserted(topics::declare);
                return null;
            };
            List<FutureTask<Void>> instances = List.of(new FutureTask<>(declare), new FutureTask<>(declare));
            instances.forEach(Thread.ofPlatform()::start);
            for (FutureTask<Void> instance : instances) {
                instance.get();
            }
            assertThat(TopicLog.of(name).partitionCount()).isEqualTo(4);
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
