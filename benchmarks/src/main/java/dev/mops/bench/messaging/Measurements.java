package dev.mops.bench.messaging;

import dev.mops.bench.Clock;
import dev.mops.bench.messaging.Instance.Claims;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * What is measured, each time with a fresh instance of the service, a fresh topic and a fresh consumer group. All events must
 * have been claimed afterwards, each of them once; else it fails.
 */
final class Measurements implements AutoCloseable {

    private static final int DEFAULT_BATCH = 500;
    private static final int FILL_PER_TRANSACTION = 100;
    private static final long PATIENCE_SECONDS = 60;
    private static final int WARM_UP_SECONDS = 2;

    private final String url;
    private final String brokers;
    private final Admin admin;
    // A topic that lies ready, by the number of its events.
    private final Map<Integer, String> filled = new HashMap<>();
    private int instances;

    Measurements(String url, String brokers) {
        this.url = url;
        this.brokers = brokers;
        this.admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, brokers));
    }

    /** Outbox, relay, topic, inbox, empty handler: events in a second from the first transaction to the commit of the last claim. */
    double way(int perTransaction, int events) throws InterruptedException, ExecutionException {
        String name = nextName();
        try (Instance instance = start(name, name, true, DEFAULT_BATCH)) {
            awaitMembers(instance);
            long begin = Clock.micros();
            instance.publish(events, perTransaction);
            return perSecond(events, begin, awaitClaims(instance, events).last());
        } finally {
            deleteTopics();
        }
    }

    /** The relay alone: events in a second from its start, with all of them in the outbox, until the topic has the last one. */
    double outbox(int events) throws InterruptedException, ExecutionException {
        String name = nextName();
        try (Instance instance = start(name, name, false, DEFAULT_BATCH)) {
            awaitTopic(name);
            instance.relay().stop();
            instance.publish(events, FILL_PER_TRANSACTION);
            long waiting = instance.waitingInOutbox();
            if (waiting != events) {
                throw new IllegalStateException("Of %d events %d are in the outbox".formatted(events, waiting));
            }
            long begin = Clock.micros();
            instance.relay().start();
            awaitRecords(name, events);
            return perSecond(events, begin, Clock.micros());
        } finally {
            deleteTopics();
        }
    }

    /**
     * Consumers, inbox and empty handler alone, of a group that begins with all events in the topic: events in a second from the
     * first claim to the commit of the last one.
     */
    double inbox(int batchSize, int events) throws InterruptedException, ExecutionException {
        String topic = filled(events);
        try (Instance instance = start(nextName(), topic, true, batchSize)) {
            Claims claims = awaitClaims(instance, events);
            return perSecond(events, claims.first(), claims.last());
        } finally {
            deleteTopics();
        }
    }

    /**
     * So many events a second, each with a transaction of its own: microseconds of each event from when it was due to the
     * commit of its claim.
     */
    List<Long> latency(int perSecond, int seconds) throws InterruptedException, ExecutionException {
        String name = nextName();
        try (Instance instance = start(name, name, true, DEFAULT_BATCH)) {
            awaitMembers(instance);
            int warmUp = WARM_UP_SECONDS * perSecond;
            int events = warmUp + seconds * perSecond;
            Map<UUID, Long> due = new HashMap<>();
            long begin = Clock.micros();
            for (int n = 0; n < events; n++) {
                long at = begin + n * 1_000_000L / perSecond;
                for (long wait = at - Clock.micros(); wait > 0; wait = at - Clock.micros()) {
                    LockSupport.parkNanos(wait * 1_000);
                }
                UUID id = instance.publish(n);
                if (n >= warmUp) {
                    due.put(id, at);
                }
            }
            awaitClaims(instance, events);
            List<Long> latencies = instance.commits().stream()
                    .filter(claim -> due.containsKey(claim.id()))
                    .map(claim -> claim.at() - due.getOrDefault(claim.id(), 0L))
                    .toList();
            if (latencies.size() != due.size()) {
                throw new IllegalStateException("Of %d events %d were claimed".formatted(due.size(), latencies.size()));
            }
            return latencies;
        } finally {
            deleteTopics();
        }
    }

    private String nextName() {
        return "bench-" + ++instances;
    }

    private Instance start(String name, String topic, boolean handles, int batchSize) {
        return Instance.start(url, brokers, name, topic, handles, batchSize);
    }

    private String filled(int events) throws InterruptedException, ExecutionException {
        String topic = "bench-with-" + events;
        if (filled.putIfAbsent(events, topic) == null) {
            try (Instance instance = start(nextName(), topic, false, DEFAULT_BATCH)) {
                instance.publish(events, FILL_PER_TRANSACTION);
                awaitRecords(topic, events);
            }
        }
        return topic;
    }

    /** Waits until each of the instance's consumers has its partitions. */
    private void awaitMembers(Instance instance) throws InterruptedException {
        await("consumers with partitions", Instance.CONSUMERS, () -> membersWithPartitions(instance.name()));
    }

    private long membersWithPartitions(String group) {
        try {
            return get(admin.describeConsumerGroups(List.of(group)).all()).values().stream()
                    .flatMap(description -> description.members().stream())
                    .filter(member -> !member.assignment().topicPartitions().isEmpty())
                    .count();
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                // Nobody has joined yet.
                return 0;
            }
            throw e;
        }
    }

    private Claims awaitClaims(Instance instance, int events) throws InterruptedException {
        await("handled events", events, instance::handled);
        // The last batch is about to be committed.
        await("claimed events", events, () -> instance.claims().events());
        Claims claims = instance.claims();
        if (claims.events() != events) {
            throw new IllegalStateException("Of %d events %d were claimed".formatted(events, claims.events()));
        }
        return claims;
    }

    private void awaitRecords(String topic, int events) throws InterruptedException {
        awaitTopic(topic);
        List<TopicPartition> partitions = get(
                        admin.describeTopics(List.of(topic)).allTopicNames())
                .values()
                .stream()
                .flatMap(description -> IntStream.range(
                                0, description.partitions().size())
                        .mapToObj(partition -> new TopicPartition(topic, partition)))
                .toList();
        LongSupplier records = () -> get(admin.listOffsets(partitions.stream()
                                .collect(Collectors.toMap(partition -> partition, _ -> OffsetSpec.latest())))
                        .all())
                .values()
                .stream()
                .mapToLong(end -> end.offset())
                .sum();
        await("records in the topic", events, records);
        if (records.getAsLong() != events) {
            throw new IllegalStateException(
                    "The topic has %d records of %d events".formatted(records.getAsLong(), events));
        }
    }

    /** The service makes its topics while it starts. */
    private void awaitTopic(String topic) throws InterruptedException {
        await("topics", 1, () -> get(admin.listTopics().names()).contains(topic) ? 1 : 0);
    }

    /** Waits until there are so many, or no more have come for a while. */
    private static void await(String what, long wanted, LongSupplier count) throws InterruptedException {
        long last = -1;
        long lastChange = System.nanoTime();
        for (long now = count.getAsLong(); now < wanted; now = count.getAsLong()) {
            if (now != last) {
                last = now;
                lastChange = System.nanoTime();
            } else if (System.nanoTime() - lastChange > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                throw new IllegalStateException("Only %d of %d %s, and no more come".formatted(now, wanted, what));
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /** All but those that lie ready: a broker with thousands of partitions is another one. */
    private void deleteTopics() throws InterruptedException, ExecutionException {
        Set<String> topics = admin.listTopics().names().get();
        admin.deleteTopics(topics.stream()
                        .filter(topic -> !filled.containsValue(topic))
                        .toList())
                .all()
                .get();
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static double perSecond(int events, long begin, long end) {
        return events * 1e6 / Math.max(1, end - begin);
    }

    @Override
    public void close() {
        admin.close();
    }
}
