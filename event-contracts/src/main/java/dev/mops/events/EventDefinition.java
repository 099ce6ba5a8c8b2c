package dev.mops.events;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * One event type of a family, with the versions that this build reads.
 *
 * @param <T> the record of its newest version, which is all that handlers know
 */
public final class EventDefinition<T> {

    private final Class<T> payload;
    private final String type;
    private final NavigableMap<EventVersion, EventSchema> schemas;
    private final Map<Integer, MajorChange> changes;

    EventDefinition(
            Class<T> payload,
            String type,
            NavigableMap<EventVersion, EventSchema> schemas,
            Map<Integer, MajorChange> changes) {
        this.payload = payload;
        this.type = type;
        this.schemas = new TreeMap<>(schemas);
        this.changes = Map.copyOf(changes);
    }

    /** The record that carries the payload of the newest version. */
    public Class<T> payload() {
        return payload;
    }

    /** The name on the wire, for example {@code order.created}. */
    public String type() {
        return type;
    }

    /** The newest version, whose payload is the record. */
    public EventVersion version() {
        return schemas.lastKey();
    }

    /** The schema of the newest version. */
    public EventSchema schema() {
        return schemas.lastEntry().getValue();
    }

    /** All versions that this build reads, the oldest first. */
    public List<EventVersion> versions() {
        return List.copyOf(schemas.navigableKeySet());
    }

    /** The versions that can be written: of each major the newest minor, the oldest first. */
    public List<EventVersion> writable() {
        return schemas.keySet().stream()
                .filter(version -> version.equals(newestOf(version.major())))
                .toList();
    }

    /**
     * The schema of a version. Of a minor that is newer than this build it is the newest of that major: what it adds is
     * ignored.
     *
     * @return empty where this build does not read the major
     */
    public Optional<EventSchema> schemaOf(EventVersion version) {
        return Optional.ofNullable(schemas.floorEntry(version))
                .filter(known -> known.getKey().major() == version.major())
                .or(() -> Optional.ofNullable(schemas.ceilingEntry(version))
                        .filter(known -> known.getKey().major() == version.major()))
                .map(Map.Entry::getValue);
    }

    /** The CloudEvents attribute {@code dataschema} of the newest version: {@code order.created/1.0}. */
    public String dataSchema() {
        return dataSchemaOf(version());
    }

    /** The CloudEvents attribute {@code dataschema} of a version. */
    public String dataSchemaOf(EventVersion version) {
        return type + "/" + version;
    }

    /** The change that a major version made; empty for the oldest that is read. */
    public Optional<MajorChange> changeTo(int major) {
        return Optional.ofNullable(changes.get(major));
    }

    ObjectNode upcast(ObjectNode payload, int from) {
        ObjectNode upcast = payload;
        for (int major = from + 1; major <= version().major(); major++) {
            upcast = change(major).upcast(upcast);
        }
        return upcast;
    }

    ObjectNode downcast(ObjectNode payload, int to) {
        ObjectNode downcast = payload;
        for (int major = version().major(); major > to; major--) {
            downcast = change(major).downcast(downcast);
        }
        return downcast;
    }

    private MajorChange change(int major) {
        return changeTo(major).orElseThrow(() -> new IllegalStateException(type + " has no change to " + major));
    }

    private EventVersion newestOf(int major) {
        return schemas.lowerKey(new EventVersion(major + 1, 0));
    }

    @Override
    public String toString() {
        return "EventDefinition[" + dataSchema() + "]";
    }
}
