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
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
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

    private final List<String> topics;
    private final List<String> retryTopics;
    private final int partitions;
    private final short replicationFactor;
    private final Map<String, Object> admin;
    private volatile boolean declared;
    private volatile boolean running;

    /**
     * The topics of a service.
     *
     * @param kept topics whose records are kept for ever
     * @param retryTopics topics of wake-ups
     */
    public Topics(
            List<String> kept,
            List<String> retryTopics,
            int partitions,
            short replicationFactor,
            Map<String, Object> admin) {
        this.topics = Stream.concat(kept.stream(), retryTopics.stream()).toList();
        this.retryTopics = retryTopics;
        this.partitions = partitions;
        this.replicationFactor = replicationFactor;
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
            check(client.describeTopics(create(client)).allTopicNames().get());
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
            long retention = retryTopics.contains(topic) ? RETRY_RETENTION.toMillis() : -1;
            NewTopic request = new NewTopic(topic, partitions, replicationFactor)
                    .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention)));
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
