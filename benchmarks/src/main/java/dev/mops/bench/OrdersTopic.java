package dev.mops.bench;

import dev.mops.local.Platform;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;

/** The topic {@code orders} and the consumer groups that read it, one of each service, as the broker knows them. */
final class OrdersTopic implements AutoCloseable {

    /** How old what clients know of the topic may get; the default is 5 minutes. */
    static final Duration METADATA_AGE = Duration.ofSeconds(5);

    /** What a platform is started with whose topic is to be replaced. */
    static final String SETTING = "--spring.kafka.properties.metadata.max.age.ms=" + METADATA_AGE.toMillis();

    private static final String NAME = "orders";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    // Those of the module messaging; and what is deleted is gone at once.
    private static final Map<String, String> KEPT_FOR_EVER =
            Map.of("retention.ms", "-1", "retention.bytes", "-1", "file.delete.delay.ms", "0");

    private final Admin admin;
    private final Set<String> groups;

    private OrdersTopic(Admin admin, Set<String> groups) {
        this.admin = admin;
        this.groups = groups;
    }

    static OrdersTopic of(Platform platform) {
        return new OrdersTopic(
                Admin.create(Map.of("bootstrap.servers", platform.kafka().bootstrapServers())), platform.services());
    }

    /** How many records were ever written, if each group has read and committed them all. */
    OptionalLong readByAll() throws InterruptedException {
        return asked(() -> {
            // Before the ends: none of these can lie behind what is committed by then.
            Map<String, Map<TopicPartition, OffsetAndMetadata>> committed = admin.listConsumerGroupOffsets(
                            groups.stream()
                                    .collect(Collectors.toMap(group -> group, _ -> new ListConsumerGroupOffsetsSpec())))
                    .all()
                    .get();
            Map<TopicPartition, OffsetSpec> partitions =
                    admin.describeTopics(List.of(NAME)).allTopicNames().get().values().stream()
                            .flatMap(topic -> topic.partitions().stream())
                            .collect(Collectors.toMap(
                                    partition -> new TopicPartition(NAME, partition.partition()),
                                    _ -> OffsetSpec.latest()));
            long all = 0;
            for (var end : admin.listOffsets(partitions).all().get().entrySet()) {
                long written = end.getValue().offset();
                for (Map<TopicPartition, OffsetAndMetadata> ofGroup : committed.values()) {
                    OffsetAndMetadata read = ofGroup.get(end.getKey());
                    if ((read == null ? 0 : read.offset()) < written) {
                        return OptionalLong.empty();
                    }
                }
                all += written;
            }
            return OptionalLong.of(all);
        });
    }

    /**
     * Replaces it by one that is empty and has so many partitions, while nothing is on its way, and returns once the services
     * have noticed. The partition count of a topic is fixed for the life of its keys; here no key has anything to come.
     */
    void replace(int partitions) throws InterruptedException {
        asked(() -> admin.deleteTopics(List.of(NAME)).all().get());
        // A group that still has partitions of the one before can't share fewer of the next one: the assignor refuses.
        awaitShared(0);
        asked(() -> admin.createTopics(List.of(new NewTopic(NAME, partitions, (short) 1).configs(KEPT_FOR_EVER)))
                .all()
                .get());
        // Nobody tells what the producers know.
        TimeUnit.NANOSECONDS.sleep(METADATA_AGE.plusSeconds(1).toNanos());
        awaitShared(partitions);
    }

    /** Waits until the consumers of each group share all of its partitions. */
    void awaitShared(int partitions) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isShared(partitions)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("The consumers of " + groups + " don't share the " + partitions
                        + " partitions of " + NAME + " after " + PATIENCE.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean isShared(int partitions) throws InterruptedException {
        return asked(() -> admin.describeConsumerGroups(groups).all().get()).values().stream()
                .allMatch(group -> group.groupState() == GroupState.STABLE
                        && group.members().stream()
                                        .flatMap(member -> member.assignment().topicPartitions().stream())
                                        .filter(partition -> partition.topic().equals(NAME))
                                        .count()
                                == partitions);
    }

    private interface Question<T> {
        T ask() throws ExecutionException, InterruptedException;
    }

    private static <T> T asked(Question<T> question) throws InterruptedException {
        try {
            return question.ask();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka refuses: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
