package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What is refused, and what is written; system-tests builds and runs it. */
class NewServiceTest {

    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "Returns", "a b", "../x", "re-turns", "returns2", "class", "true", "größe"})
    void a_name_that_can_be_no_package_database_and_topic_is_refused(String name) {
        assertRefused(REPOSITORY, name, "from a to z");
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
    void a_name_that_is_taken_is_refused_with_what_has_it(String name, String holder) {
        assertRefused(REPOSITORY, name, holder);
    }

    @Test
    void a_service_is_not_made_twice() throws IOException {
        Path root = copy();
        NewService.of(root, "specimen").write();

        assertRefused(root, "specimen", "a folder specimen-service");
    }

    @Test
    void a_folder_that_is_left_of_a_service_is_named() throws IOException {
        Path root = copy();
        Files.createDirectories(root.resolve("specimen-service/target"));

        assertRefused(root, "specimen", "a folder specimen-service");
    }

    @Test
    void a_file_of_the_pattern_that_has_changed_is_named_with_what_is_no_longer_there() throws IOException {
        Path root = copy();
        Path changed = root.resolve("shipping-service/src/main/java/dev/mops/shipping/ShippingService.java");
        Files.writeString(
                changed, Files.readString(changed).replace("Optional<Request> intend(", "Optional<Request> plan("));

        assertRefused(root, "specimen", "ShippingService.java any more: it looks for 'intend(' and finds it 0 times");
    }

    @Test
    void a_file_that_the_pattern_no_longer_has_is_named() throws IOException {
        Path root = copy();
        Files.delete(root.resolve("shipping-service/src/main/java/dev/mops/shipping/LabelImage.java"));

        assertRefused(root, "specimen", "LabelImage.java");
    }

    @Test
    void each_new_service_has_a_port_of_its_own_and_is_found_by_the_platform() throws IOException {
        Path root = copy();
        NewService.of(root, "specimen").write();
        NewService.of(root, "keepsake").write();

        assertThat(ServiceModule.in(root))
                .extracting(ServiceModule::name)
                .contains("specimen-service", "keepsake-service");
        assertThat(ServiceModule.in(root)).extracting(ServiceModule::port).doesNotHaveDuplicates();
    }

    @Test
    void a_container_of_mops_gets_to_know_it() throws IOException {
        Path root = copy();
        NewService.of(root, "specimen").write();

        assertThat(Files.readString(root.resolve("docker-compose.yml")).lines())
                .filteredOn(line -> line.contains("MOPS_SERVICES: "))
                .singleElement()
                .satisfies(line -> assertThat(ServiceModule.parse(line.strip().substring("MOPS_SERVICES: ".length())))
                        .hasSameElementsAs(ServiceModule.in(root)));
    }

    @Test
    void its_container_is_that_of_the_pattern_but_for_name_port_and_database() throws IOException {
        Path root = copy();
        NewService made = NewService.of(root, "specimen");
        made.write();
        ComposeFile compose = ComposeFile.of(root);

        // Merged by the reader: each anchor is there, and means the same at both.
        assertThat(compose.service("specimen-service").toString())
                .isEqualTo(compose.service("shipping-service")
                        .toString()
                        .replace("shipping", "specimen")
                        .replace("SHIPPING", "SPECIMEN")
                        .replace("8084", String.valueOf(made.port())))
                .contains("image=mops/specimen-service", "postgres/specimen?", "depends_on", "mem_limit");
        assertThat(compose.content("databases").lines())
                .containsOnlyOnce("CREATE DATABASE \"specimen\";")
                .containsAll(
                        ComposeFile.of(REPOSITORY).content("databases").lines().toList());
        assertThat(Files.readString(root.resolve(".env")).lines()).containsOnlyOnce("SPECIMEN_PORT=" + made.port());
    }

    @Test
    void prometheus_reads_it_and_notices_when_there_is_none() throws IOException {
        Path root = copy();
        NewService made = NewService.of(root, "specimen");
        made.write();
        Path prometheus = root.resolve("observability/prometheus");
        Map<String, Object> settings = new Yaml().load(Files.readString(prometheus.resolve("prometheus.yml")));

        assertThat((List<?>) settings.get("scrape_configs"))
                .extracting(job ->
                        job.toString().replace("specimen", "shipping").replace(String.valueOf(made.port()), "8084"))
                .hasSize(ServiceModule.in(root).size())
                .filteredOn(job -> job.contains("shipping-service"))
                .hasSize(2)
                .containsOnly("{job_name=shipping-service, metrics_path=/actuator/prometheus, dns_sd_configs="
                        + "[{names=[shipping-service], type=A, refresh_interval=5s, port=8084}]}");
        assertThat(Files.readString(prometheus.resolve("rules.yml")))
                .containsOnlyOnce("          or absent(up{job=\"specimen-service\"})\n");
        assertThat(Files.readString(prometheus.resolve("rules-test.yml")))
                .containsOnlyOnce("'up{job=\"specimen-service\", instance=\"specimen:1\"}'\n")
                .containsOnlyOnce("\"No instance of specimen-service is found\"");
        assertThat(Files.readString(root.resolve("docker-compose.observability.yml")))
                .containsOnlyOnce("  specimen-service: *traced\n");
    }

    @Test
    void nothing_of_the_pattern_s_own_domain_is_left() throws IOException {
        Path root = copy();
        NewService.of(root, "specimen").write();

        try (Stream<Path> files = Files.walk(root.resolve("specimen-service"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .hasSizeGreaterThan(10)
                    .allSatisfy(file -> assertThat(Files.readString(file).replaceAll("(?m)^import .*", ""))
                            .doesNotContainPattern("(?i)shipping|shipments|label|carrier(?!\", \"MOPS)"));
        }
    }

    /** A copy of this repository, as it is, with nothing built. */
    private Path copy() throws IOException {
        Path root = folder.resolve("mo-ps");
        Files.walkFileTree(REPOSITORY, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                String name = String.valueOf(folder.getFileName());
                if (!folder.equals(REPOSITORY) && (name.startsWith(".") || name.equals("target"))) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(root.resolve(REPOSITORY.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, root.resolve(REPOSITORY.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
        return root;
    }

    private static void assertRefused(Path root, String name, String reason) {
        assertThatExceptionOfType(LocalPlatformException.class)
                .isThrownBy(() -> NewService.of(root, name))
                .withMessageContaining(reason);
    }
}
