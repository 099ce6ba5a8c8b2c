package dev.mops.system;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The released contracts as the modules keep them: of each version its schema and, where there is one, a record. */
record Contracts(Path root) {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String REF = "$ref";

    /** These versions of a type. */
    List<Version> of(String type, List<String> versions) {
        return versions.stream().map(version -> version(type, version)).toList();
    }

    private Version version(String type, String version) {
        String name = type + "/" + version;
        String file = "src/main/resources/schemas/" + name + ".json";
        List<Path> modules = modules().stream()
                .filter(module -> Files.exists(module.resolve(file)))
                .toList();
        List<JsonNode> schemas = modules.stream()
                .map(module -> JSON.readTree(read(module.resolve(file))))
                .distinct()
                .toList();
        if (schemas.size() != 1) {
            throw new IllegalStateException(
                    schemas.isEmpty()
                            ? "A service reads " + name + ", and no module has its schema, " + file
                            : "The schema of " + name + " is not the same in " + modules);
        }
        Sample sample = modules.stream()
                .map(module -> module.resolve("src/test/resources/wire/" + name + ".txt"))
                .filter(Files::exists)
                .findFirst()
                .map(wire -> Sample.of(read(wire)))
                .orElse(null);
        return new Version(type, version, inline(schemas.getFirst()), sample);
    }

    /** Where a module may be: the service that hears an event of another language has that event's schema itself. */
    private List<Path> modules() {
        try (Stream<Path> modules = Files.list(root);
                Stream<Path> examples = Files.list(root.resolve("examples"))) {
            return Stream.concat(modules, examples).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The modules in " + root + " can't be listed", e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
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
     * @param sample the record that is read back by each build; none where nobody keeps one
     */
    record Version(
            String type,
            String version,
            ObjectNode schema,
            @Nullable Sample sample) {

        /** Type and version, as the CloudEvents attribute {@code dataschema} has them. */
        String dataSchema() {
            return type + "/" + version;
        }
    }

    /**
     * A record as it was released.
     *
     * @param headers in their order
     */
    record Sample(String key, Map<String, String> headers, JsonNode payload) {

        private static Sample of(String wire) {
            ConsumerRecord<byte[], byte[]> record = WireSample.recordOf("", wire);
            Map<String, String> headers = new LinkedHashMap<>();
            record.headers().forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
            return new Sample(new String(record.key(), UTF_8), headers, JSON.readTree(record.value()));
        }
    }
}
