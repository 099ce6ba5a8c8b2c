package dev.mops.messaging.inbox;

import static java.util.stream.Collectors.toMap;

import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.failure.FailureSwitches;
import dev.mops.messaging.held.Ledger;
import dev.mops.messaging.topic.RetryTopics;
import dev.mops.messaging.topic.Topics;
import dev.mops.messaging.trace.EventTraces;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.ContainerProperties.AckMode;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.backoff.ExponentialBackOff;

/** One listener container of spring-kafka for each table of handlers, all in the service's consumer group. */
final class EventConsumers implements SmartLifecycle, Deliveries {

    private static final Logger log = LoggerFactory.getLogger(EventConsumers.class);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final Map<String, Object> config;
    private final List<ConcurrentMessageListenerContainer<byte[], byte[]>> containers;
    private final Map<String, EventListener<?>> listeners;
    private final Sweeper sweeper;
    private final HistoryReplay replay;
    // Read by the consumers while a stop waits for them.
    private volatile @Nullable ScheduledExecutorService background;
    private @Nullable Thread starting;
    private boolean running;

    EventConsumers(
            List<EventHandlers<?>> tables,
            String group,
            Map<String, Object> configured,
            MessagingProperties settings,
            HistoryReplay replay,
            Inbox inbox,
            AuditTrail audit,
            Ledger ledger,
            Topics topics,
            Database database,
            FailureSwitches switches,
            PlatformTransactionManager transactions,
            InstantSource clock,
            MeterRegistry meters,
            EventTraces traces) {
        this.config = consumerConfig(configured, settings);
        this.replay = replay;
        if (tables.stream().anyMatch(EventHandlers::callsOutside)) {
            checkCallsFit(config, settings);
        }
        TransactionTemplate transaction = new TransactionTemplate(transactions);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        Parts parts = new Parts(
                group, config, settings, inbox, ledger, topics, database, switches, transaction, clock, meters, traces);
        Heads heads = new Heads(
                ledger, tables.stream().<Heads.Runner<?>>map(parts::runner).toList());
        this.sweeper = new Sweeper(ledger, heads, inbox, audit, settings);
        this.listeners = tables.stream().collect(toMap(table -> table.family().topic(), parts::listener));
        this.containers = new ArrayList<>();
        listeners.forEach((topic, listener) -> containers.add(parts.container(topic, listener)));
        List<String> retryTopics = tables.stream()
                .map(table -> table.family().topic())
                .flatMap(topic ->
                        RetryTopics.retries(topic, group, settings.retryDelays().size()).stream())
                .toList();
        if (!retryTopics.isEmpty()) {
            containers.add(parts.retryContainer(retryTopics, heads, this::background));
        }
    }

    /** What the containers are made of. */
    private record Parts(
            String group,
            Map<String, Object> config,
            MessagingProperties settings,
            Inbox inbox,
            Ledger ledger,
            Topics topics,
            Database database,
            FailureSwitches switches,
            TransactionTemplate transaction,
            InstantSource clock,
            MeterRegistry meters,
            EventTraces traces) {

        <E> EventListener<E> listener(EventHandlers<E> table) {
            return new EventListener<>(
                    table,
                    new Items<>(table, topics),
                    processor(table, new FromTopic<>(inbox, ledger, settings.inboxRetention(), clock)),
                    backOff(settings),
                    new Linger(settings.batchSize(), settings.maxLinger()),
                    new EventMeters(table, meters, clock));
        }

        ConcurrentMessageListenerContainer<byte[], byte[]> container(String topic, EventListener<?> listener) {
            ContainerProperties properties = properties(group, topic);
            properties.setMessageListener(listener);
            properties.setConsumerRebalanceListener(new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    listener.revoked();
                }
            });
            var container = container(properties, topic + "-consumer");
            container.setConcurrency(settings.concurrency());
            return container;
        }

        ConcurrentMessageListenerContainer<byte[], byte[]> retryContainer(
                List<String> retryTopics, Heads heads, Supplier<ScheduledExecutorService> alarm) {
            ContainerProperties properties =
                    properties(RetryTopics.readerOf(group), retryTopics.toArray(String[]::new));
            var container = container(properties, "retry-consumer");
            container.setupMessageListener(new RetryListener(heads, clock, alarm, () -> container));
            return container;
        }

        <E> Heads.Runner<E> runner(EventHandlers<E> table) {
            int rounds = Math.ceilDiv(Heads.AT_ONCE, settings.callConcurrency());
            Source<E> source = new FromLedger<>(ledger, settings.callTimeout().multipliedBy(rounds));
            return new Heads.Runner<>(table.family().topic(), new Items<>(table, topics), processor(table, source));
        }

        private <E> BatchProcessor<E> processor(EventHandlers<E> table, Source<E> source) {
            OutsideCalls calls = new OutsideCalls(settings.callConcurrency(), settings.callTimeout(), traces);
            EventMeters eventMeters = new EventMeters(table, meters, clock);
            return new BatchProcessor<>(table, source, calls, transaction, database, switches, eventMeters, traces);
        }

        private static ContainerProperties properties(String group, String... topics) {
            ContainerProperties properties = new ContainerProperties(topics);
            properties.setGroupId(group);
            properties.setAckMode(AckMode.MANUAL);
            // While a failed batch waits, the consumer polls without records: a longer poll would stretch the wait.
            properties.setPollTimeout(100);
            // A consumer that is refused goes on when it is allowed again; it does not end for good.
            properties.setAuthExceptionRetryInterval(PAUSE_AFTER_FAILURE);
            return properties;
        }

        private ConcurrentMessageListenerContainer<byte[], byte[]> container(
                ContainerProperties properties, String name) {
            var container = new ConcurrentMessageListenerContainer<byte[], byte[]>(
                    new DefaultKafkaConsumerFactory<>(config), properties);
            container.setCommonErrorHandler(new DeliverAgain(PAUSE_AFTER_FAILURE));
            container.setBeanName(name);
            return container;
        }
    }

    private static Map<String, Object> consumerConfig(Map<String, Object> configured, MessagingProperties settings) {
        Map<String, Object> config = new HashMap<>(configured);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batchSize());
        // A group without offsets hears the whole history; losing what was written before it joined is no choice.
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.putIfAbsent(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, List.of(CooperativeStickyAssignor.class));
        return config;
    }

    /** A batch whose calls all take their time must end well before the broker takes the consumer for dead. */
    private static void checkCallsFit(Map<String, Object> config, MessagingProperties settings) {
        int rounds = Math.ceilDiv(settings.batchSize(), settings.callConcurrency());
        Duration longest = settings.callTimeout().multipliedBy(rounds);
        Duration limit = Duration.ofMillis(
                        Long.parseLong(config.getOrDefault(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 300_000)
                                .toString()))
                .dividedBy(2);
        if (longest.compareTo(limit) >= 0) {
            throw new IllegalStateException("The calls of a batch could take " + longest
                    + ", which must be less than half of max.poll.interval.ms (" + limit
                    + "): lower mops.messaging.batch-size or call-timeout, or raise call-concurrency");
        }
    }

    private static ExponentialBackOff backOff(MessagingProperties settings) {
        ExponentialBackOff backOff =
                new ExponentialBackOff(settings.retryBackoff().toMillis(), 2);
        backOff.setMaxInterval(settings.maxRetryBackoff().toMillis());
        return backOff;
    }

    @Override
    public void deliver(List<ConsumerRecord<byte[], byte[]>> records) {
        if (records.isEmpty()) {
            return;
        }
        EventListener<?> listener = listeners.get(records.getFirst().topic());
        if (listener == null) {
            throw new IllegalArgumentException(
                    "No event of " + records.getFirst().topic() + " is handled here");
        }
        listener.process(records);
    }

    @Override
    public boolean runHeld(Duration within) {
        return sweeper.runHeld(within);
    }

    /** How this instance reads each topic now. */
    List<Reading> readings() {
        List<Reading> readings = new ArrayList<>();
        for (var container : containers) {
            if (container.getContainerProperties().getMessageListener() instanceof EventListener<?> listener) {
                Collection<TopicPartition> assigned = container.getAssignedPartitions();
                readings.add(new Reading(
                        listener.topic(),
                        container.isRunning(),
                        assigned == null ? 0 : assigned.size(),
                        listener.waiting()));
            }
        }
        return readings;
    }

    /**
     * How a topic is read.
     *
     * @param running whether consumers poll
     * @param partitions how many are this instance's
     * @param waiting consumers that run a batch again once the database is back
     */
    record Reading(String topic, boolean running, int partitions, int waiting) {}

    private ScheduledExecutorService background() {
        return Objects.requireNonNull(background, "background");
    }

    @Override
    public synchronized void start() {
        if (running) {
            return;
        }
        running = true;
        // One for the sweep, one for the purge, and one that resumes partitions however long those take.
        background = Executors.newScheduledThreadPool(
                3, Thread.ofPlatform().daemon().name("held-events-", 0).factory());
        sweeper.startOn(background());
        if (mayBegin()) {
            containers.forEach(ConcurrentMessageListenerContainer::start);
        } else {
            log.warn("Events are handled once Kafka can be reached");
            starting = Thread.ofVirtual().name("await-kafka").start(this::startLater);
        }
    }

    /** Whether consumers can be made now, and begin where they are to. */
    private boolean mayBegin() {
        try {
            if (!Topics.areBrokersKnown(config)) {
                return false;
            }
            replay.begin();
            return true;
        } catch (KafkaException e) {
            log.warn("Where the consumer group begins can't be set yet, so no events are handled: {}", e.toString());
            return false;
        }
    }

    private void startLater() {
        try {
            do {
                TimeUnit.NANOSECONDS.sleep(PAUSE_AFTER_FAILURE.toNanos());
            } while (!mayBegin());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        synchronized (this) {
            if (Thread.currentThread().equals(starting)) {
                containers.forEach(ConcurrentMessageListenerContainer::start);
            }
        }
    }

    @Override
    public synchronized void stop() {
        running = false;
        if (starting != null) {
            starting.interrupt();
            starting = null;
        }
        containers.forEach(ConcurrentMessageListenerContainer::stop);
        ScheduledExecutorService threads = background;
        if (threads != null) {
            threads.shutdownNow();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    /** After topics and relay; the first to stop. */
    @Override
    public int getPhase() {
        return Topics.PHASE + 2;
    }
}
