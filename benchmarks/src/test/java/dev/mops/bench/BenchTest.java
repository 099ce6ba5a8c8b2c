package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program, in a process of its own. */
class BenchTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"limits, postgres.log", "messaging, service.log"})
    void whenever_it_is_ended_no_process_and_no_folder_stays(String part, String log) throws Exception {
        Process bench = bench("--only", part);
        try {
            await().atMost(Duration.ofMinutes(1))
                    .failFast(output(), () -> !bench.isAlive())
                    .until(() -> hasFile(log));

            // What Ctrl-C does, too.
            bench.destroy();

            assertThat(bench.waitFor(60, TimeUnit.SECONDS)).as(output()).isTrue();
            assertThat(home().resolve("bench")).isEmptyDirectory();
            assertThat(ProcessHandle.allProcesses()
                            .filter(process -> process.info()
                                    .commandLine()
                                    .filter(line -> line.contains(folder.toString()))
                                    .isPresent()))
                    .isEmpty();
            assertThat(output()).doesNotContain("FAILED");
        } finally {
            bench.destroyForcibly();
        }
    }

    @Test
    void a_part_that_fails_is_named_with_the_reason_and_is_in_the_result() throws Exception {
        // A checkout without services: the platform can't be started.
        Process bench = bench("--smoke", "--only", "platform");
        try {
            assertThat(bench.waitFor(60, TimeUnit.SECONDS)).as(output()).isTrue();

            assertThat(bench.exitValue()).isEqualTo(1);
            assertThat(output()).contains("FAILED: platform: Can't read " + folder.resolve("pom.xml"));
            assertThat(files(home().resolve("bench")))
                    .filteredOn(file -> file.toString().endsWith(".json"))
                    .singleElement()
                    .satisfies(file -> assertThat(Result.read(file).failures())
                            .extracting(Result.Failure::part)
                            .containsExactly("platform"));
        } finally {
            bench.destroyForcibly();
        }
    }

    private Process bench(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dmops.root=" + folder,
                "-Dmops.home=" + home(),
                "-cp",
                System.getProperty("java.class.path"),
                Bench.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
    }

    private Path home() {
        return folder.resolve("home");
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }

    private boolean hasFile(String name) throws IOException {
        return files(home()).stream().anyMatch(file -> name.equals(String.valueOf(file.getFileName())));
    }

    /** All that lie in a folder, or in one that lies there. */
    private static List<Path> files(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        } catch (UncheckedIOException goneMeanwhile) {
            return List.of();
        }
    }
}
