package dev.mops.bench;

import dev.mops.local.LocalPlatformException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the docs say of a result that is kept in {@code docs/benchmarks}: its tables on the page, between two marks that name
 * its file, and its plots beside it. Both are made of the result alone.
 */
final class Docs {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path folder;

    Docs(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** Where results are kept. */
    Path kept() {
        return folder.resolve("benchmarks");
    }

    Path page() {
        return folder.resolve("benchmarks.md");
    }

    /** Writes what is said of a result; nothing, where that is kept elsewhere. */
    void write(Path file) throws IOException {
        Path kept = file.toAbsolutePath().normalize();
        if (kept().equals(kept.getParent())) {
            Files.writeString(plots(kept), plotsOf(kept));
            Files.writeString(page(), pageWith(kept));
        }
    }

    /** The file of a result's plots. */
    static Path plots(Path kept) {
        return kept.resolveSibling(name(kept).replaceFirst("json$", "html"));
    }

    static String plotsOf(Path kept) throws IOException {
        return Page.of(Result.read(kept), null);
    }

    /** The page as it is, with what it shall say of this result. */
    String pageWith(Path kept) throws IOException {
        String text = Files.readString(page());
        String begin = "<!-- begin: " + name(kept) + " -->\n";
        String end = "<!-- end: " + name(kept) + " -->\n";
        Matcher place = Pattern.compile(Pattern.quote(begin) + ".*?" + Pattern.quote(end), Pattern.DOTALL)
                .matcher(text);
        if (!place.find()) {
            throw new LocalPlatformException(page() + " has no place for " + name(kept) + ": add the lines "
                    + begin.strip() + " and " + end.strip() + " where its figures shall stand");
        }
        return text.substring(0, place.start())
                + begin
                + said(Result.read(kept), name(kept))
                + end
                + text.substring(place.end());
    }

    private static String said(Result result, String name) {
        Machine machine = result.machine();
        return """
                Measured on %s, commit %s, by the %s benchmark, in %d min %d s, on %d cores (%s), %s of memory, %s, %s,
                JDK %s, PostgreSQL %s, Kafka %s. [As JSON](benchmarks/%s), [as plots](benchmarks/%s).

                %s""".formatted(
                        DAY.format(result.started()),
                        machine.source(),
                        result.shape(),
                        result.took().toMinutes(),
                        result.took().toSecondsPart(),
                        machine.cores(),
                        machine.processor(),
                        machine.gibibytes(),
                        machine.fileSystem(),
                        machine.system(),
                        machine.jdk(),
                        machine.postgres(),
                        machine.kafka(),
                        name,
                        name.replaceFirst("json$", "html"),
                        Table.markdown(result));
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
