package dev.mops.local;

import static java.util.stream.Collectors.toMap;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** A consumer group of a service, and how far it is in its topics, as Kafka knows it. */
final class GroupOffsets implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 5_000;
    private static final Duration LONGEST_STANDSTILL = Duration.ofMinutes(1);
    // Longer than the session of a member that was killed.
    private static final Duration LONGEST_LEAVE = Duration.ofSeconds(15);

    private final String group;
    private final Admin admin;

    GroupOffsets(String bootstrapServers, String group) {
        this.group = group;
        this.admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                TIMEOUT_MILLIS,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                TIMEOUT_MILLIS));
    }

    /** Those that Kafka knows, with members or with offsets, of the group and the one that reads its retry topics. */
    List<String> groups() {
        return get(admin.listGroups().all()).stream()
                .map(GroupListing::groupId)
                .filter(known -> known.equals(group) || known.equals(group + "-retry"))
                .sorted()
                .toList();
    }

    /** Deletes both, once their members are gone. */
    void delete() {
        long end = System.nanoTime() + LONGEST_LEAVE.toNanos();
        for (List<String> there = groups(); !there.isEmpty(); there = groups()) {
            try {
                admin.deleteConsumerGroups(there).all().get();
            } catch (ExecutionException e) {
                if (System.nanoTime() > end) {
                    throw new LocalPlatformException("Can't delete " + there + ": " + e.getCause(), e);
                }
                OsProcess.pause();
            } catch (InterruptedException e) {
                throw OsProcess.interrupted();
            }
        }
    }

    /** What the group reads. */
    List<String> topics() {
        return committed().keySet().stream()
                .map(TopicPartition::topic)
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * Waits until the group, whose offsets its service sets, has read all that its topics hold now.
     *
     * @param from where it began; {@link Instant#MIN} for the beginning
     * @return how many records it had to read
     */
    long awaitTheEnds(Instant from, ServiceProcess service) {
        Map<TopicPartition, Long> committed = awaitMove(Map.of(), service);
        Map<TopicPartition, Long> ends = offsets(committed.keySet(), OffsetSpec.latest());
        Map<TopicPartition, Long> begins = offsets(
                committed.keySet(),
                from.equals(Instant.MIN) ? OffsetSpec.earliest() : OffsetSpec.forTimestamp(from.toEpochMilli()));
        while (!reaches(committed, ends)) {
            committed = awaitMove(committed, service);
        }
        return ends.entrySet().stream()
                .mapToLong(end -> {
                    long begin = begins.getOrDefault(end.getKey(), -1L);
                    // In a partition in which nothing has come since then, it begins at the end.
                    return begin < 0 ? 0 : Math.max(0, end.getValue() - begin);
                })
                .sum();
    }

    private static boolean reaches(Map<TopicPartition, Long> committed, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> committed.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    /** Waits until the group stands elsewhere than before. */
    private Map<TopicPartition, Long> awaitMove(Map<TopicPartition, Long> before, ServiceProcess service) {
        long begin = System.nanoTime();
        Map<TopicPartition, Long> committed = committed();
        while (committed.equals(before)) {
            if (!service.isRunning()) {
                throw new LocalPlatformException(service.name() + " has ended before it had read all: ./mops logs "
                        + service.name() + " may say why, and ./mops start " + service.name() + " lets it go on");
            }
            if (System.nanoTime() - begin > LONGEST_STANDSTILL.toNanos()) {
                throw new LocalPlatformException(group + " has read nothing for " + LONGEST_STANDSTILL.toSeconds()
                        + " s, and has not read all yet: ./mops logs " + service.name() + " says why");
            }
            OsProcess.pause();
            committed = committed();
        }
        return committed;
    }

    private Map<TopicPartition, Long> committed() {
        Map<TopicPartition, Long> committed = new HashMap<>();
        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        committed.put(partition, offset.offset());
                    }
                });
        return committed;
    }

    private Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, OffsetSpec of) {
        Map<TopicPartition, ListOffsetsResultInfo> found =
                get(admin.listOffsets(partitions.stream().collect(toMap(Function.identity(), partition -> of)))
                        .all());
        return found.entrySet().stream()
                .collect(toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new LocalPlatformException(
                    "Kafka does not answer: " + e.getCause() + "; ./mops status shows what is down", e);
        } catch (InterruptedException e) {
            throw OsProcess.interrupted();
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
