package dev.mops.system;

import static java.util.stream.Collectors.toCollection;

import dev.mops.events.EventVersion;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the running services say that they handle and publish. */
record Catalog(List<Service> services) {

    static Catalog of(Shop shop) {
        return new Catalog(shop.platform().services().stream()
                .map(service -> shop.read(shop.url(service).resolve("/actuator/events"), Service.class))
                .toList());
    }

    /** The topics of events, in their order. */
    List<String> topics() {
        return families().map(Family::topic).distinct().sorted().toList();
    }

    /** The types of a topic, in their order. */
    SortedSet<String> typesOf(String topic) {
        return families()
                .filter(family -> family.topic().equals(topic))
                .flatMap(family -> Stream.concat(family.handles().stream(), family.publishes().keySet().stream()))
                .collect(toCollection(TreeSet::new));
    }

    int partitionsOf(String topic) {
        return families()
                .filter(family -> family.topic().equals(topic))
                .mapToInt(Family::partitions)
                .findFirst()
                .orElseThrow();
    }

    /** The consumer groups that publish a type. */
    List<String> publishersOf(String type) {
        return services.stream()
                .filter(service -> service.families().stream()
                        .anyMatch(family -> family.publishes().containsKey(type)))
                .map(Service::consumerGroup)
                .toList();
    }

    /** The consumer groups that handle a type. */
    List<String> handlersOf(String type) {
        return services.stream()
                .filter(service -> service.families().stream()
                        .anyMatch(family -> family.handles().contains(type)))
                .map(Service::consumerGroup)
                .toList();
    }

    /** The versions of a type that are written. */
    SortedSet<String> writtenOf(String type) {
        return families()
                .flatMap(family -> Stream.ofNullable(family.publishes().get(type)))
                .collect(toCollection(TreeSet::new));
    }

    /** The versions of a type that are read, the oldest first. */
    List<String> versionsOf(String type) {
        return families()
                .flatMap(
                        family -> Stream.ofNullable(family.versions().get(type)).flatMap(List::stream))
                .map(EventVersion::of)
                .distinct()
                .sorted()
                .map(EventVersion::toString)
                .toList();
    }

    private Stream<Family> families() {
        return services.stream().flatMap(service -> service.families().stream());
    }

    record Service(String consumerGroup, @Nullable String retryConsumerGroup, List<Family> families) {}

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
