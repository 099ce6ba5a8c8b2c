package dev.mops.messaging;

import dev.mops.events.EventDefinition;
import dev.mops.events.EventFamily;
import dev.mops.events.EventVersion;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The event families of this service: those that it handles and those that it declares to publish. */
public final class EventFamilies {

    private final List<EventFamily<?>> families;
    private final Map<EventFamily<?>, SortedSet<String>> published = new HashMap<>();

    EventFamilies(Collection<EventHandlers<?>> handlers, Collection<EventFamily<?>> declared) {
        Set<EventFamily<?>> all = new LinkedHashSet<>();
        for (EventHandlers<?> table : handlers) {
            if (!all.add(table.family())) {
                throw new IllegalStateException(
                        "Two EventHandlers beans for " + table.family()
                                + ": a consumer group has one table for each family, since they would take each other's events");
            }
        }
        all.addAll(declared);
        handlers.forEach(table -> published.put(table.family(), table.publishes()));
        // A family that is a bean is published whole.
        declared.forEach(family -> published.put(
                family,
                family.definitions().stream()
                        .map(EventDefinition::type)
                        .collect(Collectors.toCollection(TreeSet::new))));
        this.families = List.copyOf(all);
        for (int i = 0; i < families.size(); i++) {
            for (EventFamily<?> later : families.subList(i + 1, families.size())) {
                checkApart(families.get(i), later);
            }
        }
    }

    /** All families. */
    public List<EventFamily<?>> all() {
        return families;
    }

    /**
     * The types of a family that this service publishes, in their order: those that its table declares, all where the
     * family is a bean.
     */
    public SortedSet<String> publishedOf(EventFamily<?> family) {
        return published.getOrDefault(family, Collections.emptySortedSet());
    }

    /**
     * The version in which each type is written for which a major version is asked for: its newest minor, for a minor is
     * deployed without a setting.
     *
     * @throws IllegalArgumentException if there is no such major, or no such type; the message names the setting
     */
    public Map<String, EventVersion> writeVersions(Map<String, Integer> majors) {
        Map<String, EventVersion> versions = new HashMap<>();
        majors.forEach((type, major) -> {
            String setting = "mops.messaging.write-version." + type;
            EventDefinition<?> definition = families.stream()
                    .<EventDefinition<?>>flatMap(family -> family.definitionOf(type).stream())
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            setting + " is of no event type of this service: " + families));
            versions.put(
                    type,
                    definition.writable().stream()
                            .filter(version -> version.major() == major)
                            .findFirst()
                            .orElseThrow(() -> new IllegalArgumentException(setting + " must be the major of one of "
                                    + definition.writable() + ", not " + major)));
        });
        return Map.copyOf(versions);
    }

    /** An event belongs to one family, whether it is seen as a record of Java or as one of a topic. */
    private static void checkApart(EventFamily<?> one, EventFamily<?> other) {
        if (one.topic().equals(other.topic())) {
            throw new IllegalStateException(
                    "%s and %s have the same topic: of an event there, nobody could tell to which of them it belongs. A topic has one family"
                            .formatted(named(one), named(other)));
        }
        if (one.root().isAssignableFrom(other.root()) || other.root().isAssignableFrom(one.root())) {
            throw new IllegalStateException(
                    "%s and %s have the same root, or one is part of the other: nobody could tell on which topic their events are published. Declare the family once"
                            .formatted(named(one), named(other)));
        }
    }

    /** With the root's full name: two of the same name may be the mistake. */
    private static String named(EventFamily<?> family) {
        return "The family of " + family.root().getName() + " on " + family.topic();
    }
}
