package dev.mops.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.LogicalType;

/**
 * Writes and reads the events of one family as CloudEvents 1.0 in Kafka's binary mode: the attributes are headers, the
 * value is the payload's JSON.
 *
 * @param <E> the family's root
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">CloudEvents
 *     Kafka protocol binding 1.0.2</a>
 */
public final class EventCodec<E> {

    private static final String SPEC_VERSION = "1.0";

    private static final NoArgGenerator IDS = Generators.timeBasedEpochGenerator();

    // A reader takes every minor version of its major: unknown fields are ignored, absent ones stay null. A field of
    // another JSON type than the schema's is an error, never converted: 2.7 pieces are not 2.
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    private static final int MAX_VIOLATIONS_SHOWN = 5;

    // What identifies an event is kept in indexes, which take no text of any length, and in text, which takes no NUL.
    private static final int MAX_IDENTIFIER_LENGTH = 255;

    private final EventFamily<E> family;
    private final Map<String, EventVersion> writeVersions;

    /** Writes the newest version of each type. */
    public EventCodec(EventFamily<E> family) {
        this(family, Map.of());
    }

    /**
     * Writes another version than the newest one of some types.
     *
     * @param writeVersions by type; those of other families are ignored
     * @throws IllegalArgumentException if a version is not {@linkplain EventDefinition#writable() writable}
     */
    public EventCodec(EventFamily<E> family, Map<String, EventVersion> writeVersions) {
        this.family = family;
        this.writeVersions = Map.copyOf(writeVersions);
        this.writeVersions.forEach((type, version) ->
                family.definitionOf(type).ifPresent(definition -> requireWritable(definition, version)));
    }

    /** A new event id: a UUIDv7, so that ids sort by time. */
    public static UUID newId() {
        return IDS.generate();
    }

    /** The event type of a record, by its header alone; null where the record is no CloudEvent in binary mode. */
    public static @Nullable String typeOf(Headers headers) {
        return text(headers, WireHeaders.TYPE);
    }

    /** What a record's headers say of its source; null where they say nothing that can be kept. */
    public static @Nullable String sourceOf(Headers headers) {
        return identifier(headers, WireHeaders.SOURCE);
    }

    /** The event id by a record's headers; null where they hold none that can be kept. */
    public static @Nullable UUID idOf(Headers headers) {
        String source = sourceOf(headers);
        String id = identifier(headers, WireHeaders.ID);
        return source == null || id == null ? null : id(source, id);
    }

    /** The metadata of an event that is about to be published, with a new id. */
    public EventMetadata describe(
            E event,
            String source,
            Instant time,
            @Nullable String correlationId,
            @Nullable String causationId,
            @Nullable String traceparent) {
        EventDefinition<? extends E> definition = family.definitionOf(event.getClass());
        UUID id = newId();
        return new EventMetadata(
                id,
                definition.type(),
                writeVersions.getOrDefault(definition.type(), definition.version()),
                source,
                family.keyOf(event),
                time,
                correlationId == null ? id.toString() : correlationId,
                causationId,
                traceparent);
    }

    /**
     * The record that carries an event, in the version that its metadata say.
     *
     * @throws IllegalArgumentException if that version is not {@linkplain EventDefinition#writable() writable}, or if the
     *     payload violates its schema; the message names places and rules, and quotes no value
     */
    public ProducerRecord<byte[], byte[]> encode(Envelope<? extends E> envelope) {
        EventMetadata metadata = envelope.metadata();
        byte[] value = written(envelope.event(), metadata.version());
        List<Header> headers = new ArrayList<>();
        add(headers, WireHeaders.SPEC_VERSION, SPEC_VERSION);
        add(headers, WireHeaders.ID, metadata.id().toString());
        add(headers, WireHeaders.TYPE, metadata.type());
        add(headers, WireHeaders.SOURCE, metadata.source());
        add(headers, WireHeaders.SUBJECT, metadata.key());
        add(headers, WireHeaders.TIME, metadata.time().toString());
        add(headers, WireHeaders.DATA_SCHEMA, metadata.type() + "/" + metadata.version());
        add(headers, WireHeaders.CONTENT_TYPE, "application/json");
        add(headers, WireHeaders.CORRELATION_ID, metadata.correlationId());
        add(headers, WireHeaders.CAUSATION_ID, metadata.causationId());
        add(headers, WireHeaders.TRACEPARENT, metadata.traceparent());
        return new ProducerRecord<>(family.topic(), null, metadata.key().getBytes(UTF_8), value, headers);
    }

    private byte[] written(E event, EventVersion version) {
        EventDefinition<? extends E> definition = family.definitionOf(event.getClass());
        EventSchema schema = requireWritable(definition, version);
        ObjectNode payload = definition.downcast(JSON.valueToTree(event), version.major());
        List<String> violations = schema.violations(payload);
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException("The payload is not " + schema.name() + ": " + shown(violations));
        }
        return JSON.writeValueAsBytes(payload);
    }

    private static EventSchema requireWritable(EventDefinition<?> definition, EventVersion version) {
        if (!definition.writable().contains(version)) {
            throw new IllegalArgumentException(definition.type() + " can't be written as " + version + ": it can as "
                    + definition.writable().stream().map(EventVersion::toString).collect(Collectors.joining(" or ")));
        }
        return definition.schemaOf(version).orElseThrow();
    }

    /**
     * The schema of a record's payload, by its headers.
     *
     * @throws UnreadableEventException if type or version is missing, or unknown to this build
     */
    public EventSchema schemaOf(Headers headers) {
        EventDefinition<? extends E> definition = definition(headers);
        return schema(definition, version(definition, headers));
    }

    private EventDefinition<? extends E> definition(Headers headers) {
        String type = required(headers, WireHeaders.TYPE);
        return family.definitionOf(type)
                .orElseThrow(() ->
                        new UnreadableEventException("The event type " + type + " is unknown on " + family.topic()));
    }

    /**
     * The event of a record.
     *
     * @throws UnreadableEventException if the record is no CloudEvent of this family, its major version is unknown, its
     *     payload can't be the record, or record key, subject and the payload's own key differ; the message never quotes
     *     the payload
     */
    public Envelope<E> decode(ConsumerRecord<byte[], byte[]> record) {
        Headers headers = record.headers();
        String specVersion = required(headers, WireHeaders.SPEC_VERSION);
        if (!specVersion.equals(SPEC_VERSION)) {
            throw new UnreadableEventException(
                    "The header " + WireHeaders.SPEC_VERSION + " is " + specVersion + ", not " + SPEC_VERSION);
        }
        EventDefinition<? extends E> definition = definition(headers);
        String type = definition.type();
        EventVersion version = version(definition, headers);
        EventSchema schema = schema(definition, version);
        String source = requiredIdentifier(headers, WireHeaders.SOURCE);
        String id = requiredIdentifier(headers, WireHeaders.ID);
        EventMetadata metadata = new EventMetadata(
                id(source, id),
                type,
                version,
                source,
                required(headers, WireHeaders.SUBJECT),
                time(headers, record.timestamp()),
                textOr(headers, WireHeaders.CORRELATION_ID, id),
                text(headers, WireHeaders.CAUSATION_ID),
                text(headers, WireHeaders.TRACEPARENT));
        E event = payload(definition, version, schema, record.value());
        if (!family.keyOf(event).equals(metadata.key())) {
            throw new UnreadableEventException("The subject of " + type + " " + id + " is not the key of its payload");
        }
        // Another record key may mean another partition, where nothing keeps the order of this key's events.
        if (!Arrays.equals(record.key(), metadata.key().getBytes(UTF_8))) {
            throw new UnreadableEventException("The record key of " + type + " " + id + " is not its subject");
        }
        return new Envelope<>(metadata, event);
    }

    private static EventVersion version(EventDefinition<?> definition, Headers headers) {
        String dataSchema = required(headers, WireHeaders.DATA_SCHEMA);
        String prefix = definition.type() + "/";
        if (!dataSchema.startsWith(prefix)) {
            throw new UnreadableEventException(
                    "The dataschema of " + definition.type() + " is " + prefix + "<major>.<minor>, not " + dataSchema);
        }
        try {
            return EventVersion.of(dataSchema.substring(prefix.length()));
        } catch (IllegalArgumentException e) {
            throw new UnreadableEventException("The dataschema " + dataSchema + " has no version", e);
        }
    }

    private static EventSchema schema(EventDefinition<?> definition, EventVersion version) {
        return definition
                .schemaOf(version)
                .orElseThrow(() -> new UnreadableEventException(
                        "The major version of " + definition.dataSchemaOf(version) + " is unknown: this build reads "
                                + definition.type() + " "
                                + definition.writable().stream()
                                        .map(read -> read.major() + ".x")
                                        .collect(Collectors.joining(" and "))));
    }

    // CloudEvents lets an id be any text; what is no UUID becomes the name-based UUID of source and id.
    private static UUID id(String source, String id) {
        try {
            UUID uuid = UUID.fromString(id);
            if (uuid.toString().equalsIgnoreCase(id)) {
                return uuid;
            }
        } catch (IllegalArgumentException notAUuid) {
            // falls through to the name-based one, as does "1-2-3-4-5", which fromString takes
        }
        return UUID.nameUUIDFromBytes((source + "\n" + id).getBytes(UTF_8));
    }

    private static Instant time(Headers headers, long recordTimestamp) {
        String time = text(headers, WireHeaders.TIME);
        if (time == null) {
            return Instant.ofEpochMilli(recordTimestamp);
        }
        try {
            return OffsetDateTime.parse(time).toInstant();
        } catch (DateTimeException e) {
            throw new UnreadableEventException("The time '" + time + "' is not RFC 3339", e);
        }
    }

    private static <T> T payload(
            EventDefinition<T> definition, EventVersion version, EventSchema schema, byte @Nullable [] value) {
        if (value == null) {
            throw new UnreadableEventException("An event of type " + definition.type() + " has no payload");
        }
        T payload;
        try {
            payload = schema.equals(definition.schema())
                    ? JSON.readValue(value, definition.payload())
                    : JSON.treeToValue(upcast(definition, version, schema, value), definition.payload());
        } catch (JacksonException e) {
            throw unreadable(definition, schema, value, e);
        }
        if (payload == null) {
            throw new UnreadableEventException("The payload of " + definition.type() + " is null");
        }
        return payload;
    }

    private static ObjectNode upcast(
            EventDefinition<?> definition, EventVersion version, EventSchema schema, byte[] value) {
        try {
            return definition.upcast(schema.known((ObjectNode) JSON.readTree(value)), version.major());
        } catch (JacksonException e) {
            throw e;
        } catch (RuntimeException e) {
            // A change may trust that its payload is what the schema says; where that is so, the change is at fault.
            List<String> violations = schema.violations(new String(value, UTF_8));
            throw new UnreadableEventException("The payload of " + definition.type() + " is not " + schema.name() + ": "
                    + (violations.isEmpty()
                            ? "it can't be read as " + definition.dataSchema() + ", "
                                    + e.getClass().getSimpleName()
                            : shown(violations)));
        }
    }

    // The schema says what is wrong. Jackson's own message, here and as a cause, would quote the payload, which may
    // hold personal data.
    private static UnreadableEventException unreadable(
            EventDefinition<?> definition, EventSchema schema, byte[] value, JacksonException e) {
        List<String> violations = schema.violations(new String(value, UTF_8));
        if (violations.isEmpty()) {
            String place = e.getPath().stream()
                    .map(step ->
                            step.getPropertyName() == null ? String.valueOf(step.getIndex()) : step.getPropertyName())
                    .collect(Collectors.joining("/", "/", ""));
            violations =
                    List.of(place + ": does not fit " + definition.payload().getSimpleName());
        }
        return new UnreadableEventException(
                "The payload of " + definition.type() + " is not " + schema.name() + ": " + shown(violations));
    }

    private static String shown(List<String> violations) {
        return violations.stream().limit(MAX_VIOLATIONS_SHOWN).collect(Collectors.joining("; "));
    }

    private static void add(List<Header> headers, String name, @Nullable String value) {
        if (value != null) {
            headers.add(new RecordHeader(name, value.getBytes(UTF_8)));
        }
    }

    private static String required(Headers headers, String name) {
        String value = text(headers, name);
        if (value == null) {
            throw new UnreadableEventException("The header " + name + " is missing");
        }
        return value;
    }

    private static String requiredIdentifier(Headers headers, String name) {
        required(headers, name);
        String value = identifier(headers, name);
        if (value == null) {
            throw new UnreadableEventException("The header " + name + " is empty, longer than " + MAX_IDENTIFIER_LENGTH
                    + " characters, or holds characters that can't be printed");
        }
        return value;
    }

    private static @Nullable String identifier(Headers headers, String name) {
        String value = text(headers, name);
        return value == null
                        || value.isEmpty()
                        || value.length() > MAX_IDENTIFIER_LENGTH
                        || value.chars().anyMatch(Character::isISOControl)
                ? null
                : value;
    }

    private static String textOr(Headers headers, String name, String otherwise) {
        String value = text(headers, name);
        return value == null ? otherwise : value;
    }

    private static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
    }
}
