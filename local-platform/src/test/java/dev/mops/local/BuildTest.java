package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildTest {

    private static final FileTime BEFORE = FileTime.fromMillis(1_000_000);
    private static final FileTime BUILT = FileTime.fromMillis(2_000_000);
    private static final FileTime AFTER = FileTime.fromMillis(3_000_000);

    @TempDir
    Path root;

    @BeforeEach
    void built_repository() throws IOException {
        for (String module : new String[] {"messaging", "order-service"}) {
            file(module + "/pom.xml", BEFORE);
            file(module + "/src/main/java/Some.java", BEFORE);
        }
        file("pom.xml", BEFORE);
        Files.writeString(root.resolve("pom.xml"), FakeService.MODULES);
        touch("pom.xml", BEFORE);
        file("local-platform/target/mops/mops-program.jar", BUILT);
        for (String service : Build.services(root)) {
            file(service + "/target/" + service + ".jar", BUILT);
        }
        for (String folder : new String[] {"messaging", "order-service"}) {
            touch(folder + "/src/main/java", BEFORE);
            touch(folder + "/src/main", BEFORE);
        }
    }

    @Test
    void what_is_newer_than_all_sources_is_not_stale() throws IOException {
        assertThat(new Build(root).isStale()).isFalse();
    }

    @Test
    void a_source_of_any_module_makes_it_stale() throws IOException {
        touch("messaging/src/main/java/Some.java", AFTER);

        assertThat(new Build(root).isStale()).isTrue();
    }

    @Test
    void a_source_of_an_example_makes_it_stale_and_so_does_its_missing_jar() throws IOException {
        Files.writeString(root.resolve("pom.xml"), FakeService.MODULES + "<module>examples/some-service</module>");
        touch("pom.xml", BEFORE);
        file("examples/some-service/pom.xml", BEFORE);
        assertThat(new Build(root).isStale()).isTrue();

        file("examples/some-service/target/some-service.jar", BUILT);
        assertThat(new Build(root).isStale()).isFalse();

        file("examples/some-service/src/main/java/Some.java", AFTER);
        assertThat(new Build(root).isStale()).isTrue();
    }

    @Test
    void a_test_does_not_make_it_stale() throws IOException {
        file("messaging/src/test/java/SomeTest.java", AFTER);

        assertThat(new Build(root).isStale()).isFalse();
    }

    @Test
    void a_pom_makes_it_stale() throws IOException {
        touch("order-service/pom.xml", AFTER);

        assertThat(new Build(root).isStale()).isTrue();
    }

    @Test
    void a_source_that_was_deleted_makes_it_stale() throws IOException {
        Files.delete(root.resolve("messaging/src/main/java/Some.java"));
        touch("messaging/src/main/java", AFTER);

        assertThat(new Build(root).isStale()).isTrue();
    }

    @Test
    void a_missing_jar_makes_it_stale() throws IOException {
        Files.delete(root.resolve("billing-service/target/billing-service.jar"));

        assertThat(new Build(root).isStale()).isTrue();
    }

    @Test
    void a_jar_that_the_last_build_left_alone_is_not_stale() throws IOException {
        touch("pom.xml", AFTER);
        file("local-platform/target/mops/built", FileTime.fromMillis(AFTER.toMillis() + 1));

        assertThat(new Build(root).isStale()).isFalse();
    }

    private void file(String path, FileTime modified) throws IOException {
        Path file = root.resolve(path);
        Folders.create(file.resolveSibling("."));
        Files.writeString(file, "");
        touch(path, modified);
    }

    private void touch(String path, FileTime modified) throws IOException {
        Files.setLastModifiedTime(root.resolve(path), modified);
    }
}
