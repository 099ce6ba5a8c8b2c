package dev.mops.events;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The JSON Schema (2020-12) of one version of an event type, from {@code /schemas/<type>/<version>.json}. */
public final class EventSchema {

    // Whoever wrote more than this wrong is told of one fault: those of a large document would not fit into memory.
    private static final int LARGE = 64 * 1024;

    private final String name;
    private final String text;
    private volatile @Nullable JsonNode root;
    private volatile @Nullable Schema compiled;

    private EventSchema(String name, String text) {
        this.name = name;
        this.text = text;
    }

    static EventSchema of(Class<?> owner, String type, EventVersion version) {
        String path = "/schemas/" + type + "/" + version + ".json";
        try (InputStream in = owner.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("The schema of " + type + " is missing: no resource " + path);
            }
            return new EventSchema(type + "/" + version, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("The schema " + path + " can't be read", e);
        }
    }

    /** Type and version, as the CloudEvents attribute {@code dataschema} has them: {@code order.created/1.0}. */
    public String name() {
        return name;
    }

    /** The schema itself, as JSON. */
    public String text() {
        return text;
    }

    /**
     * What in this document violates the schema, formats included; empty where it is valid. Names places and rules, in
     * English whatever the machine's language is, and quotes no value of the document. Of a document of more than 64 KiB
     * only the first.
     */
    public List<String> violations(String json) {
        List<Error> errors;
        try {
            errors = compiled()
                    .validate(
                            json,
                            InputFormat.JSON,
                            context -> context.executionConfig(
                                    config -> strictly(config).failFast(json.length() > LARGE)));
        } catch (JacksonException e) {
            TokenStreamLocation location = e.getLocation();
            return List.of(
                    location == null
                            ? "no JSON"
                            : "no JSON at line " + location.getLineNr() + ", column " + location.getColumnNr());
        }
        return errors.stream().map(Error::toString).toList();
    }

    /** The same of a document that is parsed already. */
    public List<String> violations(JsonNode json) {
        return compiled().validate(json, context -> context.executionConfig(config -> strictly(config))).stream()
                .map(Error::toString)
                .toList();
    }

    /**
     * Takes out of a document what this version of the event does not know. A later version may have given the same names
     * to something else.
     *
     * @return the document itself
     */
    public ObjectNode known(ObjectNode document) {
        JsonNode schema = root;
        if (schema == null) {
            schema = JsonMapper.shared().readTree(text);
            root = schema;
        }
        forget(document, schema, schema);
        return document;
    }

    private static void forget(JsonNode document, JsonNode referring, JsonNode root) {
        JsonNode schema = referring.has("$ref")
                ? root.at(referring.path("$ref").asString("").substring(1))
                : referring;
        JsonNode properties = schema.path("properties");
        if (document instanceof ObjectNode object && properties.isObject()) {
            object.retain(properties.propertyNames());
            object.properties()
                    .forEach(property -> forget(property.getValue(), properties.path(property.getKey()), root));
        } else if (document.isArray() && schema.has("items")) {
            document.forEach(item -> forget(item, schema.path("items"), root));
        }
    }

    private static ExecutionConfig.Builder strictly(ExecutionConfig.Builder config) {
        return config.formatAssertionsEnabled(true).locale(Locale.ENGLISH);
    }

    // Compiled on first use: a service that never checks does not pay for it at start-up.
    private Schema compiled() {
        Schema schema = compiled;
        if (schema == null) {
            schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(text);
            compiled = schema;
        }
        return schema;
    }
}
