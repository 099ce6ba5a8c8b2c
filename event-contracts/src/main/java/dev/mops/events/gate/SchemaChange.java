package dev.mops.events.gate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What one version of a schema changed of the one before, for as much of JSON Schema as {@link SchemaSubset} allows.
 *
 * <p>A minor version adds properties that are not required, and changes descriptions: then a reader of either version
 * takes the records of both. Everything else is a major change. That includes a limit that is widened, for a reader of
 * before may have a column that is as long as the limit was, and a property that is left out, for its name could come back
 * with another meaning.
 */
final class SchemaChange {

    private final JsonNode before;
    private final JsonNode after;
    private final List<String> reasons = new ArrayList<>();
    private final Set<String> open = new HashSet<>();

    private SchemaChange(JsonNode before, JsonNode after) {
        this.before = before;
        this.after = after;
    }

    /** Why the one after is no minor version of the one before, each with its place; empty where it is one. */
    static List<String> majorBetween(JsonNode before, JsonNode after) {
        SchemaChange change = new SchemaChange(before, after);
        change.compare(before, after, "");
        return change.reasons;
    }

    private void compare(JsonNode referringBefore, JsonNode referringAfter, String place) {
        // A definition may hold itself.
        String pair = referringBefore.path("$ref").asString("") + " "
                + referringAfter.path("$ref").asString("");
        boolean referred = referringBefore.has("$ref") && referringAfter.has("$ref");
        if (referred && !open.add(pair)) {
            return;
        }
        JsonNode was = resolved(before, referringBefore);
        JsonNode is = resolved(after, referringAfter);
        for (String keyword : SchemaSubset.CONSTRAINTS) {
            constraint(keyword, was.path(keyword), is.path(keyword), place);
        }
        required(was, is, place);
        was.path("properties").properties().forEach(property -> {
            String below = place + "/" + property.getKey();
            if (is.path("properties").has(property.getKey())) {
                compare(property.getValue(), is.path("properties").path(property.getKey()), below);
            } else {
                reasons.add(below + ": is left out");
            }
        });
        if (was.has("items") && is.has("items")) {
            compare(was.path("items"), is.path("items"), place + "/items");
        } else if (was.has("items") || is.has("items")) {
            reasons.add(place + ": items " + (is.has("items") ? "are described" : "are not described any more"));
        }
        if (referred) {
            open.remove(pair);
        }
    }

    private void constraint(String keyword, JsonNode was, JsonNode is, String place) {
        if (was.equals(is)) {
            return;
        }
        String change;
        if (was.isMissingNode()) {
            change = "is now " + is;
        } else if (is.isMissingNode()) {
            change = "was " + was + " and is left out";
        } else {
            change = "was " + was + " and is " + is;
        }
        reasons.add(place + ": " + keyword + " " + change);
    }

    private void required(JsonNode was, JsonNode is, String place) {
        Set<String> before = names(was);
        Set<String> now = names(is);
        now.stream()
                .filter(name -> !before.contains(name))
                .map(name -> place + "/" + name
                        + (was.path("properties").has(name) ? ": is required, and was not" : ": is new, and required"))
                .forEach(reasons::add);
        before.stream()
                .filter(name -> !now.contains(name) && is.path("properties").has(name))
                .map(name -> place + "/" + name + ": was required, and is not")
                .forEach(reasons::add);
    }

    private static Set<String> names(JsonNode schema) {
        Set<String> names = new LinkedHashSet<>();
        schema.path("required").forEach(name -> names.add(name.asString("")));
        return names;
    }

    private static JsonNode resolved(JsonNode document, JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.path("$ref").asString("").substring(1)) : schema;
    }
}
