package dev.mops.bench;

import dev.mops.bench.Result.Shape;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run from its begin to its result. Each result is kept in {@code .mops/bench}, by the time at which it began, and one
 * that others shall see in the file that {@code --keep} names. The last one is what the next is compared with; where there
 * is none, the last one of the repository is, in {@code docs/benchmarks}.
 */
final class Results {

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss").withZone(ZoneOffset.UTC);
    private static final String JSON = ".json";

    private final Path folder;
    private final Optional<Result> last;
    private final Machine machine;
    private final PrintStream out;
    private final Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private Results(Path folder, Optional<Result> last, Machine machine, PrintStream out) {
        this.folder = folder;
        this.last = last;
        this.machine = machine;
        this.out = out;
    }

    /**
     * Begins a run of this checkout; the system property {@code mops.home} names the folder of its results.
     *
     * @param data where the servers will keep theirs
     */
    static Results begin(Path root, Path data, PrintStream out) throws IOException {
        Path home =
                Path.of(System.getProperty("mops.home", root.resolve(".mops").toString()));
        return begin(home.resolve("bench"), root.resolve("docs/benchmarks"), Machine.here(root, data), out);
    }

    /** A former result that can't be read ends the run now, not after all was measured. */
    static Results begin(Path folder, Path repository, Machine machine, PrintStream out) throws IOException {
        Optional<Result> here = newest(folder);
        return new Results(Files.createDirectories(folder), here.isPresent() ? here : newest(repository), machine, out);
    }

    /**
     * Keeps what was measured as JSON, as a page, and as a table for a page of the docs; shows it, beside the last one.
     *
     * @param keep one more file for the JSON
     */
    void end(Shape shape, List<Figure> figures, @Nullable Path keep) throws IOException {
        Duration took = Duration.between(started, Instant.now()).truncatedTo(ChronoUnit.SECONDS);
        Result result = new Result(shape, started, took, machine, figures);
        List<Path> files = new ArrayList<>();
        String name = NAME.format(started);
        // Before all that could fail.
        files.add(result.write(folder.resolve(name + JSON)));
        out.print(Table.text(result));
        Optional<Comparison> comparison = last.map(before -> Comparison.of(result, before));
        comparison.ifPresent(found -> out.print(found.text()));
        files.add(Files.writeString(folder.resolve(name + ".html"), Page.of(result, comparison.orElse(null))));
        files.add(Files.writeString(folder.resolve(name + ".md"), Table.markdown(result)));
        if (keep != null) {
            files.add(result.write(keep));
        }
        out.println();
        files.forEach(file -> out.println("  " + file));
    }

    private static Optional<Result> newest(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        List<Result> results = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(JSON)).toList()) {
                results.add(Result.read(file));
            }
        }
        return results.stream().max(Comparator.comparing(Result::started));
    }
}
