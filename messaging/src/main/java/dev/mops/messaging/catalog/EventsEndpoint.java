package dev.mops.messaging.catalog;

import dev.mops.events.EventDefinition;
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
import java.util.stream.Stream;
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
        boolean retries = all.stream().anyMatch(family -> !family.retryTopics().isEmpty());
        this.catalog =
                new Catalog(consumerGroup, retries ? RetryTopics.readerOf(consumerGroup) : null, List.copyOf(all));
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
        SortedSet<String> published = families.publishedOf(family);
        published.forEach(type -> written.put(
                type,
                asked.getOrDefault(type, family.definitionOf(type).orElseThrow().version())
                        .toString()));
        SortedSet<String> handled = table == null ? new TreeSet<>() : new TreeSet<>(table.types());
        SortedMap<String, List<String>> versions = new TreeMap<>();
        Stream.concat(handled.stream(), published.stream())
                .forEach(type ->
                        versions.put(type, versionsOf(family.definitionOf(type).orElseThrow())));
        String topic = family.topic();
        return table == null
                ? new Family(topic, settings.partitions(), List.of(), null, handled, written, versions, false)
                : new Family(
                        topic,
                        settings.partitions(),
                        RetryTopics.retries(
                                topic, consumerGroup, settings.retryDelays().size()),
                        RetryTopics.deadLetters(topic, consumerGroup),
                        handled,
                        written,
                        versions,
                        table.callsOutside());
    }

    private static List<String> versionsOf(EventDefinition<?> definition) {
        return definition.versions().stream().map(EventVersion::toString).toList();
    }

    /**
     * What the service does with the events of its families.
     *
     * @param retryConsumerGroup reads the retry topics; none where there are none
     */
    record Catalog(String consumerGroup, @Nullable String retryConsumerGroup, List<Family> families) {}

    /**
     * What it does with those of one.
     *
     * @param partitions of a topic that the service creates
     * @param retryTopics the one of the first delay first; none where nothing is handled
     * @param deadLetterTopic none where nothing is handled
     * @param publishes the version that is written, by type
     * @param versions those that this build reads, the oldest first, by type, of what is handled or published
     */
    record Family(
            String topic,
            int partitions,
            List<String> retryTopics,
            @Nullable String deadLetterTopic,
            SortedSet<String> handles,
            SortedMap<String, String> publishes,
            SortedMap<String, List<String>> versions,
            boolean callsOutside) {}
}
