package dev.mops.bench;

import dev.mops.bench.Result.Failure;
import dev.mops.bench.Result.Shape;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run from its begin to its result. Each result is kept in {@code .mops/bench}, by the time at which it began, and one
 * that others shall see in the file that {@code --keep} names, too. It is compared with the last one of which as much was
 * asked for, on a machine like this one; where there is none, with the last such one of the repository, in
 * {@code docs/benchmarks}, whatever its machine.
 */
final class Results {

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss").withZone(ZoneOffset.UTC);
    private static final String JSON = ".json";
    private static final String PROFILES = "-profiles";

    private final Path folder;
    private final Docs docs;
    private final List<Result> former;
    private final List<Result> kept;
    private final Machine machine;
    private final PrintStream out;
    private final Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private Results(Path folder, Docs docs, List<Result> former, List<Result> kept, Machine machine, PrintStream out) {
        this.folder = folder;
        this.docs = docs;
        this.former = former;
        this.kept = kept;
        this.machine = machine;
        this.out = out;
    }

    /**
     * Begins a run of this checkout, on this machine.
     *
     * @param folder where results are kept
     * @param root the repository
     */
    static Results begin(Path folder, Path root, PrintStream out) throws IOException {
        return begin(folder, root, Machine.here(root, Files.createDirectories(folder)), out);
    }

    /** A former result that can't be read ends the run now, not after all was measured. */
    static Results begin(Path folder, Path root, Machine machine, PrintStream out) throws IOException {
        Docs docs = new Docs(root.resolve("docs"));
        return new Results(
                Files.createDirectories(folder), docs, Result.allIn(folder), Result.allIn(docs.kept()), machine, out);
    }

    /** A file or folder of this run, which is called like its result. */
    Path file(String end) {
        return folder.resolve(NAME.format(started) + end);
    }

    /** Where the flame graphs of this run are, once there are any. */
    Path profiles() {
        return file(PROFILES);
    }

    /**
     * Keeps what was measured as JSON, as a page, and as a table for a page of the docs; shows it, beside the last one.
     *
     * @param keep one more file for the JSON; the flame graphs and lists of the profiles go into a folder beside it
     */
    void end(Shape shape, List<Figure> figures, List<Failure> failures, @Nullable Path keep) throws IOException {
        Duration took = Duration.between(started, Instant.now()).truncatedTo(ChronoUnit.SECONDS);
        Result result = new Result(shape, started, took, machine, figures, failures);
        // Before all that could fail.
        List<Path> files = new ArrayList<>(List.of(result.write(file(JSON))));
        out.print(Table.text(result));
        Optional<Result> before = before(result);
        Optional<Comparison> comparison = before.map(each -> Comparison.of(result, each));
        out.print(comparison
                .map(Comparison::text)
                .orElse("\nNo " + shape + " result is there to be compared with: this is the first one.\n"));
        files.add(Files.writeString(file(".html"), Page.of(result, comparison.orElse(null))));
        files.add(Files.writeString(file(".md"), Table.markdown(result)));
        if (keep != null) {
            files.add(result.write(keep));
            files.addAll(keepProfiles(keep));
        }
        out.println();
        files.forEach(file -> out.println("  " + file));
        Headline.of(result, before).ifPresent(line -> out.println("\n" + line));
        if (keep != null) {
            docs.write(keep);
        }
    }

    private List<Path> keepProfiles(Path keep) throws IOException {
        if (!Files.exists(profiles())) {
            return List.of();
        }
        Path into = keep.resolveSibling(String.valueOf(keep.getFileName()).replaceFirst("\\.json$", "") + PROFILES);
        Files.createDirectories(into);
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> profiles = Files.newDirectoryStream(profiles(), "*.{html,txt}")) {
            for (Path profile : profiles) {
                files.add(
                        Files.copy(profile, into.resolve(profile.getFileName()), StandardCopyOption.REPLACE_EXISTING));
            }
        }
        return files;
    }

    private Optional<Result> before(Result now) {
        Comparator<Result> partsInCommon = Comparator.comparingLong(each -> partsInCommon(each, now));
        return former.stream()
                .filter(each -> each.machine().isLike(now.machine()) && isComparable(each, now))
                .max(partsInCommon.thenComparing(Result::started))
                .or(() -> kept.stream()
                        .filter(each -> isComparable(each, now))
                        .max(Comparator.<Result, Boolean>comparing(
                                        each -> each.machine().isLike(now.machine()))
                                .thenComparing(partsInCommon)
                                .thenComparing(Result::started)));
    }

    private static boolean isComparable(Result before, Result now) {
        return before.shape() == now.shape() && partsInCommon(before, now) > 0;
    }

    private static long partsInCommon(Result before, Result now) {
        return before.parts().stream().filter(now.parts()::contains).count();
    }
}
