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

/** The JSON Schema (2020-12) of one version of an event type, from {@code /schemas/<type>/<version>.json}. */
public final class EventSchema {

    private final String name;
    private final String text;
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
     * English whatever the machine's language is, and quotes no value of the document.
     */
    public List<String> violations(String json) {
        List<Error> errors;
        try {
            errors = compiled()
                    .validate(json, InputFormat.JSON, context -> context.executionConfig(EventSchema::strictly));
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
        return compiled().validate(json, context -> context.executionConfig(EventSchema::strictly)).stream()
                .map(Error::toString)
                .toList();
    }

    private static void strictly(ExecutionConfig.Builder config) {
        config.formatAssertionsEnabled(true).locale(Locale.ENGLISH);
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
