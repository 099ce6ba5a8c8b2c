package dev.mops.events.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The part of JSON Schema 2020-12 that an event's schema may use: little enough that two versions of a schema can be
 * compared rule by rule.
 *
 * <ul>
 *   <li>the keywords of {@link #KEYWORDS}, and no other; above all not {@code additionalProperties}, for which a reader of
 *       today would refuse the minor version of tomorrow
 *   <li>{@code type} is one of {@link #TYPES}, never a list; {@code format} is one of {@link #FORMATS}
 *   <li>a schema has either a {@code type} or a {@code $ref} into the {@code $defs} of its own document, with nothing
 *       but a description beside it
 *   <li>the document states its dialect and, as its title, its event type
 *   <li>the document, every property and every definition has a description
 * </ul>
 */
final class SchemaSubset {

    /** The dialect. */
    static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    /** The keywords that limit a value by themselves, in the order in which they are compared. */
    static final List<String> CONSTRAINTS = List.of(
            "type",
            "format",
            // array
            "minItems",
            "maxItems",
            // string
            "pattern",
            "minLength",
            "maxLength",
            // integer
            "minimum",
            "maximum");

    static final Set<String> KEYWORDS = Stream.concat(
                    CONSTRAINTS.stream(), Stream.of("description", "$ref", "properties", "required", "items"))
            .collect(Collectors.toUnmodifiableSet());

    static final Set<String> ROOT_KEYWORDS = Set.of("$schema", "title", "$defs");

    static final Set<String> TYPES = Set.of("object", "array", "string", "integer", "boolean");

    static final Set<String> FORMATS = Set.of("uuid", "date-time");

    private final JsonNode root;
    private final List<String> violations = new ArrayList<>();

    private SchemaSubset(JsonNode root) {
        this.root = root;
    }

    /** What in the schema of this event type is outside the subset; empty where nothing is. */
    static List<String> violations(String eventType, JsonNode schema) {
        return new SchemaSubset(schema).check(eventType);
    }

    private List<String> check(String eventType) {
        require(root.path("$schema").asString("").equals(DIALECT), "", "$schema is not " + DIALECT);
        require(root.path("title").asString("").equals(eventType), "", "title is not " + eventType);
        schema(root, "");
        described(root, "");
        root.path("$defs").properties().forEach(definition -> {
            schema(definition.getValue(), "/$defs/" + definition.getKey());
            described(definition.getValue(), "/$defs/" + definition.getKey());
            require(
                    !definition.getValue().has("$ref"),
                    "/$defs/" + definition.getKey(),
                    "$ref leads to another definition, not to a type");
        });
        return violations;
    }

    private void schema(JsonNode schema, String place) {
        for (String keyword : schema.propertyNames()) {
            boolean allowed = KEYWORDS.contains(keyword) || (place.isEmpty() && ROOT_KEYWORDS.contains(keyword));
            require(allowed, place, keyword + " is not in the subset");
        }
        if (schema.has("$ref")) {
            String reference = schema.path("$ref").asString("");
            require(
                    reference.matches("#/\\$defs/[\\w-]+")
                            && root.at(reference.substring(1)).isObject(),
                    place,
                    "$ref is no definition of this document");
            require(
                    Set.of("$ref", "description").containsAll(schema.propertyNames()),
                    place,
                    "$ref has more than a description beside it");
        } else {
            require(TYPES.contains(schema.path("type").asString("")), place, "type is none of the subset");
        }
        if (schema.has("format")) {
            require(FORMATS.contains(schema.path("format").asString("")), place, "format is none of the subset");
        }
        schema.path("properties").properties().forEach(property -> {
            schema(property.getValue(), place + "/" + property.getKey());
            described(property.getValue(), place + "/" + property.getKey());
        });
        if (schema.has("items")) {
            schema(schema.path("items"), place + "/items");
        }
    }

    private void described(JsonNode schema, String place) {
        require(!schema.path("description").asString("").isBlank(), place, "description is missing");
    }

    private void require(boolean condition, String place, String message) {
        if (!condition) {
            violations.add(place + ": " + message);
        }
    }
}
