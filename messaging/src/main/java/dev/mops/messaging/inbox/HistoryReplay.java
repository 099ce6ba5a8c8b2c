package dev.mops.messaging.inbox;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import dev.mops.messaging.EventFamilies;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.MessagingProperties;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds a new consumer group with the log from a point on, where the settings name one: before its consumers start, the
 * group's offsets are set to that point. Where the group has offsets of a topic it is left there, so that a restart changes
 * nothing; by topic, since a group has none in a partition that was empty so far.
 */
final class HistoryReplay {

    private static final Logger log = LoggerFactory.getLogger(HistoryReplay.class);
    private static final int TIMEOUT_MILLIS = 5_000;

    private final List<String> topics;
    private final String group;
    private final @Nullable Instant from;
    private final Map<String, Object> config;
    private boolean begun;

    /** @throws IllegalStateException if the service may not be fed with history, since others would notice */
    HistoryReplay(
            List<EventHandlers<?>> tables,
            EventFamilies families,
            String group,
            MessagingProperties settings,
            Map<String, Object> admin) {
        this.topics = tables.stream().map(table -> table.family().topic()).toList();
        this.group = group;
        this.from = settings.replayPoint();
        this.config = new HashMap<>(admin);
        config.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        config.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        if (from != null && !settings.replayForced()) {
            refuseWhatOthersNotice(tables, families);
        }
    }

    /** What a projection keeps to itself can be made again; what others were asked for or told would be so twice. */
    private void refuseWhatOthersNotice(List<EventHandlers<?>> tables, EventFamilies families) {
        if (tables.stream().anyMatch(EventHandlers::callsOutside)) {
            throw refused("calls the outside world");
        }
        List<String> published = families.all().stream()
                .flatMap(family -> families.publishedOf(family).stream())
                .toList();
        if (!published.isEmpty()) {
            throw refused("publishes " + String.join(", ", published));
        }
    }

    private IllegalStateException refused(String because) {
        return new IllegalStateException("The consumer group " + group
                + " may not be fed with history, unless mops.messaging.replay-forced=true, since its service "
                + because);
    }

    /**
     * Sets the group's offsets in the topics of which it has none; once that succeeded, does nothing.
     *
     * @throws KafkaException if the broker can't be reached or refuses
     */
    synchronized void begin() {
        if (from == null || begun) {
            return;
        }
        try (Admin client = Admin.create(config)) {
            List<String> unread = unread(client);
            if (unread.size() < topics.size()) {
                log.info("The consumer group {} has read before: it goes on where it was", group);
            }
            if (!unread.isEmpty()) {
                set(client, unread, from);
            }
            begun = true;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    private List<String> unread(Admin client) throws ExecutionException, InterruptedException {
        Set<String> read =
                client.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                        .filter(offset -> offset.getValue() != null)
                        .map(offset -> offset.getKey().topic())
                        .collect(toSet());
        return topics.stream().filter(topic -> !read.contains(topic)).toList();
    }

    private void set(Admin client, List<String> unread, Instant point) throws ExecutionException, InterruptedException {
        List<TopicPartition> partitions = client.describeTopics(unread).allTopicNames().get().values().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                .toList();
        // Before the point is looked for: what is written in between lies behind the end, not before the begin.
        Map<TopicPartition, Long> ends = offsets(client, partitions, OffsetSpec.latest());
        Map<TopicPartition, Long> begins = offsets(
                client,
                partitions,
                point.equals(Instant.MIN) ? OffsetSpec.earliest() : OffsetSpec.forTimestamp(point.toEpochMilli()));
        // A partition in which nothing came since then has no such offset.
        begins.replaceAll((partition, begin) -> begin < 0 ? ends.getOrDefault(partition, 0L) : begin);
        try {
            client.alterConsumerGroupOffsets(
                            group,
                            begins.entrySet().stream()
                                    .collect(
                                            toMap(Map.Entry::getKey, begin -> new OffsetAndMetadata(begin.getValue()))))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            // Another instance was faster, and reads by now: who has members can't be set.
            if (!unread(client).isEmpty()) {
                throw e;
            }
        }
        log.info(
                "The consumer group {} is fed with history from {}: {} records of {}",
                group,
                point.equals(Instant.MIN) ? "the beginning" : point,
                begins.entrySet().stream()
                        .mapToLong(begin -> ends.getOrDefault(begin.getKey(), 0L) - begin.getValue())
                        .map(records -> Math.max(0, records))
                        .sum(),
                String.join(", ", unread));
    }

    private static Map<TopicPartition, Long> offsets(Admin client, List<TopicPartition> partitions, OffsetSpec of)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, ListOffsetsResultInfo> offsets = client.listOffsets(
                        partitions.stream().collect(toMap(Function.identity(), partition -> of)))
                .all()
                .get();
        Map<TopicPartition, Long> found = new HashMap<>();
        offsets.forEach((partition, offset) -> found.put(partition, offset.offset()));
        return found;
    }
}
