package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ServiceAppTest {

    private static final String SERVICE = "order-service";

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private Path prepared = Path.of("");
    private ServiceApp app;

    @BeforeEach
    void prepare() throws Exception {
        Path root = FakeService.repository();
        prepared = root.resolve(SERVICE).resolve("target/app");
        app = new ServiceApp(root, SERVICE);
        app.prepare(said::add);
        said.clear();
    }

    @Test
    void what_is_prepared_is_left_alone() {
        app.prepare(said::add);

        assertThat(said).isEmpty();
    }

    @Test
    void another_jdk_prepares_anew() throws Exception {
        Path stamp = prepared.resolve("prepared");
        String before = Files.readString(stamp);
        Files.writeString(stamp, before.replace(System.getProperty("java.vm.version"), "25-of-yesterday"));

        app.prepare(said::add);

        assertThat(said).singleElement().asString().contains("classes cached for a quick start");
        assertThat(stamp).hasContent(before);
    }

    @Test
    void a_preparation_that_was_broken_off_is_made_again() throws Exception {
        Files.delete(prepared.resolve("prepared"));
        Path interrupted = Files.createFile(FakeService.interrupted(FakeService.repository(), SERVICE));
        try {
            assertThatThrownBy(() -> app.prepare(said::add)).hasMessageContaining("run this again");
        } finally {
            Files.delete(interrupted);
        }

        app.prepare(said::add);

        assertThat(said).singleElement().asString().contains("classes cached for a quick start");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_service_runs_on_its_class_cache() throws Exception {
        Process process = OsProcess.launchDetached(
                app.command(List.of("--server.port=" + FreePorts.find())), folder.resolve("log"), builder -> {});
        try {
            // The JVM says nothing of a cache that it refuses, but does not keep it in memory.
            Path maps = Path.of("/proc", Long.toString(process.pid()), "maps");
            Awaitility.await()
                    .until(() -> Files.readString(folder.resolve("log")).contains(FakeService.STARTED));
            assertThat(Files.readString(maps))
                    .contains(prepared.resolve("app.aot").toString());
        } finally {
            process.destroyForcibly();
        }
    }
}
