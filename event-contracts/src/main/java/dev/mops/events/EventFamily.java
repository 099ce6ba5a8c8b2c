package dev.mops.events;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElseGet;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The events of one entity: a sealed root type, the topic that carries them, the key that orders them, and for each
 * record its type name, version and schema. The one place where these are tied together.
 *
 * @param <E> the sealed root of the family's records
 */
public final class EventFamily<E> {

    private final Class<E> root;
    private final String topic;
    private final Function<? super E, String> key;
    private final Map<Class<?>, EventDefinition<? extends E>> byPayload;
    private final Map<String, EventDefinition<? extends E>> byType;

    private EventFamily(
            Class<E> root,
            String topic,
            Function<? super E, String> key,
            Map<Class<?>, EventDefinition<? extends E>> byPayload,
            Map<String, EventDefinition<? extends E>> byType) {
        this.root = root;
        this.topic = topic;
        this.key = key;
        this.byPayload = byPayload;
        this.byType = byType;
    }

    /** Begins a family of the records that {@code root}, a sealed interface, permits. */
    public static <E> Builder<E> of(Class<E> root) {
        return new Builder<>(root);
    }

    /** The sealed root type of the family's records. */
    public Class<E> root() {
        return root;
    }

    /** The topic that carries every event of the family. */
    public String topic() {
        return topic;
    }

    /** The key whose events keep their order: the record key and the CloudEvents subject. */
    public String keyOf(E event) {
        return key.apply(event);
    }

    /** All event types, in the order in which they were declared. */
    public List<EventDefinition<? extends E>> definitions() {
        return List.copyOf(byType.values());
    }

    /** The definition of a type name, or empty where this build does not know the type. */
    public Optional<EventDefinition<? extends E>> definitionOf(String type) {
        return Optional.ofNullable(byType.get(type));
    }

    /**
     * The definition of a record of this family.
     *
     * @throws IllegalArgumentException if the class is not a record of this family
     */
    public EventDefinition<? extends E> definitionOf(Class<?> payload) {
        EventDefinition<? extends E> definition = byPayload.get(payload);
        if (definition == null) {
            throw new IllegalArgumentException(
                    payload.getName() + " is no event of the family " + root.getSimpleName() + " on " + topic);
        }
        return definition;
    }

    @Override
    public String toString() {
        return "EventFamily[" + root.getSimpleName() + " on " + topic + "]";
    }

    /** Collects a family and checks that it is whole. */
    public static final class Builder<E> {

        private final Class<E> root;
        private final Map<String, Class<? extends E>> payloads = new LinkedHashMap<>();
        private final Map<String, NavigableMap<EventVersion, EventSchema>> schemas = new LinkedHashMap<>();
        private final Map<String, NavigableMap<Integer, MajorChange>> changes = new LinkedHashMap<>();
        private @Nullable String topic;
        private @Nullable Function<? super E, String> key;

        private Builder(Class<E> root) {
            this.root = root;
        }

        /** The topic of all events of the family. */
        public Builder<E> topic(String topic) {
            this.topic = topic;
            return this;
        }

        /** The key whose events keep their order. */
        public Builder<E> key(Function<? super E, String> key) {
            this.key = key;
            return this;
        }

        /**
         * Adds a record with its type name and the versions that are read, the newest last: the record is the payload of
         * that one, and the others are read as it. The schema of each is the resource
         * {@code /schemas/<type>/<version>.json}.
         *
         * @throws IllegalArgumentException if the class is no record, if record or type name is there already, if no
         *     version is the next minor or the next major of the one before it, or if a schema is missing
         */
        public <T extends E> Builder<E> event(Class<T> payload, String type, String... versions) {
            if (!payload.isRecord()) {
                throw new IllegalArgumentException(payload.getName() + " is no record");
            }
            if (payloads.containsValue(payload)) {
                throw new IllegalArgumentException("The record " + payload.getSimpleName()
                        + " stands twice in the family " + root.getSimpleName());
            }
            if (payloads.containsKey(type)) {
                throw new IllegalArgumentException(
                        "The type " + type + " stands twice in the family " + root.getSimpleName());
            }
            NavigableMap<EventVersion, EventSchema> read = new TreeMap<>();
            for (String version : versions) {
                EventVersion next = EventVersion.of(version);
                if (!read.isEmpty() && !next.follows(read.lastKey())) {
                    EventVersion last = read.lastKey();
                    throw new IllegalArgumentException("The version " + next + " of " + type + " does not follow "
                            + last + ": " + last.nextMinor() + " or " + last.nextMajor() + " does");
                }
                read.put(next, EventSchema.of(root, type, next));
            }
            if (read.isEmpty()) {
                throw new IllegalArgumentException("The type " + type + " has no version");
            }
            payloads.put(type, payload);
            schemas.put(type, read);
            return this;
        }

        /**
         * Says what a major version of a type changed, so that records of the major before are read, and may be written,
         * too. Each major but the oldest one needs it.
         *
         * @throws IllegalArgumentException if it has been said already
         */
        public Builder<E> change(String type, int toMajor, MajorChange change) {
            if (changes.computeIfAbsent(type, _ -> new TreeMap<>()).putIfAbsent(toMajor, change) != null) {
                throw new IllegalArgumentException("The change to " + type + " " + toMajor + ".x is said twice");
            }
            return this;
        }

        /**
         * The family.
         *
         * @throws IllegalStateException if topic or key is missing, if the root is not sealed, if a permitted record
         *     (also one below a sealed type between) was not added, if a permitted type is neither record nor sealed, or if
         *     a major version lacks its change or a change its major version
         */
        public EventFamily<E> build() {
            if (topic == null || key == null) {
                throw new IllegalStateException("The family " + root.getSimpleName() + " needs a topic and a key");
            }
            if (!root.isSealed()) {
                throw new IllegalStateException(root.getName() + " is not sealed: its events could not be counted");
            }
            Set<Class<?>> missing = new LinkedHashSet<>();
            collectLeaves(root, missing);
            missing.removeAll(payloads.values());
            if (!missing.isEmpty()) {
                throw new IllegalStateException("The family " + root.getSimpleName() + " lacks "
                        + missing.stream().map(Class::getSimpleName).toList());
            }
            changes.forEach((type, ofType) -> ofType.keySet().forEach(major -> {
                if (!isRead(schemas.get(type), major) || !isRead(schemas.get(type), major - 1)) {
                    throw new IllegalStateException(
                            "The change to " + type + " " + major + ".x leads to or from a version that is not read");
                }
            }));
            Map<Class<?>, EventDefinition<? extends E>> byPayload = new LinkedHashMap<>();
            Map<String, EventDefinition<? extends E>> byType = new LinkedHashMap<>();
            payloads.forEach((type, payload) -> {
                EventDefinition<? extends E> definition = definition(type, payload);
                byPayload.put(payload, definition);
                byType.put(type, definition);
            });
            return new EventFamily<>(root, topic, key, byPayload, byType);
        }

        private static boolean isRead(@Nullable NavigableMap<EventVersion, EventSchema> read, int major) {
            return read != null && read.keySet().stream().anyMatch(version -> version.major() == major);
        }

        private <T extends E> EventDefinition<T> definition(String type, Class<T> payload) {
            NavigableMap<EventVersion, EventSchema> read = requireNonNull(schemas.get(type));
            NavigableMap<Integer, MajorChange> ofType =
                    requireNonNullElseGet(changes.get(type), TreeMap<Integer, MajorChange>::new);
            for (int major = read.firstKey().major() + 1;
                    major <= read.lastKey().major();
                    major++) {
                if (!ofType.containsKey(major)) {
                    throw new IllegalStateException("The change to " + type + " " + major + ".x is missing: records of "
                            + (major - 1) + ".x could not be read");
                }
            }
            return new EventDefinition<>(payload, type, read, ofType);
        }

        // A permitted type that is sealed itself is a group: its records belong to the family.
        private static void collectLeaves(Class<?> sealed, Set<Class<?>> leaves) {
            for (Class<?> permitted : sealed.getPermittedSubclasses()) {
                if (permitted.isSealed()) {
                    collectLeaves(permitted, leaves);
                } else if (permitted.isRecord()) {
                    leaves.add(permitted);
                } else {
                    throw new IllegalStateException(
                            permitted.getName() + " is neither a record nor sealed: its events could not be counted");
                }
            }
        }
    }
}
