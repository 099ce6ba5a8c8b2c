package dev.mops.events.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.EventDefinition;
import dev.mops.events.EventFamily;
import dev.mops.events.EventMetadata;
import dev.mops.events.EventVersion;
import dev.mops.events.UnreadableEventException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps the promises of a family's schemas, in the build of those who own it:
 *
 * <pre>{@code
 * @Test
 * void the_contracts_are_kept() {
 *     ContractGate.of(OrderEvents.FAMILY).check();
 * }
 * }</pre>
 *
 * <ul>
 *   <li>a schema that has been released never changes: {@code schemas/released.sha256} has its digest
 *   <li>a minor version is one: it adds properties that are not required, and nothing else
 *   <li>a new major version comes with its {@linkplain dev.mops.events.MajorChange change}, which makes a valid payload of
 *       a valid one, both ways
 *   <li>the newest version is what the record is, and keeps to the subset of JSON Schema that can be compared
 *   <li>each version has its bytes as a file, {@code wire/<type>/<version>.txt}, which are read back
 * </ul>
 *
 * <p>Run with {@code -Dmops.contracts=release}, it keeps the digests of versions that are new and break no other rule. It
 * never touches one that is there.
 *
 * @param <E> the family's root
 */
public final class ContractGate<E> {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Schema METASCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SchemaLocation.of(SchemaSubset.DIALECT));
    private static final String HOW = "How an event changes: docs/changing-events.md";

    private final EventFamily<E> family;
    private final EventCodec<E> codec;
    private final Path schemas;
    private final Path samples;
    private final Path releases;
    private final List<String> violations = new ArrayList<>();

    ContractGate(EventFamily<E> family, Path schemas, Path samples) {
        this.family = family;
        this.codec = new EventCodec<>(family);
        this.schemas = schemas;
        this.samples = samples;
        this.releases = schemas.resolve("released.sha256");
    }

    /** The gate of a family whose schemas and samples are resources of the module that is built. */
    public static <E> ContractGate<E> of(EventFamily<E> family) {
        return new ContractGate<>(family, Path.of("src/main/resources/schemas"), Path.of("src/test/resources/wire"));
    }

    /**
     * Fails the build where a promise is broken.
     *
     * @throws AssertionError if one is; its message names each, and what to do
     */
    public void check() {
        boolean release = "release".equals(System.getProperty("mops.contracts"));
        List<String> broken = release ? release() : violations();
        if (!broken.isEmpty()) {
            throw new AssertionError(broken.stream().collect(joining("\n", "", "\n" + HOW)));
        }
    }

    /** What is broken; empty where nothing is. */
    List<String> violations() {
        violations.clear();
        SortedMap<String, String> released = released();
        family.definitions().forEach(definition -> check(definition, released));
        return List.copyOf(violations);
    }

    /** Releases what is new and breaks no other rule, and gives what is broken then. */
    List<String> release() {
        SortedMap<String, String> released = released();
        SortedMap<String, String> withNew = new TreeMap<>(released);
        family.definitions()
                .forEach(definition -> definition.versions().stream()
                        .filter(version -> Files.exists(fileOf(definition, version)))
                        .forEach(version -> withNew.putIfAbsent(
                                definition.dataSchemaOf(version), digestOf(fileOf(definition, version)))));
        violations.clear();
        family.definitions().forEach(definition -> check(definition, withNew));
        if (violations.isEmpty() && !withNew.equals(released)) {
            try {
                Files.writeString(
                        releases,
                        withNew.entrySet().stream()
                                .map(line -> line.getValue() + "  " + line.getKey() + ".json\n")
                                .collect(joining()));
            } catch (IOException e) {
                throw new UncheckedIOException(releases + " can't be written", e);
            }
        }
        return List.copyOf(violations);
    }

    private void check(EventDefinition<? extends E> definition, SortedMap<String, String> released) {
        NavigableMap<EventVersion, JsonNode> read = new TreeMap<>();
        for (EventVersion version : definition.versions()) {
            String name = definition.dataSchemaOf(version);
            JsonNode schema = schema(definition, version);
            if (schema == null) {
                continue;
            }
            read.put(version, schema);
            digest(name, digestOf(fileOf(definition, version)), released.get(name));
            METASCHEMA
                    .validate(schema.toString(), InputFormat.JSON)
                    .forEach(error -> violations.add(name + " is no JSON Schema 2020-12: " + error));
            SchemaSubset.violations(definition.type(), schema)
                    .forEach(violation -> violations.add(name + violation(violation)));
            Map.Entry<EventVersion, JsonNode> before = read.lowerEntry(version);
            if (before != null && before.getKey().major() == version.major()) {
                minor(definition, before.getKey(), version, SchemaChange.majorBetween(before.getValue(), schema));
            }
            sample(definition, version);
        }
        if (read.containsKey(definition.version())) {
            SchemaDrift.between(definition.payload(), read.get(definition.version()))
                    .forEach(drift -> violations.add(definition.dataSchema() + violation(drift)));
        }
        unread(definition, released);
    }

    private static String violation(String placed) {
        return (placed.startsWith(":") ? "" : " at ") + placed;
    }

    private @Nullable JsonNode schema(EventDefinition<?> definition, EventVersion version) {
        Path file = fileOf(definition, version);
        if (Files.notExists(file)) {
            violations.add(definition.dataSchemaOf(version) + " has no schema: put " + file + " there");
            return null;
        }
        try {
            return JSON.readTree(Files.readString(file));
        } catch (JacksonException e) {
            violations.add(definition.dataSchemaOf(version) + " is no JSON: " + e.getOriginalMessage());
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
        }
    }

    private void digest(String name, String digest, @Nullable String released) {
        if (released == null) {
            violations.add(name + " is not released yet. When it is as you want it, run this test with"
                    + " -Dmops.contracts=release: from then on it never changes");
        } else if (!released.equals(digest)) {
            violations.add(name + " has been released and was changed. A released schema never changes, for its records"
                    + " are there: take the change back, and make it in a new version");
        }
    }

    private void minor(EventDefinition<?> definition, EventVersion before, EventVersion version, List<String> reasons) {
        if (!reasons.isEmpty()) {
            violations.add(definition.dataSchemaOf(version) + " is no minor version of " + before + ": "
                    + String.join("; ", reasons) + ". Make it " + (version.major() + 1)
                    + ".0, with a MajorChange in its family");
        }
    }

    private void sample(EventDefinition<? extends E> definition, EventVersion version) {
        String name = definition.dataSchemaOf(version);
        Path file = samples.resolve(name + ".txt");
        if (Files.notExists(file)) {
            violations.add(name + " has no sample: put a record of it there as " + file);
            return;
        }
        Envelope<E> sample;
        try {
            sample = codec.decode(WireSample.recordOf(family.topic(), Files.readString(file)));
        } catch (UnreadableEventException | IllegalArgumentException e) {
            violations.add(name + " can't be read: the sample " + file + ": " + e.getMessage());
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
        }
        if (!sample.metadata().version().equals(version)
                || !sample.metadata().type().equals(definition.type())) {
            violations.add(name + " has a sample of another type or version: " + file);
            return;
        }
        for (EventVersion written : definition.writable()) {
            // Of an older major it is enough that the newest one can be made of it.
            if (written.equals(definition.version()) || version.equals(definition.version())) {
                writable(sample, definition, written);
            }
        }
    }

    private void writable(Envelope<E> sample, EventDefinition<?> definition, EventVersion version) {
        EventMetadata read = sample.metadata();
        try {
            codec.encode(new Envelope<>(read.withVersion(version), sample.event()));
        } catch (RuntimeException e) {
            violations.add(definition.dataSchemaOf(read.version()) + " can't be written as " + version
                    + " once it is read: " + e.getMessage());
        }
    }

    /** What was released of a major that is read has to be read; majors before the oldest that is read are retired. */
    private void unread(EventDefinition<?> definition, SortedMap<String, String> released) {
        int oldest = definition.versions().getFirst().major();
        Stream.concat(released.keySet().stream(), files(definition.type()))
                .filter(name -> name.startsWith(definition.type() + "/"))
                .distinct()
                .sorted()
                .forEach(name -> {
                    EventVersion version =
                            EventVersion.of(name.substring(definition.type().length() + 1));
                    if (version.major() >= oldest && !definition.versions().contains(version)) {
                        violations.add(
                                name + " is there and not read: name it in the family, as one of the versions of "
                                        + definition.type());
                    }
                    if (Files.notExists(schemas.resolve(name + ".json"))) {
                        violations.add(name + " has been released, and its schema is gone: put it back");
                    }
                });
    }

    private Stream<String> files(String type) {
        Path folder = schemas.resolve(type);
        if (Files.notExists(folder)) {
            return Stream.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .map(name -> type + "/" + name.substring(0, name.length() - ".json".length()))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be read", e);
        }
    }

    /** Digests by type and version, in the format of {@code sha256sum}. */
    private SortedMap<String, String> released() {
        SortedMap<String, String> released = new TreeMap<>();
        if (Files.notExists(releases)) {
            return released;
        }
        try {
            for (String line : Files.readAllLines(releases)) {
                String[] parts = line.split(" {2}", 2);
                if (parts.length != 2 || !parts[0].matches("[0-9a-f]{64}") || !parts[1].endsWith(".json")) {
                    throw new IllegalStateException(releases + " has a line that is no digest: " + line);
                }
                released.put(parts[1].substring(0, parts[1].length() - ".json".length()), parts[0]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(releases + " can't be read", e);
        }
        return released;
    }

    private Path fileOf(EventDefinition<?> definition, EventVersion version) {
        return schemas.resolve(definition.dataSchemaOf(version) + ".json");
    }

    /** Of the lines, however a checkout ends them. */
    private static String digestOf(Path file) {
        try {
            byte[] text = Files.readString(file).replace("\r\n", "\n").getBytes(UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
