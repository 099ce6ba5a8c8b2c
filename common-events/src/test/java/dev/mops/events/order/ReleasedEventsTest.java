package dev.mops.events.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.EventDefinition;
import dev.mops.events.gate.ContractGate;
import dev.mops.events.gate.WireSample;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What has been released stays: {@link ContractGate}. Every released type and version has its bytes as a file,
 * {@code src/test/resources/wire/<type>/<version>.txt}, and every build reads them all back.
 *
 * <p>For a new type or version: add its event to {@link OrderEventSamples#ALL}, then let this test write the file that is
 * missing and keep the schema's digest, look at both, and commit them. What exists is never written.
 *
 * <pre>{@code
 * mvn test -pl common-events -am -Dtest=ReleasedEventsTest -Dsurefire.failIfNoSpecifiedTests=false -Dmops.contracts=release
 * }</pre>
 */
class ReleasedEventsTest {

    private static final Path FILES = Path.of("src/test/resources/wire");

    private static final EventCodec<OrderEvent> CODEC = new EventCodec<>(OrderEvents.FAMILY);

    private static final List<Path> WRITTEN = new ArrayList<>();

    @BeforeAll
    static void write_missing_files_where_asked_to() throws IOException {
        if ("release".equals(System.getProperty("mops.contracts"))) {
            for (Envelope<OrderEvent> sample : OrderEventSamples.ALL) {
                // One of before that is gone can't be made again: the gate misses it.
                boolean isNew = OrderEvents.FAMILY
                        .definitionOf(sample.event().getClass())
                        .writable()
                        .contains(sample.metadata().version());
                if (isNew && Files.notExists(fileOf(sample))) {
                    WireSample.write(fileOf(sample), CODEC.encode(sample));
                    WRITTEN.add(fileOf(sample));
                }
            }
        }
    }

    @Test
    void the_contracts_are_kept() throws IOException {
        try {
            ContractGate.of(OrderEvents.FAMILY).check();
        } catch (AssertionError refused) {
            // What is not released has no bytes yet.
            for (Path sample : WRITTEN) {
                Files.delete(sample);
            }
            throw refused;
        }
    }

    @Test
    void every_type_has_a_sample_of_the_version_that_is_written() {
        assertThat(OrderEventSamples.ALL)
                .extracting(ReleasedEventsTest::dataSchemaOf)
                .doesNotHaveDuplicates()
                .containsAll(OrderEvents.FAMILY.definitions().stream()
                        .map(EventDefinition::dataSchema)
                        .toList());
    }

    @Test
    void every_sample_has_its_file_and_every_file_its_sample() throws IOException {
        try (Stream<Path> files = Files.walk(FILES)) {
            assertThat(files.filter(Files::isRegularFile)
                            .filter(file -> FILES.relativize(file).toString().startsWith("order.")))
                    .as("wire samples; the Javadoc of this test says how a new one is written")
                    .containsExactlyInAnyOrderElementsOf(OrderEventSamples.ALL.stream()
                            .map(ReleasedEventsTest::fileOf)
                            .toList());
        }
    }

    @ParameterizedTest(name = "{0}")
    @FieldSource("dev.mops.events.order.OrderEventSamples#ALL")
    void what_was_released_is_read(Envelope<OrderEvent> sample) throws IOException {
        assertThat(CODEC.decode(WireSample.recordOf(OrderEvents.FAMILY.topic(), Files.readString(fileOf(sample)))))
                .isEqualTo(sample);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("written")
    void what_was_released_is_still_written_so(Envelope<OrderEvent> sample) throws IOException {
        assertThat(WireSample.textOf(CODEC.encode(sample)))
                .as("a released version never changes its bytes: a change is a new version")
                .isEqualTo(Files.readString(fileOf(sample)));
    }

    @Test
    void a_file_that_exists_is_never_overwritten(@TempDir Path folder) throws IOException {
        List<Envelope<OrderEvent>> samples = OrderEventSamples.ALL;
        Path file = folder.resolve("order.created/1.0.txt");
        WireSample.write(file, CODEC.encode(samples.get(1)));
        String released = Files.readString(file);

        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> WireSample.write(file, CODEC.encode(samples.get(2))));
        assertThat(file).hasContent(released);
    }

    static List<Envelope<OrderEvent>> written() {
        List<Envelope<OrderEvent>> written = new ArrayList<>(OrderEventSamples.ALL);
        written.removeIf(sample -> !OrderEvents.FAMILY
                .definitionOf(sample.event().getClass())
                .writable()
                .contains(sample.metadata().version()));
        return written;
    }

    private static Path fileOf(Envelope<OrderEvent> sample) {
        return FILES.resolve(dataSchemaOf(sample) + ".txt");
    }

    private static String dataSchemaOf(Envelope<OrderEvent> sample) {
        return sample.metadata().type() + "/" + sample.metadata().version();
    }
}
