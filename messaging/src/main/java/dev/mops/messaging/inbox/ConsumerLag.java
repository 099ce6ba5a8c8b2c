package dev.mops.messaging.inbox;

import static java.util.stream.Collectors.toMap;

import dev.mops.messaging.observe.Poller;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How many records of each topic the service's group has not committed yet, and how long the partition has waited that has
 * waited longest for the group to go on: in the sum one that stands still is not seen beside those that go on. Asked of the
 * broker in the background, with one client: what a consumer says of itself counts from its position, and one that is stuck
 * or gone says nothing. While Kafka is away neither is known, which is said as {@code NaN}.
 */
final class ConsumerLag extends Poller {

    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final int TIMEOUT_MILLIS = 3_000;

    private final List<String> topics;
    private final String group;
    private final Map<String, Object> config;
    private final InstantSource clock;
    private volatile Sample sample = new Sample(Map.of(), null, null);
    private volatile @Nullable Admin client;

    /** Where the group stands, of the partitions in which records wait. */
    private final Map<TopicPartition, Stand> stands = new ConcurrentHashMap<>();

    ConsumerLag(
            List<String> topics,
            String group,
            Map<String, Object> configured,
            InstantSource clock,
            MeterRegistry meters) {
        super("consumer-lag", INTERVAL);
        this.topics = topics;
        this.group = group;
        this.clock = clock;
        this.config = new HashMap<>(configured);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        // A broker that is away is asked, and complained of, once in an interval.
        config.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, INTERVAL.toMillis());
        for (String topic : topics) {
            Gauge.builder("mops.messaging.consumer.lag", this, lag -> lag.of(topic))
                    .description("Records of a topic that the group has not committed yet")
                    .tag("topic", topic)
                    .register(meters);
            Gauge.builder("mops.messaging.consumer.standstill", this, lag -> lag.standstillOf(topic))
                    .description("Seconds for which records wait in a partition of which the group has committed none")
                    .baseUnit("seconds")
                    .tag("topic", topic)
                    .register(meters);
        }
    }

    /** What is known now. */
    Sample sample() {
        return sample;
    }

    private double of(String topic) {
        Long lag = sample.byTopic().get(topic);
        return lag == null ? Double.NaN : lag;
    }

    private double standstillOf(String topic) {
        if (!sample.byTopic().containsKey(topic)) {
            return Double.NaN;
        }
        return stands.entrySet().stream()
                .filter(stand -> stand.getKey().topic().equals(topic))
                .map(stand -> Duration.between(stand.getValue().since(), clock.instant()))
                .mapToDouble(time -> time.toMillis() / 1000.0)
                .max()
                .orElse(0);
    }

    @Override
    protected void look() throws ExecutionException, InterruptedException {
        sample = new Sample(measure(client()), null, null);
    }

    @Override
    protected void failed(Throwable e) {
        Throwable why = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        Instant since = sample.awaySince();
        sample = new Sample(Map.of(), since == null ? clock.instant() : since, why.toString());
    }

    /** Made late, since it can't even be made while the broker's name leads to no address. */
    private Admin client() {
        Admin open = client;
        if (open == null) {
            open = Admin.create(config);
            client = open;
        }
        return open;
    }

    /** The lag of each topic of which it is known: one that is gone, or has no leader, leaves the others theirs. */
    private Map<String, Long> measure(Admin admin) throws ExecutionException, InterruptedException {
        Map<String, KafkaFuture<TopicDescription>> descriptions =
                admin.describeTopics(topics).topicNameValues();
        // Before the ends: what is committed in between must not look as if it lay behind them.
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        Map<String, Long> lags = new HashMap<>();
        ExecutionException failure = null;
        for (String topic : topics) {
            try {
                lags.put(
                        topic,
                        measure(
                                admin,
                                Objects.requireNonNull(descriptions.get(topic)).get(),
                                committed));
            } catch (ExecutionException e) {
                failure = e;
            }
        }
        if (lags.isEmpty() && failure != null) {
            throw failure;
        }
        return lags;
    }

    private long measure(Admin admin, TopicDescription topic, Map<TopicPartition, OffsetAndMetadata> committed)
            throws ExecutionException, InterruptedException {
        List<TopicPartition> partitions = topic.partitions().stream()
                .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                .toList();
        Map<TopicPartition, Long> ends = offsets(admin, partitions, OffsetSpec.latest());
        // A group that has committed nothing begins with the first record, and so does one that was away until its next
        // record was deleted.
        List<TopicPartition> behind = partitions.stream()
                .filter(partition -> ends.getOrDefault(partition, 0L) > committedOf(partition, committed))
                .toList();
        Map<TopicPartition, Long> begins = behind.isEmpty() ? Map.of() : offsets(admin, behind, OffsetSpec.earliest());
        long lag = 0;
        for (TopicPartition partition : partitions) {
            long at = committedOf(partition, committed);
            long from = Math.max(at, begins.getOrDefault(partition, 0L));
            long waiting = Math.max(0, ends.getOrDefault(partition, 0L) - from);
            lag += waiting;
            Stand before = stands.get(partition);
            if (waiting == 0) {
                stands.remove(partition);
            } else if (before == null || before.at() != at) {
                stands.put(partition, new Stand(at, clock.instant()));
            }
        }
        return lag;
    }

    private static long committedOf(TopicPartition partition, Map<TopicPartition, OffsetAndMetadata> committed) {
        OffsetAndMetadata offset = committed.get(partition);
        return offset == null ? 0 : offset.offset();
    }

    private static Map<TopicPartition, Long> offsets(Admin admin, List<TopicPartition> partitions, OffsetSpec of)
            throws ExecutionException, InterruptedException {
        return admin
                .listOffsets(partitions.stream().collect(toMap(Function.identity(), partition -> of)))
                .all()
                .get()
                .entrySet()
                .stream()
                .collect(toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    @Override
    protected void close() {
        Admin open = client;
        client = null;
        if (open != null) {
            open.close(Duration.ZERO);
        }
    }

    /**
     * What was seen last.
     *
     * @param byTopic the lag of each topic of which it is known
     * @param awaySince since when Kafka does not answer; null while it does
     * @param why what it says or does not say then
     */
    record Sample(
            Map<String, Long> byTopic,
            @Nullable Instant awaySince,
            @Nullable String why) {}

    /** What the group has committed of a partition, and since when it is this. */
    private record Stand(long at, Instant since) {}
}
