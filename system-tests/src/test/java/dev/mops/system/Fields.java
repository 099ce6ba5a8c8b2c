package dev.mops.system;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The fields of a payload, for people: what a schema says, line by line. */
final class Fields {

    private Fields() {}

    /**
     * A field.
     *
     * @param path from the payload, for example {@code lines[].sku}
     * @param type with its limits, in words
     * @param required whether it is there wherever what holds it is
     */
    record Field(String path, String type, boolean required, String description) {}

    static List<Field> of(JsonNode schema) {
        List<Field> fields = new ArrayList<>();
        collect(schema, "", fields);
        return fields;
    }

    private static void collect(JsonNode schema, String prefix, List<Field> fields) {
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asString()));
        schema.path("properties").properties().forEach(property -> {
            String path = prefix + property.getKey();
            JsonNode field = property.getValue();
            fields.add(new Field(
                    path,
                    typeOf(field),
                    required.contains(property.getKey()),
                    field.path("description").asString("")));
            collect(field, path + ".", fields);
            collect(field.path("items"), path + "[].", fields);
        });
    }

    private static String typeOf(JsonNode field) {
        String type = field.path("type").asString("any");
        return switch (type) {
            case "array" -> "array" + limits(field, "minItems", "maxItems", "") + " of: " + typeOf(field.path("items"));
            case "integer", "number" -> type + limits(field, "minimum", "maximum", "");
            case "string" -> stringOf(field);
            default -> type;
        };
    }

    private static String stringOf(JsonNode field) {
        if (field.path("const").isString()) {
            return "`" + field.path("const").asString() + "`";
        }
        String text =
                switch (field.path("format").asString("")) {
                    case "uuid" -> "UUID";
                    case "date-time" -> "time, RFC 3339";
                    default -> "string";
                };
        String pattern = field.path("pattern").asString("");
        return text
                + limits(field, "minLength", "maxLength", " characters")
                + (pattern.isEmpty() ? "" : ", `" + pattern + "`");
    }

    private static String limits(JsonNode field, String least, String most, String unit) {
        String from = field.path(least).asString("");
        String to = field.path(most).asString("");
        if (from.isEmpty() && to.isEmpty()) {
            return "";
        }
        if (from.isEmpty()) {
            return ", at most " + to + unit;
        }
        return to.isEmpty() ? ", at least " + from + unit : ", " + from + " to " + to + unit;
    }
}
