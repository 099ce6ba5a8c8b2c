package dev.mops.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.bench.Result.Failure;
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

    private static final Figure FIGURE =
            Sample.rate("platform", PlatformByHttp.SATURATION, "orders/s", 1_250.0, 1_300.0);
    private static final Figure LIMIT = Sample.limit(10_000.0, 10_000.0);

    @TempDir
    Path folder;

    private Path home;
    private Path kept;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void folders() throws IOException {
        home = folder.resolve("home/bench");
        kept = Files.createDirectories(folder.resolve("docs/benchmarks"));
    }

    @Test
    void a_result_is_shown_and_kept_as_json_page_and_table() throws IOException {
        end(begin(), null);

        assertThat(said()).contains("platform", "saturation", "1,250").doesNotContain("Compared with");
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
        Path keep = folder.resolve("laptop.json");

        end(begin(), keep);

        assertThat(Result.read(keep)).isEqualTo(Result.read(json(home)));
        assertThat(said()).contains(keep.toString());
    }

    @Test
    void with_the_flame_graphs_of_its_run_and_without_the_recordings_they_are_made_of() throws IOException {
        Results results = begin();
        for (String file : List.of("billing-service.html", "billing-service.txt", "billing-service.jfr")) {
            Files.writeString(Files.createDirectories(results.profiles()).resolve(file), "now");
        }
        Path profiles = Files.createDirectories(folder.resolve("laptop-profiles"));
        Files.writeString(profiles.resolve("billing-service.html"), "before");

        end(results, folder.resolve("laptop.json"));

        assertThat(files(profiles))
                .containsExactlyInAnyOrder(
                        profiles.resolve("billing-service.html"), profiles.resolve("billing-service.txt"))
                .allSatisfy(file -> assertThat(file).content().isEqualTo("now"));
    }

    @Test
    void where_it_is_kept_for_the_docs_their_page_says_it_and_nothing_else_of_that_changes() throws IOException {
        Path page = Files.writeString(folder.resolve("docs/benchmarks.md"), """
                Before.

                <!-- begin: laptop.json -->
                Stale.
                <!-- end: laptop.json -->

                <!-- begin: other.json -->
                Other.
                <!-- end: other.json -->
                """);

        end(begin(), kept.resolve("laptop.json"));

        assertThat(page)
                .content()
                .startsWith("Before.\n\n<!-- begin: laptop.json -->\nMeasured on 2")
                .contains("[As JSON](benchmarks/laptop.json), [as plots](benchmarks/laptop.html)")
                .contains(
                        "| saturation by HTTP | 1,250 | 1,250 | 1,300 | orders/s |\n<!-- end: laptop.json -->\n\n<!-- begin")
                .endsWith("\nOther.\n<!-- end: other.json -->\n")
                .doesNotContain("Stale");
        assertThat(kept.resolve("laptop.html"))
                .content()
                .isEqualTo(Page.of(Result.read(kept.resolve("laptop.json")), null));
    }

    @Test
    void a_page_without_a_place_for_it_is_told_once_all_is_kept() throws IOException {
        Files.writeString(folder.resolve("docs/benchmarks.md"), "Nothing.\n");
        Path keep = kept.resolve("laptop.json");

        assertThatThrownBy(() -> end(begin(), keep))
                .isInstanceOf(LocalPlatformException.class)
                .hasMessageContaining("has no place for laptop.json: add the lines <!-- begin: laptop.json --> and");
        assertThat(keep).exists();
        assertThat(said()).contains("1,250", keep.toString());
    }

    @Test
    void it_is_compared_with_the_last_one_of_this_checkout_that_is_like_it() throws IOException {
        Path z = Files.createDirectories(home).resolve("z.json");
        write(z, Shape.WHOLE, Sample.MACHINE, 1, FIGURE);
        write(home.resolve("a.json"), Shape.WHOLE, Sample.MACHINE, 2, FIGURE);
        write(home.resolve("b.json"), Shape.QUICK, Sample.MACHINE, 3, FIGURE);
        write(home.resolve("c.json"), Shape.WHOLE, Sample.OTHER, 4, FIGURE);
        write(home.resolve("d.json"), Shape.WHOLE, Sample.MACHINE, 5, Sample.limit(1.0));
        write(kept.resolve("e.json"), Shape.WHOLE, Sample.MACHINE, 6, FIGURE);

        end(begin(), null);

        assertThat(said())
                .contains("Compared with: whole, 2026-11-22T10:15:32Z, 0123456789")
                .contains("1.00 ×");
    }

    @Test
    void one_with_more_of_its_parts_is_more_like_it_than_a_later_one() throws IOException {
        write(Files.createDirectories(home).resolve("a.json"), Shape.WHOLE, Sample.MACHINE, 1, FIGURE, LIMIT);
        write(home.resolve("b.json"), Shape.WHOLE, Sample.MACHINE, 2, LIMIT);

        begin().end(Shape.WHOLE, List.of(LIMIT, FIGURE), List.of(), null);

        assertThat(said()).contains("Compared with: whole, 2026-11-22T10:15:31Z");
    }

    @Test
    void the_first_one_of_a_checkout_is_compared_with_the_last_like_it_of_the_repository() throws IOException {
        write(kept.resolve("a.json"), Shape.WHOLE, Sample.MACHINE, 3, FIGURE);
        write(kept.resolve("b.json"), Shape.WHOLE, Sample.MACHINE, 2, FIGURE);
        write(kept.resolve("c.json"), Shape.QUICK, Sample.MACHINE, 5, FIGURE);
        write(kept.resolve("d.json"), Shape.WHOLE, Sample.OTHER, 4, FIGURE);

        end(begin(), null);

        assertThat(said()).contains("Compared with: whole, 2026-11-22T10:15:33Z, 0123456789");
        assertThat(files(home))
                .filteredOn(file -> file.toString().endsWith(".html"))
                .singleElement()
                .satisfies(page -> assertThat(page).content().contains("2026-11-22T10:15:33Z"));
    }

    @Test
    void with_one_of_another_machine_only_where_there_is_no_other() throws IOException {
        write(kept.resolve("a.json"), Shape.WHOLE, Sample.OTHER, 1, FIGURE);

        end(begin(), null);

        assertThat(said()).contains("Compared with: whole, 2026-11-22T10:15:31Z", "Another machine");
    }

    @Test
    void its_last_line_is_the_share_of_the_limit_then_and_now() throws IOException {
        write(kept.resolve("smoke.json"), Shape.SMOKE, Sample.OTHER, 1, FIGURE, Sample.limit(25_000.0, 25_000.0));

        begin().end(Shape.SMOKE, List.of(LIMIT, FIGURE), List.of(), null);

        assertThat(said())
                .endsWith("\nsmoke: 1,250 orders/s are 12.5 % of the bare single-row inserts, 32 connections,"
                        + " 10,000 transactions/s (5.00 % at fedcba9876 with changes)\n");
    }

    @Test
    void what_was_measured_is_kept_where_a_part_has_failed() throws IOException {
        begin().end(Shape.WHOLE, List.of(FIGURE), List.of(new Failure("growth", "Out of disk")), null);

        Result result = Result.read(json(home));
        assertThat(result.figures()).containsExactly(FIGURE);
        assertThat(result.failures()).containsExactly(new Failure("growth", "Out of disk"));
        assertThat(said()).contains("1,250", "FAILED: growth: Out of disk");
    }

    @Test
    void a_former_result_that_can_not_be_read_is_told_before_anything_is_measured() throws IOException {
        Path file = Files.writeString(Files.createDirectories(home).resolve("a.json"), "{}");

        assertThatThrownBy(this::begin)
                .isInstanceOf(LocalPlatformException.class)
                .hasMessageContaining(file.toString());
    }

    private Results begin() throws IOException {
        return Results.begin(home, folder, Sample.MACHINE, new PrintStream(out, true, UTF_8));
    }

    private static void end(Results results, @Nullable Path keep) throws IOException {
        results.end(Shape.WHOLE, List.of(FIGURE), List.of(), keep);
    }

    /** A result of so many seconds later than the others. */
    private static void write(Path file, Shape shape, Machine machine, int seconds, Figure... figures)
            throws IOException {
        new Result(shape, Sample.BEGIN.plusSeconds(seconds), Duration.ZERO, machine, List.of(figures), List.of())
                .write(file);
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
