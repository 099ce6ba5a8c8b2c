package dev.mops.bench;

import dev.mops.local.LocalPlatformException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * All that a run has measured.
 *
 * @param shape how much was asked for
 * @param started when
 * @param took how long
 * @param machine on what
 * @param figures in the order in which they were measured
 * @param failures of the parts that did not come to their ends
 */
record Result(
        Shape shape, Instant started, Duration took, Machine machine, List<Figure> figures, List<Failure> failures) {

    // What is not as it was written is no result that could be compared with.
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            // The same lines on every system.
            .defaultPrettyPrinter(new DefaultPrettyPrinter()
                    .withObjectIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE.withLinefeed("\n")))
            .build();

    Result {
        figures = List.copyOf(figures);
        failures = List.copyOf(failures);
    }

    /**
     * A part that ended early.
     *
     * @param part of the benchmark
     * @param reason why
     */
    record Failure(String part, String reason) {

        String text() {
            return part + ": " + reason;
        }
    }

    /** How much is measured. */
    enum Shape {
        WHOLE,
        QUICK,
        SMOKE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The parts, in their order. */
    List<String> parts() {
        return figures.stream().map(Figure::part).distinct().toList();
    }

    List<Figure> of(String part) {
        return figures.stream().filter(figure -> figure.part().equals(part)).toList();
    }

    /** What it is called among others, in a line. */
    String title() {
        return shape + ", " + started + ", " + machine.source();
    }

    Path write(Path file) throws IOException {
        return Files.writeString(file, JSON.writeValueAsString(this) + "\n");
    }

    /** All that lie in a folder, which need not be there. */
    static List<Result> allIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Result> results = new ArrayList<>();
        for (Path file : files(folder)) {
            results.add(read(file));
        }
        return results;
    }

    /** Their files, by their names. */
    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(each -> each.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    /** @throws LocalPlatformException if the file holds something else; it says what */
    static Result read(Path file) throws IOException {
        try {
            return JSON.readValue(Files.readString(file), Result.class);
        } catch (JacksonException e) {
            throw new LocalPlatformException(
                    file + " is no result that this benchmark has written: " + why(e)
                            + "; remove it, or measure it anew",
                    e);
        }
    }

    /** What is wrong, and where: {@code machine.cores}, line 7. */
    private static String why(JacksonException e) {
        String where = e.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
        // Without Jackson's advice on its own settings.
        String what = e.getOriginalMessage().replaceFirst("(?s)( \\(set |; `DeserializationFeature|\n).*", "");
        return what + " (" + (where.isEmpty() ? "" : where + ", ")
                + (e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr()) + ")";
    }
}
