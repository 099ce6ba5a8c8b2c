package dev.mops.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the line of a log that a user wants to see first. */
final class LogFiles {

    private static final Pattern ERROR = Pattern.compile("\\b(ERROR|FATAL|PANIC|Exception|Caused by|error)\\b");
    private static final int LONGEST = 300;

    private LogFiles() {}

    /** The bytes in the log; zero where there is none. */
    static long size(Path log) {
        return log.toFile().length();
    }

    /** The last line that speaks of an error, else the last line at all. */
    static Optional<String> lastError(Path log) {
        return lastError(log, 0);
    }

    /** The same, of what was written after the offset. */
    static Optional<String> lastError(Path log, long offset) {
        try {
            byte[] bytes = Files.readAllBytes(log);
            int from = (int) Math.min(offset, bytes.length);
            List<String> lines = new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.reversed().stream()
                    .filter(line -> ERROR.matcher(line).find())
                    .findFirst()
                    .or(() -> lines.isEmpty() ? Optional.empty() : Optional.of(lines.getLast()))
                    .map(String::strip)
                    .map(line -> line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line);
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }
}
