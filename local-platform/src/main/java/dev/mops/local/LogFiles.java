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

    /** Why a Spring Boot application did not start: its own description where there is one, else the last error. */
    static Optional<String> failure(Path log, long offset) {
        List<String> lines = lines(log, offset);
        int description = lines.lastIndexOf("Description:");
        return description >= 0 && description + 1 < lines.size()
                ? Optional.of(shortened(lines.get(description + 1)))
                : lastError(log, offset);
    }

    /** The same, of what was written after the offset. */
    static Optional<String> lastError(Path log, long offset) {
        List<String> lines = lines(log, offset);
        return lines.reversed().stream()
                .filter(line -> ERROR.matcher(line).find())
                .findFirst()
                .or(() -> lines.isEmpty() ? Optional.empty() : Optional.of(lines.getLast()))
                .map(LogFiles::shortened);
    }

    private static List<String> lines(Path log, long offset) {
        try {
            byte[] bytes = Files.readAllBytes(log);
            int from = (int) Math.min(offset, bytes.length);
            return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException notThere) {
            return List.of();
        }
    }

    private static String shortened(String line) {
        String stripped = line.strip();
        return stripped.length() > LONGEST ? stripped.substring(0, LONGEST) + "…" : stripped;
    }
}
