package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.local.FakePlatform.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code mops bench} refuses, and how it runs: with a benchmark that measures nothing, and no Maven. */
class BenchCommandTest {

    private static final int STATUS = 7;
    private static final String BEGUN = "begun: ";
    private static final String STOPPED = "its platform is stopped";

    @TempDir
    Path folder;

    @Test
    void it_does_not_measure_beside_a_platform_that_runs() throws IOException {
        Path run = Files.createDirectories(folder.resolve("home/run"));
        OsProcess.of(ProcessHandle.current().pid()).orElseThrow().write(run.resolve("order-service.pid"));
        try (FakePlatform platform = new FakePlatform(folder)) {
            Result result = platform.mops("bench", "--quick");

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err())
                    .contains("The platform is running (" + folder.resolve("home"), "./mops down, then this again");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"laptop", "laptop.html", "json"})
    void a_result_is_kept_in_a_json_file_only(String file) throws IOException {
        try (FakePlatform platform = new FakePlatform(folder)) {
            Result result =
                    platform.mops("bench", "--keep", folder.resolve(file).toString());

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err())
                    .contains("--keep must name a file that ends in .json, such as docs/benchmarks/laptop.json, not "
                            + folder.resolve(file));
        }
    }

    @Test
    void a_folder_is_no_file_to_keep_a_result_in() throws IOException {
        Path named = Files.createDirectories(folder.resolve("a.json"));
        try (FakePlatform platform = new FakePlatform(folder)) {
            Result result = platform.mops("bench", "--keep", named.toString());

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err()).contains("--keep must name a file, and " + named + " is a folder");
        }
    }

    @Test
    void it_is_quick_or_a_smoke_benchmark_not_both() throws IOException {
        try (FakePlatform platform = new FakePlatform(folder)) {
            Result result = platform.mops("bench", "--quick", "--smoke");

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err()).contains("--quick or --smoke, not both");
        }
    }

    @Test
    void it_builds_and_hands_on_what_it_was_asked_for_and_how_it_ended() throws Exception {
        Path keep = folder.resolve("kept/laptop.json");

        Process mops = program("bench", "--quick", "--only", "limits,platform", "--keep", keep.toString());

        assertThat(mops.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(mops.exitValue()).isEqualTo(STATUS);
        assertThat(output())
                .contains(
                        "mvn -q -B -pl benchmarks,order-service,inventory-service,billing-service,shipping-service -am"
                                + " -Dmaven.test.skip=true -Dspotless.check.skip=true package",
                        "--quick --only limits,platform --keep " + keep,
                        "of " + root() + " in " + folder.resolve("home"));
        assertThat(keep.resolveSibling(".")).isDirectory();
    }

    @Test
    void its_end_waits_for_the_end_of_what_it_has_started_and_nothing_else_is_started_meanwhile() throws Exception {
        Process mops = program("bench");
        await().atMost(60, TimeUnit.SECONDS).until(() -> output().contains(BEGUN));
        ProcessHandle started = mops.children().findFirst().orElseThrow();
        try {
            try (FakePlatform platform = new FakePlatform(folder)) {
                assertThat(platform.mops("reset").err()).contains("or is ./mops bench");
            }

            mops.destroy();

            assertThat(mops.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(output()).contains(STOPPED);
            assertThat(started.isAlive()).isFalse();
        } finally {
            started.destroyForcibly();
        }
    }

    /** Takes the place of the benchmark: ends at once, or stays, and takes a while to stop. */
    static final class FakeBench {

        private FakeBench() {}

        public static void main(String[] args) throws InterruptedException {
            System.out.println(String.join(" ", args));
            System.out.println("of " + System.getProperty("mops.root") + " in " + System.getProperty("mops.home"));
            if (args.length > 0) {
                System.exit(STATUS);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                // Long enough that one who does not wait would be gone.
                OsProcess.pause();
                System.out.println(STOPPED);
            }));
            System.out.println(BEGUN);
            Thread.currentThread().join();
        }
    }

    /** The Java program in a process of its own, in a checkout whose benchmark is the fake. */
    private Process program(String... arguments) throws IOException {
        FakeService.declare(root());
        Path jar = root().resolve("benchmarks/target/bench/mops-benchmarks.jar");
        Files.createDirectories(jar.resolveSibling("."));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, FakeBench.class.getName());
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Path.of("target/classes").toUri() + " "
                                + Path.of("target/test-classes").toUri());
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        Path maven = Files.createDirectories(folder.resolve("bin")).resolve("mvn");
        Files.writeString(maven, "#!/bin/sh\necho \"mvn $*\"\n");
        assertThat(maven.toFile().setExecutable(true)).isTrue();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dmops.root=" + root(),
                "-cp",
                System.getProperty("java.class.path"),
                Mops.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().put("PATH", folder.resolve("bin").toString());
        builder.environment().put("MOPS_HOME", folder.resolve("home").toString());
        return builder.start();
    }

    private Path root() {
        return folder.resolve("checkout");
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }
}
