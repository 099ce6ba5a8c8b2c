package dev.mops.events.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mops.events.EventFamily;
import dev.mops.events.MajorChange;
import dev.mops.events.ParcelEvent;
import dev.mops.events.ParcelEvent.ParcelSent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class ContractGateTest {

    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final String DIGEST_OF_NOTHING =
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"; // {}

    @TempDir
    private Path folder;

    private Path schemas;
    private Path samples;
    private Path releases;

    @BeforeEach
    void copy() throws IOException {
        schemas = folder.resolve("schemas");
        samples = folder.resolve("wire");
        releases = schemas.resolve("released.sha256");
        copy("schemas/released.sha256");
        for (String version : List.of("1.0", "1.1", "2.0")) {
            copy("schemas/parcel.sent/" + version + ".json");
            copy("wire/parcel.sent/" + version + ".txt");
        }
    }

    @Test
    void what_keeps_its_promises_passes() {
        gate().check();
    }

    @Test
    void a_released_schema_never_changes() throws IOException {
        change("schemas/parcel.sent/1.0.json", "Where it goes to", "Where it goes");

        assertThat(gate().violations())
                .containsExactly(
                        "parcel.sent/1.0 has been released and was changed. A released schema never changes, for its"
                                + " records are there: take the change back, and make it in a new version");
        assertThat(gate().release()).isEqualTo(gate().violations());
    }

    @Test
    void a_released_schema_stays() throws IOException {
        Files.delete(schemas.resolve("parcel.sent/1.0.json"));

        assertThat(gate().violations())
                .containsExactly("parcel.sent/1.0 has been released, and its schema is gone: put it back");
        Files.writeString(releases, Files.readString(releases).replaceAll("(?m)^.*/1\\.0\\.json\n", ""));
        assertThat(gate().violations())
                .containsExactly(
                        "parcel.sent/1.0 has no schema: put " + schemas.resolve("parcel.sent/1.0.json") + " there");
    }

    @Test
    void a_released_type_stays_and_keeps_its_name() throws IOException {
        Files.createDirectories(schemas.resolve("parcel.lost"));
        Files.writeString(schemas.resolve("parcel.lost/1.0.json"), "{}");
        Files.writeString(releases, Files.readString(releases) + DIGEST_OF_NOTHING + "  parcel.lost/1.0.json\n");

        assertThat(gate().violations())
                .containsExactly("parcel.lost/1.0 has been released, and no event of the family is parcel.lost: its"
                        + " records would be skipped. A type keeps its name, and stays");
        assertThat(new ContractGate<>(ParcelEvent.FAMILY, Set.of("parcel.lost"), schemas, samples).violations())
                .isEmpty();
    }

    @Test
    void the_types_of_another_family_have_a_gate_of_their_own() throws IOException {
        Files.createDirectories(schemas.resolve("letter.lost"));
        Files.writeString(schemas.resolve("letter.lost/1.0.json"), "{}");
        Files.writeString(releases, Files.readString(releases) + DIGEST_OF_NOTHING + "  letter.lost/1.0.json\n");

        assertThat(gate().violations()).isEmpty();
    }

    @Test
    void a_major_version_that_is_retired_keeps_its_schemas() throws IOException {
        EventFamily<ParcelEvent> family = parcels("2.0").build();
        Files.delete(samples.resolve("parcel.sent/1.0.txt"));
        Files.delete(samples.resolve("parcel.sent/1.1.txt"));
        assertThat(gate(family).violations()).isEmpty();

        change("schemas/parcel.sent/1.0.json", "Where it goes to", "Where it goes");
        Files.delete(schemas.resolve("parcel.sent/1.1.json"));

        assertThat(gate(family).violations())
                .containsExactly(
                        "parcel.sent/1.0 has been released and was changed. A released schema never changes, for its"
                                + " records are there: take the change back, and make it in a new version",
                        "parcel.sent/1.1 has been released, and its schema is gone: put it back");
    }

    @Test
    void a_change_of_the_major_version_loses_nothing_on_the_way_there_and_back() {
        assertThat(gate(changing(payload -> payload.remove("note"))).violations())
                .containsExactly("parcel.sent/1.1 is another payload once it was read and is written again: the"
                        + " MajorChange has to lose nothing on the way there and back");
    }

    @Test
    void a_version_is_written_without_what_it_does_not_know() {
        assertThat(gate(changing(payload -> payload.put("colour", "red"))).violations())
                .contains("parcel.sent/2.0 is written as 1.1 with what 1.1 does not know: the MajorChange has to take"
                        + " it out");
    }

    @Test
    void a_released_version_is_read_until_its_major_is_retired() throws IOException {
        String digests = Files.readString(releases);
        Files.writeString(releases, digests + DIGEST_OF_NOTHING + "  parcel.sent/2.1.json\n");
        Files.writeString(schemas.resolve("parcel.sent/2.1.json"), "{}");

        assertThat(gate().violations())
                .containsExactly("parcel.sent/2.1 is there and not read: name it in the family, as one of the versions"
                        + " of parcel.sent");
    }

    @Test
    void a_new_schema_is_released_once_and_nothing_that_is_there_is_touched() throws IOException {
        String digests = Files.readString(releases);
        Files.writeString(
                releases,
                digests.lines()
                                .filter(line -> !line.contains("2.0"))
                                .findFirst()
                                .orElseThrow() + "\n");

        assertThat(gate().violations())
                .hasSize(2)
                .allSatisfy(violation -> assertThat(violation)
                        .contains("is not released yet. When it is as you want it, run this test with"
                                + " -Dmops.contracts=release"));
        assertThat(gate().release()).isEmpty();
        assertThat(releases).hasContent(digests);
        assertThat(gate().violations()).isEmpty();
    }

    @Test
    void what_breaks_a_rule_is_not_released() throws IOException {
        Files.delete(releases);
        change("schemas/parcel.sent/1.1.json", "\"maxLength\": 40", "\"maxLength\": 50");

        assertThat(gate().release()).isNotEmpty();
        assertThat(releases).doesNotExist();
    }

    @Test
    void a_minor_version_that_is_none_says_why_and_what_to_do() throws IOException {
        Files.delete(releases);
        change("schemas/parcel.sent/1.1.json", "\"maxLength\": 40", "\"maxLength\": 50");

        assertThat(gate().release())
                .containsExactly("parcel.sent/1.1 is no minor version of 1.0: /street: maxLength was 40 and is 50."
                        + " Make it 3.0, with a MajorChange in its family");
    }

    @Test
    void the_newest_version_is_what_the_record_is() throws IOException {
        Files.delete(releases);
        change("schemas/parcel.sent/2.0.json", "\"note\": {", "\"hint\": {");

        assertThat(gate().release())
                .containsExactly(
                        "parcel.sent/2.0 at /note: in the record ParcelSent, not in the schema",
                        "parcel.sent/2.0 at /hint: in the schema, not in the record ParcelSent");
    }

    @Test
    void what_can_not_be_compared_is_refused() throws IOException {
        Files.delete(releases);
        change("schemas/parcel.sent/2.0.json", "\"minItems\": 1", "\"minItems\": 1, \"uniqueItems\": true");
        change("schemas/parcel.sent/1.0.json", "\"string\"", "\"strin\"");

        assertThat(gate().release())
                .anySatisfy(violation ->
                        assertThat(violation).isEqualTo("parcel.sent/2.0 at /lines: uniqueItems is not in the subset"))
                .anySatisfy(violation ->
                        assertThat(violation).startsWith("parcel.sent/1.0 is no JSON Schema 2020-12: /properties/"));
    }

    @Test
    void what_is_no_json_is_named() throws IOException {
        change("schemas/parcel.sent/1.0.json", "\"title\"", "title");

        assertThat(gate().violations())
                .anySatisfy(violation -> assertThat(violation).startsWith("parcel.sent/1.0 is no JSON: "));
    }

    @Test
    void each_version_has_a_sample_that_can_be_read_and_written_anew() throws IOException {
        Files.delete(samples.resolve("parcel.sent/1.0.txt"));
        change("wire/parcel.sent/1.1.txt", "ce_dataschema: parcel.sent/1.1", "ce_dataschema: parcel.sent/1.0");
        change("wire/parcel.sent/2.0.txt", "Yard", "A yard that has too long a name to be a line");

        assertThat(gate().violations())
                .containsExactly(
                        "parcel.sent/1.0 has no sample: put a record of it there as "
                                + samples.resolve("parcel.sent/1.0.txt"),
                        "parcel.sent/1.1 has a sample of another type or version: "
                                + samples.resolve("parcel.sent/1.1.txt"),
                        "parcel.sent/2.0 has a sample that violates it: " + samples.resolve("parcel.sent/2.0.txt")
                                + ": /lines/1: must be at most 40 characters long");
    }

    @Test
    void a_version_that_allows_what_the_major_before_does_not_can_not_be_written_as_that() throws IOException {
        change("wire/parcel.sent/2.0.txt", "Yard", "The yard behind the second building");

        assertThat(gate().violations())
                .containsExactly("parcel.sent/2.0 can't be written as 1.1 once it is read: The payload is not"
                        + " parcel.sent/1.1: /street: must be at most 40 characters long");
    }

    @Test
    void a_sample_that_can_not_be_read_is_named_with_its_file() throws IOException {
        change("wire/parcel.sent/1.0.txt", "\"street\"", "\"road\"");
        Files.writeString(samples.resolve("parcel.sent/1.1.txt"), "nothing");

        assertThat(gate().violations())
                .containsExactly(
                        "parcel.sent/1.0 can't be read: the sample " + samples.resolve("parcel.sent/1.0.txt")
                                + ": The payload of parcel.sent is not parcel.sent/1.0: : required property 'street'"
                                + " not found",
                        "parcel.sent/1.1 can't be read: the sample " + samples.resolve("parcel.sent/1.1.txt")
                                + ": A wire sample is a key, headers, an empty line and a value");
    }

    @Test
    void a_build_that_fails_says_where_to_read_how_it_is_done() throws IOException {
        change("schemas/parcel.sent/1.0.json", "Where it goes to", "Where it goes");

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> gate().check())
                .withMessageStartingWith("parcel.sent/1.0 has been released and was changed.")
                .withMessageEndingWith("\nHow an event changes: docs/changing-events.md");
    }

    @Test
    void a_checkout_with_other_ends_of_lines_is_no_change() throws IOException {
        try (Stream<Path> files = Files.list(schemas.resolve("parcel.sent"))) {
            for (Path file : files.toList()) {
                Files.writeString(file, Files.readString(file).replace("\n", "\r\n"));
            }
        }

        assertThat(gate().violations()).isEmpty();
    }

    private ContractGate<ParcelEvent> gate() {
        return gate(ParcelEvent.FAMILY);
    }

    private ContractGate<ParcelEvent> gate(EventFamily<ParcelEvent> family) {
        return new ContractGate<>(family, Set.of(), schemas, samples);
    }

    private static EventFamily.Builder<ParcelEvent> parcels(String... versions) {
        return EventFamily.of(ParcelEvent.class)
                .topic("parcels")
                .key(ParcelEvent::parcel)
                .event(ParcelSent.class, "parcel.sent", versions);
    }

    /** The family with something wrong in the way back. */
    private static EventFamily<ParcelEvent> changing(Consumer<ObjectNode> wrong) {
        MajorChange change = new ParcelEvent.Lines();
        return parcels("1.0", "1.1", "2.0")
                .change("parcel.sent", 2, new MajorChange() {
                    @Override
                    public ObjectNode upcast(ObjectNode payload) {
                        return change.upcast(payload);
                    }

                    @Override
                    public ObjectNode downcast(ObjectNode payload) {
                        wrong.accept(payload);
                        return change.downcast(payload);
                    }
                })
                .build();
    }

    private void copy(String name) throws IOException {
        Path target = folder.resolve(name);
        Files.createDirectories(target.resolveSibling("."));
        Files.copy(RESOURCES.resolve(name), target);
    }

    private void change(String name, String part, String replacement) throws IOException {
        Path file = folder.resolve(name);
        String text = Files.readString(file);
        assertThat(text).contains(part);
        Files.writeString(file, text.replace(part, replacement));
    }
}
