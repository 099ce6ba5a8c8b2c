package dev.mops.events.gate;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Holds a record against its schema, both ways: names, JSON types, formats, number ranges, and that a component is
 * {@link Nullable} exactly where its property is not required. Knows the types that events use; whoever needs another
 * adds it here and to {@link SchemaSubset}.
 */
final class SchemaDrift {

    private final JsonNode root;
    private final List<String> drifts = new ArrayList<>();
    private final Set<Class<?>> open = new HashSet<>();

    private SchemaDrift(JsonNode root) {
        this.root = root;
    }

    /** Where record and schema say different things; empty where they agree. */
    static List<String> between(Class<?> payload, JsonNode schema) {
        SchemaDrift drift = new SchemaDrift(schema);
        drift.object(payload, schema, "");
        return drift.drifts;
    }

    private void object(Class<?> payload, JsonNode schema, String place) {
        // A record may hold itself.
        if (expect(schema, "type", "object", payload, place) && open.add(payload)) {
            components(payload, schema, place);
            open.remove(payload);
        }
    }

    private void components(Class<?> payload, JsonNode schema, String place) {
        JsonNode properties = schema.path("properties");
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asString("")));

        Set<String> onlyInSchema = new LinkedHashSet<>(properties.propertyNames());
        onlyInSchema.addAll(required);
        for (RecordComponent component : payload.getRecordComponents()) {
            String name = component.getName();
            String below = place + "/" + name;
            onlyInSchema.remove(name);
            if (!properties.has(name)) {
                drifts.add(below + ": in the record " + payload.getSimpleName() + ", not in the schema");
                continue;
            }
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            if (nullable && required.contains(name)) {
                drifts.add(below + ": required by the schema, but @Nullable in the record");
            } else if (!nullable && !required.contains(name)) {
                drifts.add(below + ": not required by the schema, but not @Nullable in the record");
            }
            value(component.getAnnotatedType(), component.getType(), properties.path(name), below);
        }
        onlyInSchema.forEach(name ->
                drifts.add(place + "/" + name + ": in the schema, not in the record " + payload.getSimpleName()));
    }

    private void value(AnnotatedType annotated, Class<?> type, JsonNode referring, String place) {
        JsonNode schema = referring.has("$ref")
                ? root.at(referring.path("$ref").asString("").substring(1))
                : referring;
        if (type.isRecord()) {
            object(type, schema, place);
        } else if (type == List.class && annotated instanceof AnnotatedParameterizedType list) {
            expect(schema, "type", "array", type, place);
            AnnotatedType element = list.getAnnotatedActualTypeArguments()[0];
            if (element.isAnnotationPresent(Nullable.class)) {
                drifts.add(place + ": an array of the schema holds no null, but the record's list may");
            }
            if (element.getType() instanceof Class<?> elementType) {
                value(element, elementType, schema.path("items"), place + "/items");
            } else {
                drifts.add(place + ": no JSON type is known for a list of " + element.getType());
            }
        } else if (type == String.class) {
            expect(schema, "type", "string", type, place);
            expect(schema, "format", "", type, place);
        } else if (type == UUID.class) {
            expect(schema, "type", "string", type, place);
            expect(schema, "format", "uuid", type, place);
        } else if (type == Instant.class) {
            expect(schema, "type", "string", type, place);
            expect(schema, "format", "date-time", type, place);
        } else if (type == boolean.class || type == Boolean.class) {
            expect(schema, "type", "boolean", type, place);
        } else if (type == int.class || type == Integer.class) {
            integer(schema, Integer.MIN_VALUE, Integer.MAX_VALUE, type, place);
        } else if (type == long.class || type == Long.class) {
            integer(schema, Long.MIN_VALUE, Long.MAX_VALUE, type, place);
        } else {
            drifts.add(place + ": no JSON type is known for " + type.getSimpleName());
        }
    }

    // A number that the schema allows and the record can't hold would be a valid event that nobody can read.
    private void integer(JsonNode schema, long min, long max, Class<?> type, String place) {
        expect(schema, "type", "integer", type, place);
        if (!fits(schema.path("minimum"), min, max) || !fits(schema.path("maximum"), min, max)) {
            drifts.add(place + ": minimum and maximum have to keep it within " + type.getSimpleName());
        }
    }

    private static boolean fits(JsonNode bound, long min, long max) {
        return bound.canConvertToLong() && bound.asLong() >= min && bound.asLong() <= max;
    }

    private boolean expect(JsonNode schema, String keyword, String expected, Class<?> type, String place) {
        String found = schema.path(keyword).asString("");
        if (!found.equals(expected)) {
            drifts.add(place + ": " + type.getSimpleName() + " in the record, but " + keyword + " '" + found
                    + "' in the schema");
        }
        return found.equals(expected);
    }
}
