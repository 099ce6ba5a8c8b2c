package dev.mops.bench;

import dev.mops.bench.Result.Shape;
import dev.mops.local.LocalPlatformException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for, as {@code ./mops bench} hands it over.
 *
 * @param shape how much is measured
 * @param parts of the benchmark, in their order
 * @param keep a file for the result, if any
 */
record Options(Shape shape, List<String> parts, @Nullable Path keep) {

    /** @param parts those of each shape, in their order; the whole benchmark has all that there are */
    static Options of(Function<Shape, List<String>> parts, String... arguments) {
        Shape shape = Shape.WHOLE;
        List<String> only = null;
        Path keep = null;
        List<String> open = new ArrayList<>(List.of(arguments));
        while (!open.isEmpty()) {
            String option = open.removeFirst();
            switch (option) {
                case "--quick" -> shape = Shape.QUICK;
                case "--smoke" -> shape = Shape.SMOKE;
                case "--only" ->
                    only = some(
                            parts.apply(Shape.WHOLE),
                            List.of(value(option, open).split(",", -1)));
                case "--keep" -> keep = Path.of(value(option, open));
                default ->
                    throw new LocalPlatformException("No option " + option
                            + ": there are --quick, --smoke, --only <part>[,<part>] and --keep <file>");
            }
        }
        return new Options(shape, only == null ? parts.apply(shape) : only, keep);
    }

    private static String value(String option, List<String> open) {
        if (open.isEmpty()) {
            throw new LocalPlatformException(option + " needs a value");
        }
        return open.removeFirst();
    }

    private static List<String> some(List<String> all, List<String> asked) {
        for (String part : asked) {
            if (!all.contains(part)) {
                throw new LocalPlatformException("No part '" + part + "': there are " + String.join(", ", all));
            }
        }
        return all.stream().filter(asked::contains).toList();
    }
}
