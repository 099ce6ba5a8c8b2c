package dev.mops.bench;

import dev.mops.bench.Result.Shape;
import dev.mops.local.LocalPlatformException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for, as {@code ./mops bench} hands it over.
 *
 * @param shape how much is measured
 * @param parts of the benchmark, in their order
 * @param keep a file for the result, if any
 */
record Options(Shape shape, List<String> parts, @Nullable Path keep) {

    /** @param all the parts that there are */
    static Options of(List<String> all, String... arguments) {
        Shape shape = Shape.WHOLE;
        List<String> parts = all;
        Path keep = null;
        List<String> open = new ArrayList<>(List.of(arguments));
        while (!open.isEmpty()) {
            String option = open.removeFirst();
            switch (option) {
                case "--quick" -> shape = Shape.QUICK;
                case "--only" -> parts = some(all, List.of(value(option, open).split(",", -1)));
                case "--keep" -> keep = Path.of(value(option, open));
                default ->
                    throw new LocalPlatformException(
                            "No option " + option + ": there are --quick, --only <part>[,<part>] and --keep <file>");
            }
        }
        return new Options(shape, parts, keep);
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
