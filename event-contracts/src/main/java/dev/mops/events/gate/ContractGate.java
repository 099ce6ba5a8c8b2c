package dev.mops.events.gate;

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
import dev.mops.events.EventSchema;
import dev.mops.events.EventVersion;
import dev.mops.events.UnreadableEventException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

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
 *   <li>a schema that has been released never changes, and its type stays: {@code schemas/released.sha256} has its digest
 *   <li>a minor version is one: it adds properties that are not required, and nothing else
 *   <li>a new major version comes with its {@linkplain dev.mops.events.MajorChange change}, which makes a valid payload of
 *       a valid one, both ways, and loses nothing on the way there and back
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
    private final Set<String> gone;
    private final Path schemas;
    private final Path samples;
    private final Releases releases;
    private final List<String> violations = new ArrayList<>();

    ContractGate(EventFamily<E> family, Set<String> gone, Path schemas, Path samples) {
        this.family = family;
        this.gone = gone;
        this.codec = new EventCodec<>(family);
        this.schemas = schemas;
        this.samples = samples;
        this.releases = new Releases(schemas.resolve("released.sha256"));
    }

    /**
     * The gate of a family whose schemas and samples are resources of the module that is built.
     *
     * @param gone types of the family that were released and are no more, since their last record is gone, too
     */
    public static <E> ContractGate<E> of(EventFamily<E> family, String... gone) {
        return new ContractGate<>(
                family, Set.of(gone), Path.of("src/main/resources/schemas"), Path.of("src/test/resources/wire"));
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
        check(releases.read());
        return List.copyOf(violations);
    }

    /** Releases what is new and breaks no other rule, and gives what is broken then. */
    List<String> release() {
        SortedMap<String, String> released = releases.read();
        SortedMap<String, String> withNew = new TreeMap<>(released);
        family.definitions()
                .forEach(definition -> definition.versions().stream()
                        .filter(version -> Files.exists(fileOf(definition, version)))
                        .forEach(version -> withNew.putIfAbsent(
                                definition.dataSchemaOf(version), Releases.digestOf(fileOf(definition, version)))));
        check(withNew);
        if (violations.isEmpty() && !withNew.equals(released)) {
            releases.write(withNew);
        }
        return List.copyOf(violations);
    }

    private void check(SortedMap<String, String> released) {
        violations.clear();
        released.forEach(this::kept);
        family.definitions().forEach(definition -> check(definition, released));
    }

    /** What was released stays as it is, also where this build does not read it any more. */
    private void kept(String name, String digest) {
        Path file = schemas.resolve(name + ".json");
        if (Files.notExists(file)) {
            violations.add(name + " has been released, and its schema is gone: put it back");
        } else if (!digest.equals(Releases.digestOf(file))) {
            violations.add(name + " has been released and was changed. A released schema never changes, for its records"
                    + " are there: take the change back, and make it in a new version");
        }
        String type = name.substring(0, name.lastIndexOf('/'));
        if (isOfTheFamily(type) && family.definitionOf(type).isEmpty() && !gone.contains(type)) {
            violations.add(name + " has been released, and no event of the family is " + type
                    + ": its records would be skipped. A type keeps its name, and stays");
        }
    }

    /** Types of a family begin alike, as {@code order.created} and {@code order.paid} do: others have a gate of their own. */
    private boolean isOfTheFamily(String type) {
        return family.definitions().stream().anyMatch(own -> beginOf(own.type()).equals(beginOf(type)));
    }

    private static String beginOf(String type) {
        int dot = type.indexOf('.');
        return dot < 0 ? type : type.substring(0, dot);
    }

    private void check(EventDefinition<? extends E> definition, SortedMap<String, String> released) {
        NavigableMap<EventVersion, JsonNode> read = new TreeMap<>();
        for (EventVersion version : definition.versions()) {
            String name = definition.dataSchemaOf(version);
            if (Files.notExists(fileOf(definition, version))) {
                if (!released.containsKey(name)) {
                    violations.add(name + " has no schema: put " + fileOf(definition, version) + " there");
                }
                continue;
            }
            JsonNode schema = schema(definition, version);
            if (schema == null) {
                continue;
            }
            read.put(version, schema);
            if (!released.containsKey(name)) {
                violations.add(name + " is not released yet. When it is as you want it, run this test with"
                        + " -Dmops.contracts=release: from then on it never changes");
            }
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
        try {
            return JSON.readTree(Files.readString(file));
        } catch (JacksonException e) {
            violations.add(definition.dataSchemaOf(version) + " is no JSON: " + e.getOriginalMessage());
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
        }
    }

    private void minor(EventDefinition<?> definition, EventVersion before, EventVersion version, List<String> reasons) {
        if (!reasons.isEmpty()) {
            violations.add(definition.dataSchemaOf(version) + " is no minor version of " + before + ": "
                    + String.join("; ", reasons) + ". Make it "
                    + (definition.version().major() + 1) + ".0, with a MajorChange in its family");
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
        JsonNode payload;
        try {
            ConsumerRecord<byte[], byte[]> record = WireSample.recordOf(family.topic(), Files.readString(file));
            sample = codec.decode(record);
            payload = JSON.readTree(record.value());
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
        List<String> wrong = definition.schemaOf(version).orElseThrow().violations(payload);
        if (!wrong.isEmpty()) {
            violations.add(name + " has a sample that violates it: " + file + ": " + String.join("; ", wrong));
            return;
        }
        for (EventVersion written : definition.writable()) {
            // Of an older major it is enough that the newest one can be made of it, and itself again.
            if (written.equals(definition.version())
                    || version.equals(definition.version())
                    || written.equals(version)) {
                writable(sample, payload, definition, written);
            }
        }
    }

    private void writable(Envelope<E> sample, JsonNode payload, EventDefinition<?> definition, EventVersion version) {
        EventMetadata read = sample.metadata();
        String name = definition.dataSchemaOf(read.version());
        JsonNode written;
        try {
            written = JSON.readTree(codec.encode(new Envelope<>(read.withVersion(version), sample.event()))
                    .value());
        } catch (RuntimeException e) {
            violations.add(name + " can't be written as " + version + " once it is read: " + e.getMessage());
            return;
        }
        EventSchema schema = definition.schemaOf(version).orElseThrow();
        if (!schema.known((ObjectNode) written.deepCopy()).equals(written)) {
            violations.add(name + " is written as " + version + " with what " + version
                    + " does not know: the MajorChange has to take it out");
        } else if (version.equals(read.version()) && !written.equals(payload)) {
            violations.add(
                    name + " is another payload once it was read and is written again: the MajorChange has to lose"
                            + " nothing on the way there and back");
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

    private Path fileOf(EventDefinition<?> definition, EventVersion version) {
        return schemas.resolve(definition.dataSchemaOf(version) + ".json");
    }
}
