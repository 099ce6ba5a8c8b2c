package dev.mops.events;

/**
 * One event type of a family, at the version that this build writes.
 *
 * @param payload the record that carries the event's payload
 * @param type the name on the wire, for example {@code order.created}
 * @param version the version that is written
 * @param schema the JSON Schema of that version
 * @param <T> the payload
 */
public record EventDefinition<T>(Class<T> payload, String type, EventVersion version, EventSchema schema) {

    /** The CloudEvents attribute {@code dataschema}: {@code order.created/1.0}. */
    public String dataSchema() {
        return type + "/" + version;
    }
}
