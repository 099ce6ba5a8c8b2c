package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.bench.Result.Failure;
import dev.mops.local.LocalPlatformException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultTest {

    @TempDir
    Path folder;

    @Test
    void what_is_read_is_what_was_written() throws IOException {
        Result result = Sample.whole();

        assertThat(Result.read(result.write(file()))).isEqualTo(result);
    }

    @Test
    void a_figure_without_a_value_is_one_after_reading_too() throws IOException {
        Result result = Sample.result(Sample.MACHINE, Sample.cost("platform", "nothing", "ms", Double.NaN));

        assertThat(Result.read(result.write(file()))).isEqualTo(result);
    }

    @Test
    void the_file_can_be_read_by_people_and_its_lines_keep_their_order() throws IOException {
        Sample.result(Sample.OTHER, Sample.rate("platform", "saturation", "orders/s", 2.5, 3.0))
                .write(file());

        assertThat(file()).hasContent("""
                {
                  "shape" : "whole",
                  "started" : "2026-11-22T10:15:30Z",
                  "took" : "PT38M12S",
                  "machine" : {
                    "processor" : "Another CPU",
                    "cores" : 8,
                    "memoryBytes" : 68719476736,
                    "system" : "Linux 6.18 (Debian 12)",
                    "jdk" : "25.0.3 (Somebody)",
                    "postgres" : "18.6",
                    "kafka" : "4.2.1",
                    "fileSystem" : "ext4 on /dev/sda",
                    "commit" : "fedcba9876543210",
                    "clean" : false
                  },
                  "figures" : [ {
                    "part" : "platform",
                    "name" : "saturation",
                    "unit" : "orders/s",
                    "higherIsBetter" : true,
                    "values" : [ 2.5, 3.0 ]
                  } ],
                  "failures" : [ ]
                }
                """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "cores" : 2,             | "cores" : 2, "sockets" : 1,  | "sockets"
            "cores" : 2,             |                              | Missing creator property 'cores'
            "clean" : true           | "clean" : null               | machine.clean, line 15
            "took" : "PT38M12S",     |                              | Missing creator property 'took'
            "failures" : [ ]         | "failures" : null            | failures
            "unit" : "ms",           | "unit" : null,               | 'unit'
            "shape" : "whole",       | "shape" : "half",            | half
            "started" :              | "started" : ,                | line 3
            """)
    void a_field_that_is_missing_unknown_or_wrong_is_named(String text, String instead, String named)
            throws IOException {
        String written = Files.readString(Sample.whole().write(file()));
        assertThat(written).contains(text);
        Files.writeString(file(), written.replace(text, instead == null ? "" : instead));

        assertThatThrownBy(() -> Result.read(file()))
                .isInstanceOf(LocalPlatformException.class)
                .hasMessageStartingWith(file() + " is no result that this benchmark has written: ")
                .hasMessageContaining(named)
                .hasMessageNotContaining("\n");
    }

    @Test
    void this_machine_says_what_it_is() throws IOException {
        Machine machine = Machine.here(Path.of("").toAbsolutePath(), folder);

        assertThat(List.of(
                        machine.processor(), machine.system(), machine.jdk(), machine.fileSystem(), machine.commit()))
                .allSatisfy(said -> assertThat(said).isNotBlank());
        assertThat(machine.postgres()).startsWith("18.");
        assertThat(machine.kafka()).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(machine.memoryBytes()).isPositive();
        assertThat(machine.isLike(machine)).isTrue();
    }

    @Test
    void a_folder_that_is_no_repository_has_no_commit_and_is_not_clean() throws IOException {
        Machine machine = Machine.here(folder, folder);

        assertThat(machine.commit()).isEqualTo("unknown");
        assertThat(machine.clean()).isFalse();
    }

    @Test
    void the_table_has_each_figure_under_its_part_with_the_rates_beside_the_limit_at_the_end() {
        assertThat(Table.text(Sample.result(
                        Sample.MACHINE,
                        Sample.limit(5_000.0),
                        Sample.rate("platform", "saturation", "orders/s", 3.0, 1_250.0, 2_500.0))))
                .isEqualToNormalizingNewlines("""

                limits
                                                             min      median         max  unit
                  single-row inserts, 32 connections       5,000       5,000       5,000  transactions/s

                platform
                                     min      median         max  unit
                  saturation        3.00       1,250       2,500  orders/s

                relative to single-row inserts, 32 connections
                                               min      median         max  unit
                  platform: saturation       0.001       0.250       0.500  ×
                """);
    }

    @Test
    void a_page_of_the_docs_gets_the_same_table() {
        assertThat(Table.markdown(Sample.result(
                        Sample.MACHINE, Sample.rate("platform", "one | two", "orders/s", 3.0, 1_250.0, 2_500.0))))
                .isEqualTo("""
                        ### platform

                        | what | min | median | max | unit |
                        | --- | ---: | ---: | ---: | --- |
                        | one \\| two | 3.00 | 1,250 | 2,500 | orders/s |
                        """);
    }

    @Test
    void each_form_of_it_says_what_has_failed() {
        Result sample = Sample.whole();
        Result result = new Result(
                sample.shape(),
                sample.started(),
                sample.took(),
                sample.machine(),
                sample.figures(),
                List.of(new Failure("growth", "The disk is <full>")));

        assertThat(Table.text(result)).contains("\nFAILED: growth: The disk is <full>\n");
        assertThat(Table.markdown(result)).contains("\nFailed: growth: The disk is <full>\n");
        assertThat(Page.of(result, null)).contains("<p>Failed: growth: The disk is &lt;full&gt;</p>");
    }

    private Path file() {
        return folder.resolve("result.json");
    }
}
