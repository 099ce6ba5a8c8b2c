package dev.mops.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.events.EventVersion;
import dev.mops.events.gate.WireSample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The released contracts as they are kept in {@code common-events}: of each version its schema and a record. */
record Contracts(Path root) {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String REF = "$ref";

    /** The versions of a type, the oldest first. */
    List<Version> of(String type) {
        Path schemas = root.resolve("common-events/src/main/resources/schemas").resolve(type);
        try (Stream<Path> files = Files.list(schemas)) {
            return files.map(file -> file.getFileName().toString().replaceFirst("\\.json$", ""))
                    .map(EventVersion::of)
                    .sorted()
                    .map(version -> version(type, version, schemas.resolve(version + ".json")))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The schemas of " + type + " can't be read", e);
        }
    }

    private Version version(String type, EventVersion version, Path schema) {
        try {
            String wire = Files.readString(
                    root.resolve("common-events/src/test/resources/wire/" + type + "/" + version + ".txt"));
            return new Version(type, version.toString(), inline(JSON.readTree(Files.readString(schema))), wire);
        } catch (IOException e) {
            throw new UncheckedIOException(type + "/" + version + " can't be read", e);
        }
    }

    /** The schema without references, which would lead elsewhere within another document. */
    private static ObjectNode inline(JsonNode schema) {
        ObjectNode whole = (ObjectNode) inline(schema, schema);
        whole.remove(List.of("$schema", "$defs"));
        return whole;
    }

    private static JsonNode inline(JsonNode node, JsonNode root) {
        if (node instanceof ArrayNode array) {
            ArrayNode inlined = JSON.createArrayNode();
            array.forEach(element -> inlined.add(inline(element, root)));
            return inlined;
        }
        if (!(node instanceof ObjectNode)) {
            return node;
        }
        ObjectNode inlined = JSON.createObjectNode();
        if (node.path(REF).isString()) {
            inlined.setAll((ObjectNode) inline(root.at(node.path(REF).asString().substring(1)), root));
        }
        // What stands beside a reference says more than what it leads to.
        node.properties().stream()
                .filter(property -> !property.getKey().equals(REF))
                .forEach(property -> inlined.set(property.getKey(), inline(property.getValue(), root)));
        return inlined;
    }

    /**
     * A version of a type.
     *
     * @param schema of its payload, without references
     * @param wire the record of the released sample, as text
     */
    record Version(String type, String version, ObjectNode schema, String wire) {

        /** Type and version, as the CloudEvents attribute {@code dataschema} has them. */
        String dataSchema() {
            return type + "/" + version;
        }

        /** The payload of the sample. */
        JsonNode payload() {
            return JSON.readTree(sample().value());
        }

        /** The headers of the sample, in their order. */
        Map<String, String> headers() {
            Map<String, String> headers = new LinkedHashMap<>();
            sample().headers().forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
            return headers;
        }

        /** The key of the sample. */
        String key() {
            return new String(sample().key(), UTF_8);
        }

        private ConsumerRecord<byte[], byte[]> sample() {
            return WireSample.recordOf("", wire);
        }
    }
}
