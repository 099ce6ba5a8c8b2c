package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, and what is written; system-tests builds and runs it. */
class NewServiceTest {

    @TempDir
    Path root;

    /** A copy of this repository, as it is, with nothing built. */
    @BeforeEach
    void copy() throws IOException {
        Path repository = Path.of("..").toRealPath();
        Files.walkFileTree(repository, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                String name = String.valueOf(folder.getFileName());
                if (!folder.equals(repository) && (name.startsWith(".") || name.equals("target"))) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(root.resolve(repository.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, root.resolve(repository.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "Returns", "a b", "../x", "re-turns", "returns2", "class", "true", "größe"})
    void a_name_that_can_be_no_package_database_and_topic_is_refused(String name) throws IOException {
        assertRefused(name, "from a to z");
    }

    @ParameterizedTest
    @CsvSource({
        "order,      a folder order-service",
        "shipping,   a folder shipping-service",
        "orders,     a topic orders",
        "web,        a package dev.mops.web in web",
        "events,     a package dev.mops.events in",
        "system,     a package dev.mops.system in system-tests",
        "kafka,      a 'kafka' in docker-compose.yml",
        "postgres,   a 'postgres' in docker-compose.yml",
        "mops,       a 'mops' in docker-compose.yml"
    })
    void a_name_that_is_taken_is_refused_with_what_has_it(String name, String holder) throws IOException {
        assertRefused(name, holder);
    }

    @Test
    void a_service_is_not_made_twice() throws IOException {
        NewService.of(root, "returns").write();

        assertRefused("returns", "a folder returns-service");
    }

    @Test
    void nothing_is_written_where_the_pattern_has_changed_and_the_error_names_the_file() throws IOException {
        Path changed = root.resolve("shipping-service/src/main/java/dev/mops/shipping/ShippingService.java");
        Files.writeString(
                changed, Files.readString(changed).replace("Optional<Request> intend(", "Optional<Request> plan("));

        assertRefused("returns", "ShippingService.java any more: it looks for 'intend(' and finds it 0 times");
    }

    @Test
    void a_file_that_the_pattern_no_longer_has_is_named() throws IOException {
        Files.delete(root.resolve("shipping-service/src/main/java/dev/mops/shipping/LabelImage.java"));

        assertRefused("returns", "LabelImage.java");
    }

    @Test
    void each_new_service_has_a_port_of_its_own_and_is_found_by_the_platform() {
        NewService.of(root, "returns").write();
        NewService.of(root, "loyalty").write();

        assertThat(ServiceModule.in(root))
                .contains(new ServiceModule("returns-service", 8085), new ServiceModule("loyalty-service", 8086));
    }

    @Test
    void a_container_of_mops_gets_to_know_it() throws IOException {
        NewService.of(root, "returns").write();

        assertThat(Files.readString(root.resolve("docker-compose.yml")).lines())
                .filteredOn(line -> line.contains("MOPS_SERVICES: "))
                .singleElement()
                .satisfies(line -> assertThat(ServiceModule.parse(line.strip().substring("MOPS_SERVICES: ".length())))
                        .hasSameElementsAs(ServiceModule.in(root)));
    }

    @Test
    void nothing_of_the_pattern_s_own_domain_is_left() throws IOException {
        NewService.of(root, "returns").write();

        try (Stream<Path> files = Files.walk(root.resolve("returns-service"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .hasSizeGreaterThan(10)
                    .allSatisfy(file -> assertThat(Files.readString(file).replaceAll("(?m)^import .*", ""))
                            .doesNotContainPattern("(?i)shipping|shipments|label|carrier(?!\", \"MOPS)"));
        }
    }

    private void assertRefused(String name, String reason) throws IOException {
        Map<Path, String> before = contents();

        assertThatExceptionOfType(LocalPlatformException.class)
                .isThrownBy(() -> NewService.of(root, name))
                .withMessageContaining(reason);
        assertThat(contents()).isEqualTo(before);
    }

    private Map<Path, String> contents() throws IOException {
        Map<Path, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                contents.put(file, Files.readString(file));
            }
        }
        return contents;
    }
}
