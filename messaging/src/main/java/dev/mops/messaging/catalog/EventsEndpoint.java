package dev.mops.messaging.catalog;

import dev.mops.events.EventFamily;
import dev.mops.events.EventVersion;
import dev.mops.messaging.EventFamilies;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.topic.RetryTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** What this service handles and publishes, as its tables and settings say. */
@Endpoint(id = "events")
final class EventsEndpoint {

    private final Catalog catalog;

    EventsEndpoint(
            String consumerGroup, List<EventHandlers<?>> tables, EventFamilies families, MessagingProperties settings) {
        List<Family> all = new ArrayList<>();
        for (EventFamily<?> family : families.all()) {
            EventHandlers<?> table = tables.stream()
                    .<EventHandlers<?>>map(each -> each)
                    .filter(each -> each.family().equals(family))
                    .findFirst()
                    .orElse(null);
            all.add(family(consumerGroup, family, table, families, settings));
        }
        this.catalog = new Catalog(consumerGroup, List.copyOf(all));
    }

    @ReadOperation
    Catalog catalog() {
        return catalog;
    }

    private static Family family(
            String consumerGroup,
            EventFamily<?> family,
            @Nullable EventHandlers<?> table,
            EventFamilies families,
            MessagingProperties settings) {
        SortedMap<String, String> written = new TreeMap<>();
        Map<String, EventVersion> asked = families.writeVersions(settings.writeVersion());
        families.publishedOf(family)
                .forEach(type -> written.put(
                        type,
                        asked.getOrDefault(
                                        type,
                                        family.definitionOf(type).orElseThrow().version())
                                .toString()));
        String topic = family.topic();
        return table == null
                ? new Family(topic, settings.partitions(), List.of(), null, new TreeSet<>(), written, false)
                : new Family(
                        topic,
                        settings.partitions(),
                        RetryTopics.retries(
                                topic, consumerGroup, settings.retryDelays().size()),
                        RetryTopics.deadLetters(topic, consumerGroup),
                        new TreeSet<>(table.types()),
                        written,
                        table.callsOutside());
    }

    /** What the service does with the events of its families. */
    record Catalog(String consumerGroup, List<Family> families) {}

    /**
     * What it does with those of one.
     *
     * @param partitions of a topic that the service creates
     * @param retryTopics the one of the first delay first; none where nothing is handled
     * @param deadLetterTopic none where nothing is handled
     * @param publishes the version that is written, by type
     */
    record Family(
            String topic,
            int partitions,
            List<String> retryTopics,
            @Nullable String deadLetterTopic,
            SortedSet<String> handles,
            SortedMap<String, String> publishes,
            boolean callsOutside) {}
}
