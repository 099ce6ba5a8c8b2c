package dev.mops.local;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A platform of fake services beside real servers, on ports and in a folder of its own; not started yet. */
abstract class WithFakeServices {

    static Path root = Path.of("");

    @TempDir
    Path folder;

    final Ports ports = Ports.free();
    Path home;
    Platform platform;

    @BeforeAll
    static void build() throws Exception {
        root = FakeService.repository();
    }

    @BeforeEach
    final void create() {
        home = folder.resolve("home");
        platform = Platform.at(root, home, ports);
    }

    @AfterEach
    final void stop() {
        platform.stop();
    }
}
