package dev.mops.messaging;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the messaging module.
 *
 * @param consumerGroup the consumer group, and the inbox's scope; the application's name unless set
 * @param partitions partitions of a topic that is created here; fixed for the topic's life
 * @param replicationFactor copies of a topic that is created here; -1 takes the broker's default
 * @param concurrency consumers of this instance for each event family
 * @param batchSize the most records in one poll, and so in one transaction
 * @param maxLinger how long at most a consumer that found several records lets more gather before it polls again, so that
 *     batches grow with the load; 0 never waits, 10 s is the most
 * @param callConcurrency the most calls of the outside world at once, for each consumer
 * @param callTimeout how long one call of the outside world may take
 * @param maxEventSize the largest event that {@link Outbox#publish} takes, headers included; at most 1000 KB,
 *     since Kafka takes 1 MiB by default and what it refuses would block the outbox
 * @param writeVersion the major version in which an event type is published, by type; the newest unless set. For the
 *     release that reads a new major and does not write it yet
 * @param pollInterval how often the relay looks for rows of other instances
 * @param relayBatchSize the most events that the relay reads at once
 * @param relayBatchBytes the most bytes of payload that the relay reads at once; a single larger event goes alone
 * @param relayTimeout how long a relay may lead without an acknowledgement before it hands over; 10 days is the
 *     most
 * @param transactionTimeout how long a transaction may last or stand idle before PostgreSQL ends it, so that a paused
 *     process holds up nobody; 10 days is the most
 * @param retryBackoff the wait before a batch runs again that found the database away; it doubles up to {@code
 *     maxRetryBackoff}
 * @param maxRetryBackoff the longest such wait
 * @param retryDelays the waits before an event that failed is tried again: with n of them it has n + 1 attempts, then it
 *     is a dead letter. While the outside world is away, the last one repeats
 * @param tryLaterAge how long the outside world may be away before the event that waits for it is a dead letter
 * @param sweepInterval how often events are looked for whose wake-up was lost
 * @param sweepGrace how long such an event is overdue before it is taken
 * @param inboxRetention how long the inbox remembers an event; an older one that comes again is a dead letter
 * @param auditRetention how long it is remembered what operators did to dead letters; longer while the event is held
 * @param topicRetention how long Kafka keeps the records of a topic that is created here, dead letters too; for ever unless
 *     set. A consumer group that is away for longer loses events
 * @param migrate whether the module migrates its own tables; otherwise somebody else applies them, and only their version
 *     is checked
 * @param maxReplays how often a dead letter is replayed without force
 * @param deadLettersWritable whether operators may act on dead letters over HTTP, not only look at them
 * @param failureSwitches whether failures can be asked for over HTTP, in a demo and in tests
 * @param replayFrom where a consumer group begins in a topic of which it has read nothing yet: {@code beginning}, or a time
 *     that has come, such as {@code 2026-11-22T10:15:30Z}; refused where handlers call the outside world or publish. At the
 *     earliest record unless set
 * @param replayForced whether {@code replayFrom} is taken for handlers that call the outside world or publish, too
 */
@ConfigurationProperties("mops.messaging")
public record MessagingProperties(
        @Nullable String consumerGroup,
        @DefaultValue("12") int partitions,
        @DefaultValue("-1") short replicationFactor,
        @DefaultValue("3") int concurrency,
        @DefaultValue("500") int batchSize,
        @DefaultValue("200ms") Duration maxLinger,
        @DefaultValue("32") int callConcurrency,
        @DefaultValue("5s") Duration callTimeout,
        @DefaultValue("512KB") DataSize maxEventSize,
        @DefaultValue Map<String, Integer> writeVersion,
        @DefaultValue("20ms") Duration pollInterval,
        @DefaultValue("1000") int relayBatchSize,
        @DefaultValue("8MB") DataSize relayBatchBytes,
        @DefaultValue("10s") Duration relayTimeout,
        @DefaultValue("15s") Duration transactionTimeout,
        @DefaultValue("200ms") Duration retryBackoff,
        @DefaultValue("10s") Duration maxRetryBackoff,
        @DefaultValue({"1s", "10s", "60s"}) List<Duration> retryDelays,
        @DefaultValue("24h") Duration tryLaterAge,
        @DefaultValue("1s") Duration sweepInterval,
        @DefaultValue("5s") Duration sweepGrace,
        @DefaultValue("30d") Duration inboxRetention,
        @DefaultValue("365d") Duration auditRetention,
        @Nullable Duration topicRetention,
        @DefaultValue("true") boolean migrate,
        @DefaultValue("3") int maxReplays,
        @DefaultValue("false") boolean deadLettersWritable,
        @DefaultValue("false") boolean failureSwitches,
        @Nullable String replayFrom,
        @DefaultValue("false") boolean replayForced) {

    private static final DataSize LARGEST_EVENT = DataSize.ofKilobytes(1_000);
    private static final String BEGINNING = "beginning";
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST_LINGER = Duration.ofSeconds(10);
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(10);

    public MessagingProperties {
        atLeastOne("partitions", partitions);
        if (replicationFactor != -1) {
            atLeastOne("replication-factor", replicationFactor);
        }
        atLeastOne("concurrency", concurrency);
        atLeastOne("batch-size", batchSize);
        if (maxLinger.isNegative() || maxLinger.compareTo(LONGEST_LINGER) > 0) {
            throw new IllegalArgumentException("mops.messaging.max-linger must be between 0 and "
                    + LONGEST_LINGER.toSeconds() + " s, not " + maxLinger + ": offsets are committed after it");
        }
        atLeastOne("call-concurrency", callConcurrency);
        atLeastOneMilli("call-timeout", callTimeout);
        if (maxEventSize.toBytes() < 1 || maxEventSize.compareTo(LARGEST_EVENT) > 0) {
            throw new IllegalArgumentException(
                    "mops.messaging.max-event-size must be at least 1 B and at most " + LARGEST_EVENT + ", not "
                            + maxEventSize + ": Kafka's default takes 1 MB, and what it refuses blocks the outbox");
        }
        writeVersion = Map.copyOf(writeVersion);
        atLeastOneMilli("poll-interval", pollInterval);
        atLeastOne("relay-batch-size", relayBatchSize);
        if (relayBatchBytes.toBytes() < 1 || relayBatchBytes.toBytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "mops.messaging.relay-batch-bytes must be between 1 B and 2 GB, not " + relayBatchBytes);
        }
        atLeastOneMilli("relay-timeout", relayTimeout);
        atLeastOneMilli("transaction-timeout", transactionTimeout);
        atMostTenDays("relay-timeout", relayTimeout);
        atMostTenDays("transaction-timeout", transactionTimeout);
        atLeastOneMilli("retry-backoff", retryBackoff);
        atLeastOneMilli("max-retry-backoff", maxRetryBackoff);
        retryDelays = List.copyOf(retryDelays);
        atLeastOne("retry-delays", retryDelays.size());
        retryDelays.forEach(delay -> atLeastOneMilli("retry-delays", delay));
        atLeastOneMilli("try-later-age", tryLaterAge);
        atLeastOneMilli("sweep-interval", sweepInterval);
        atLeastOneMilli("sweep-grace", sweepGrace);
        atLeastOneMilli("inbox-retention", inboxRetention);
        atLeastOneMilli("audit-retention", auditRetention);
        if (topicRetention != null) {
            atLeastOneMilli("topic-retention", topicRetention);
        }
        if (maxReplays < 0) {
            throw new IllegalArgumentException("mops.messaging.max-replays must be at least 0, not " + maxReplays);
        }
        if (replayFrom != null) {
            pointOf(replayFrom);
        }
    }

    /** The consumer group of a service with this name. */
    public String groupOf(String application) {
        return consumerGroup == null ? application : consumerGroup;
    }

    /** The time from which a new consumer group is fed with history, {@link Instant#MIN} for all of it; null for none. */
    public @Nullable Instant replayPoint() {
        return replayFrom == null ? null : pointOf(replayFrom);
    }

    private static Instant pointOf(String replayFrom) {
        if (replayFrom.equals(BEGINNING)) {
            return Instant.MIN;
        }
        try {
            Instant point = Instant.parse(replayFrom);
            // Kafka counts from 1970, and what is to come is no history.
            if (!point.isBefore(Instant.EPOCH) && !point.isAfter(Instant.now())) {
                return point;
            }
        } catch (DateTimeParseException e) {
            // Refused below.
        }
        throw new IllegalArgumentException("mops.messaging.replay-from must be " + BEGINNING
                + " or a time such as 2026-11-22T10:15:30Z, from 1970 on and not to come, not " + replayFrom);
    }

    private static void atLeastOne(String setting, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("mops.messaging." + setting + " must be at least 1, not " + value);
        }
    }

    // PostgreSQL counts these in milliseconds of 32 bits.
    private static void atMostTenDays(String setting, Duration value) {
        if (value.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("mops.messaging." + setting + " must be at most 10 days, not " + value);
        }
    }

    private static void atLeastOneMilli(String setting, Duration value) {
        // Most are counted in milliseconds: less would be none, or for ever.
        if (value.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("mops.messaging." + setting + " must be at least 1 ms, not " + value);
        }
    }
}
