package dev.mops.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.bench.Result.Shape;
import dev.mops.local.LocalPlatformException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {

    private static final Figure FIGURE = Sample.rate("platform", "saturation", "orders/s", 1_250.0, 1_300.0);

    @TempDir
    Path folder;

    private Path home;
    private Path repository;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void folders() throws IOException {
        home = folder.resolve("home/bench");
        repository = Files.createDirectories(folder.resolve("docs/benchmarks"));
    }

    @Test
    void a_result_is_shown_and_kept_as_json_page_and_table() throws IOException {
        end(begin(), null);

        assertThat(said()).contains("platform", "saturation", "1,250").doesNotContain("Compared");
        List<Path> files = files(home);
        assertThat(files)
                .extracting(file -> file.toString().replaceFirst(".*\\.", ""))
                .containsExactlyInAnyOrder("json", "html", "md");
        assertThat(files).allSatisfy(file -> {
            assertThat(file.getFileName().toString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\.\\w+");
            assertThat(said()).contains(file.toString());
            assertThat(file).content().contains("saturation");
        });
        assertThat(Result.read(json(home)).figures()).containsExactly(FIGURE);
    }

    @Test
    void it_is_kept_in_one_more_place_where_that_is_asked_for() throws IOException {
        Path keep = repository.resolve("laptop.json");

        end(begin(), keep);

        assertThat(Result.read(keep)).isEqualTo(Result.read(json(home)));
        assertThat(said()).contains(keep.toString());
    }

    @Test
    void it_is_compared_with_the_last_one_of_this_checkout_whatever_the_names_of_the_files() throws IOException {
        at(Files.createDirectories(home).resolve("z.json"), 1, "1111111111");
        at(home.resolve("a.json"), 2, "2222222222");
        at(repository.resolve("b.json"), 3, "3333333333");

        end(begin(), null);

        assertThat(said())
                .contains("Compared with: whole, 2026-11-22T10:15:32Z, 2222222222")
                .contains("1.00 ×");
    }

    @Test
    void the_first_one_of_a_checkout_is_compared_with_the_last_one_of_the_repository() throws IOException {
        at(repository.resolve("a.json"), 3, "3333333333");
        at(repository.resolve("b.json"), 2, "2222222222");

        end(begin(), null);

        assertThat(said()).contains("Compared with: whole, 2026-11-22T10:15:33Z, 3333333333");
        assertThat(files(home))
                .filteredOn(file -> file.toString().endsWith(".html"))
                .singleElement()
                .satisfies(page -> assertThat(page).content().contains("3333333333"));
    }

    @Test
    void a_former_result_that_can_not_be_read_is_told_before_anything_is_measured() throws IOException {
        Path file = Files.writeString(Files.createDirectories(home).resolve("a.json"), "{}");

        assertThatThrownBy(this::begin)
                .isInstanceOf(LocalPlatformException.class)
                .hasMessageContaining(file.toString());
    }

    private Results begin() throws IOException {
        return Results.begin(home, repository, Sample.MACHINE, new PrintStream(out, true, UTF_8));
    }

    private static void end(Results results, @Nullable Path keep) throws IOException {
        results.end(Shape.WHOLE, List.of(FIGURE), keep);
    }

    /** A result of so many seconds later than the others. */
    private static void at(Path file, int seconds, String commit) throws IOException {
        Machine other = Sample.MACHINE;
        Machine machine = new Machine(
                other.processor(),
                other.cores(),
                other.memoryBytes(),
                other.system(),
                other.jdk(),
                other.postgres(),
                other.kafka(),
                other.fileSystem(),
                commit,
                true);
        new Result(Shape.WHOLE, Sample.BEGIN.plusSeconds(seconds), Duration.ZERO, machine, List.of(FIGURE)).write(file);
    }

    private String said() {
        return out.toString(UTF_8);
    }

    private static Path json(Path folder) throws IOException {
        return files(folder).stream()
                .filter(file -> file.toString().endsWith(".json"))
                .findFirst()
                .orElseThrow();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
