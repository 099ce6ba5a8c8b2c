package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OsProcessTest {

    @TempDir
    Path folder;

    private Process started;
    private OsProcess process;

    @BeforeEach
    void start() {
        started = OsProcess.launchDetached(List.of("sleep", "600"), folder.resolve("log"), builder -> {});
        process = OsProcess.of(started.pid()).orElseThrow();
    }

    @AfterEach
    void kill() {
        started.destroyForcibly();
    }

    @Test
    void a_file_finds_the_process_that_it_was_written_for() {
        process.write(folder.resolve("pid"));

        assertThat(OsProcess.read(folder.resolve("pid"))).contains(process);
    }

    @Test
    void a_pid_that_went_to_another_process_is_neither_found_nor_killed() throws Exception {
        OsProcess former = new OsProcess(process.pid(), "another start");
        former.write(folder.resolve("pid"));

        former.kill();
        former.end("TERM", Duration.ofSeconds(1));

        assertThat(OsProcess.read(folder.resolve("pid"))).isEmpty();
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void a_file_with_something_else_in_it_names_no_process() throws Exception {
        Files.writeString(folder.resolve("pid"), "4711");
        assertThat(OsProcess.read(folder.resolve("pid"))).isEmpty();
        Files.writeString(folder.resolve("pid"), "");
        assertThat(OsProcess.read(folder.resolve("pid"))).isEmpty();
        assertThat(OsProcess.read(folder.resolve("none"))).isEmpty();
    }

    @Test
    void a_paused_process_ends_in_order_too() {
        process.signal("STOP");

        process.end("TERM", Duration.ofSeconds(10));

        assertThat(process.isAlive()).isFalse();
    }
}
