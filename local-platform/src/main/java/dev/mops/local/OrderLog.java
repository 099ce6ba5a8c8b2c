package dev.mops.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * What Kafka keeps of one order: its events, the wake-ups of those that failed, and their dead letters. Reads headers and
 * keys, no payloads, and belongs to no consumer group: nobody notices it.
 */
final class OrderLog {

    /** Where the broker is, seen from a container beside its own. */
    static final String IN_CONTAINER = "kafka:9092";

    /** The topic of the orders' events. */
    static final String TOPIC = "orders";

    private static final Pattern OF_FAILURES = Pattern.compile(TOPIC + "-(.+)-(retry-\\d+|dlt)");
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-.*");
    private static final String DEAD = "mops-dead-letter-";
    private static final String RETRY = "mops-retry-";
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int FETCHED_AT_ONCE = 8 << 20;
    // A record has the time of the machine that sent it.
    private static final Duration CLOCKS_DIFFER_BY = Duration.ofMinutes(1);

    private final String bootstrapServers;

    OrderLog(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Reads what stands there now.
     *
     * @param from when the order began; what is older is not looked at
     */
    Found read(UUID order, Instant from) {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                FETCHED_AT_ONCE,
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) TIMEOUT.toMillis());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return found(records(consumer, order.toString().getBytes(UTF_8), from.minus(CLOCKS_DIFFER_BY)));
        } catch (KafkaException e) {
            throw new LocalPlatformException(
                    "Kafka (" + bootstrapServers + ") does not answer, so events have no offsets here, and retries are"
                            + " missing: ./mops status shows what is down",
                    e);
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(
            KafkaConsumer<byte[], byte[]> consumer, byte[] key, Instant from) {
        // Where the producers of the topics put a key, too.
        int hash = Utils.toPositive(Utils.murmur2(key));
        List<TopicPartition> partitions = consumer.listTopics().entrySet().stream()
                .filter(topic -> topic.getKey().equals(TOPIC)
                        || OF_FAILURES.matcher(topic.getKey()).matches())
                .map(topic -> new TopicPartition(
                        topic.getKey(), hash % topic.getValue().size()))
                .toList();
        consumer.assign(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long time = Math.max(0, from.toEpochMilli());
        consumer.offsetsForTimes(partitions.stream().collect(Collectors.toMap(Function.identity(), any -> time)))
                .forEach((partition, first) ->
                        consumer.seek(partition, first == null ? ends.getOrDefault(partition, 0L) : first.offset()));
        List<ConsumerRecord<byte[], byte[]>> ofTheOrder = new ArrayList<>();
        long heard = System.nanoTime();
        while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                heard = System.nanoTime();
            } else if (System.nanoTime() - heard > LONGEST_SILENCE.toNanos()) {
                throw new KafkaException("Nothing comes for " + LONGEST_SILENCE);
            }
            records.forEach(record -> {
                if (Arrays.equals(key, record.key())) {
                    ofTheOrder.add(record);
                }
            });
        }
        return ofTheOrder;
    }

    private static Found found(List<ConsumerRecord<byte[], byte[]>> records) {
        List<Event> events = new ArrayList<>();
        List<Wakeup> wakeups = new ArrayList<>();
        List<Death> deaths = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Instant sent = Instant.ofEpochMilli(record.timestamp());
            Matcher ofFailures = OF_FAILURES.matcher(record.topic());
            if (!ofFailures.matches()) {
                events.add(event(record, sent));
            } else if (ofFailures.group(2).equals("dlt")) {
                deaths.add(new Death(
                        sent,
                        ofFailures.group(1),
                        text(record, DEAD + "id"),
                        text(record, DEAD + "error-class"),
                        text(record, DEAD + "attempts")));
            } else {
                wakeups.add(new Wakeup(
                        sent, ofFailures.group(1), text(record, RETRY + "event"), time(record, RETRY + "due", sent)));
            }
        }
        return new Found(events, wakeups, deaths);
    }

    private static Event event(ConsumerRecord<byte[], byte[]> record, Instant sent) {
        Matcher trace = TRACEPARENT.matcher(text(record, "traceparent"));
        return new Event(
                time(record, "ce_time", sent),
                text(record, "ce_source").replaceFirst("^/", ""),
                text(record, "ce_type"),
                text(record, "ce_id"),
                record.partition(),
                record.offset(),
                sent,
                text(record, "ce_correlationid"),
                text(record, "ce_causationid"),
                trace.matches() ? trace.group(1) : "");
    }

    private static Instant time(ConsumerRecord<byte[], byte[]> record, String header, Instant otherwise) {
        try {
            return Instant.parse(text(record, header));
        } catch (DateTimeException e) {
            return otherwise;
        }
    }

    /** A header's text; empty where there is none: anybody may write a record. */
    private static String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), UTF_8);
    }

    /** What stands in the topics, each in the order of its partition. */
    record Found(List<Event> events, List<Wakeup> wakeups, List<Death> deaths) {

        static final Found NOTHING = new Found(List.of(), List.of(), List.of());
    }

    /**
     * An event in the topic of the orders. What its record does not say is empty.
     *
     * @param at its birth
     * @param sentAt when it left the outbox
     * @param causationId the event whose handling published it
     */
    record Event(
            Instant at,
            String service,
            String type,
            String id,
            int partition,
            long offset,
            Instant sentAt,
            String correlationId,
            String causationId,
            String traceId) {}

    /**
     * A held event shall be tried again.
     *
     * @param id of the held event in its service
     */
    record Wakeup(Instant at, String service, String id, Instant due) {}

    /**
     * An event has become a dead letter.
     *
     * @param id of the dead letter in its service
     */
    record Death(Instant at, String service, String id, String error, String attempts) {}
}
