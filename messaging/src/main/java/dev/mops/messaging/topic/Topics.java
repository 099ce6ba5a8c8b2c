package dev.mops.messaging.topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Declares the topics that this service reads and writes. A topic's partition count is fixed for life: another count
 * would send the next event of a key to another partition and break its order.
 */
public final class Topics implements SmartLifecycle {

    /** Before the relay and the consumers, which need the topics. */
    public static final int PHASE = 0;

    private static final Logger log = LoggerFactory.getLogger(Topics.class);
    private static final int TIMEOUT_MILLIS = 5_000;

    // A wake-up that nobody read for so long says nothing that the ledger does not know.
    private static final Duration RETRY_RETENTION = Duration.ofDays(7);

    private static final String FOR_EVER = "-1";

    private final List<String> topics;
    private final List<String> kept;
    private final List<String> retryTopics;
    private final int partitions;
    private final short replicationFactor;
    private final String retentionMillis;
    private final Map<String, Object> admin;
    private volatile boolean declared;
    private volatile boolean running;

    /**
     * The topics of a service.
     *
     * @param kept topics of events and of dead letters
     * @param retryTopics topics of wake-ups
     * @param retention how long the records of kept topics are kept; null is for ever
     */
    public Topics(
            List<String> kept,
            List<String> retryTopics,
            int partitions,
            short replicationFactor,
            @Nullable Duration retention,
            Map<String, Object> admin) {
        this.topics = Stream.concat(kept.stream(), retryTopics.stream()).toList();
        this.kept = kept;
        this.retryTopics = retryTopics;
        this.partitions = partitions;
        this.replicationFactor = replicationFactor;
        this.retentionMillis = retention == null ? FOR_EVER : Long.toString(retention.toMillis());
        this.admin = new HashMap<>(admin);
        this.admin.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        this.admin.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
    }

    /**
     * Creates the topics that are missing and checks those that exist; does nothing once that succeeded.
     *
     * @throws PartitionCountException if a topic exists with another partition count
     * @throws KafkaException if the broker can't be reached or refuses
     */
    public synchronized void declare() {
        if (declared || topics.isEmpty()) {
            return;
        }
        try (Admin client = Admin.create(admin)) {
            List<String> existing = create(client);
            check(client.describeTopics(existing).allTopicNames().get());
            compare(client, existing);
            declared = true;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    /**
     * The id of a topic: another one for each topic that ever had the name.
     *
     * @throws KafkaException if the broker can't be reached or refuses
     */
    public String idOf(String topic) {
        try (Admin client = Admin.create(admin)) {
            return client.describeTopics(List.of(topic))
                    .topicNameValues()
                    .values()
                    .iterator()
                    .next()
                    .get()
                    .topicId()
                    .toString();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    /** Has them declared once more: a topic may be gone, or be one that another instance knows of. */
    public synchronized void forget() {
        declared = false;
    }

    /** Whether Kafka's clients can be made with these settings now: some broker's name leads to an address. */
    public static boolean areBrokersKnown(Map<String, Object> config) {
        return Brokers.areKnown(config);
    }

    /** Creates what is missing; returns what was there already. */
    private List<String> create(Admin client) throws ExecutionException, InterruptedException {
        List<String> missing = new ArrayList<>(topics);
        missing.removeAll(client.listTopics().names().get());
        List<String> existing = new ArrayList<>(topics);
        existing.removeAll(missing);
        for (String topic : missing) {
            NewTopic request = new NewTopic(topic, partitions, replicationFactor).configs(retentionOf(topic));
            try {
                client.createTopics(List.of(request)).all().get();
                log.info("Created the topic {} with {} partitions", topic, partitions);
            } catch (ExecutionException e) {
                // Another instance was faster; whether it agrees on the partitions is checked next.
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
                existing.add(topic);
            }
        }
        return existing;
    }

    /** All that decides how long a record stays, whatever the broker's defaults are: a limit of bytes would delete, too. */
    private Map<String, String> retentionOf(String topic) {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_BYTES_CONFIG,
                FOR_EVER,
                TopicConfig.RETENTION_MS_CONFIG,
                retryTopics.contains(topic) ? Long.toString(RETRY_RETENTION.toMillis()) : retentionMillis);
    }

    /** Says what a topic has another value of. It is not changed: what a shorter retention deletes is gone. */
    private void compare(Admin client, List<String> existing) throws ExecutionException, InterruptedException {
        List<ConfigResource> resources = existing.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        if (resources.isEmpty()) {
            return;
        }
        try {
            client.describeConfigs(resources)
                    .all()
                    .get()
                    .forEach((topic, config) -> retentionOf(topic.name()).forEach((name, declared) -> {
                        ConfigEntry actual = config.get(name);
                        if (actual != null && !declared.equals(actual.value())) {
                            log.warn(
                                    "The topic {} has {}={}, but {} is declared here{}. It stays so: set it of the topic",
                                    topic.name(),
                                    name,
                                    actual.value(),
                                    declared,
                                    name.equals(TopicConfig.RETENTION_MS_CONFIG) && kept.contains(topic.name())
                                            ? ", by mops.messaging.topic-retention (-1 is for ever)"
                                            : "");
                        }
                    }));
        } catch (ExecutionException e) {
            // Whoever may write and read need not be allowed to look at settings.
            if (!(e.getCause() instanceof AuthorizationException)) {
                throw e;
            }
            log.info("How long topics keep their records can't be compared: {}", e.getMessage());
        }
    }

    private void check(Map<String, TopicDescription> existing) {
        existing.forEach((topic, description) -> {
            int actual = description.partitions().size();
            if (actual != partitions) {
                throw new PartitionCountException(topic, actual, partitions);
            }
        });
    }

    @Override
    public void start() {
        // The outbox exists so that orders are taken while Kafka is down: the relay declares the topics later.
        if (Brokers.areKnown(admin)) {
            try {
                declare();
            } catch (RetriableException e) {
                log.warn("Kafka can't be reached yet, topics {} are declared once it can: {}", topics, e.getMessage());
            }
        } else {
            log.warn("Kafka's name leads to no address yet, topics {} are declared once it does", topics);
        }
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
