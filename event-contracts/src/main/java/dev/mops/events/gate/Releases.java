package dev.mops.events.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The digests of the schemas that have been released, by type and version, in a file with the format of {@code sha256sum}.
 *
 * @param file where they are kept; nothing is released where it is missing
 */
record Releases(Path file) {

    SortedMap<String, String> read() {
        SortedMap<String, String> released = new TreeMap<>();
        if (Files.notExists(file)) {
            return released;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                String[] parts = line.split(" {2}", 2);
                if (parts.length != 2 || !parts[0].matches("[0-9a-f]{64}") || !parts[1].endsWith(".json")) {
                    throw new IllegalStateException(file + " has a line that is no digest: " + line);
                }
                String name = parts[1].substring(0, parts[1].length() - ".json".length());
                if (released.put(name, parts[0]) != null) {
                    throw new IllegalStateException(file + " has two lines of " + name);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
        }
        return released;
    }

    void write(SortedMap<String, String> released) {
        try {
            Files.writeString(
                    file,
                    released.entrySet().stream()
                            .map(line -> line.getValue() + "  " + line.getKey() + ".json\n")
                            .collect(joining()));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be written", e);
        }
    }

    /** Of the lines, however a checkout ends them. */
    static String digestOf(Path schema) {
        try {
            byte[] text = Files.readString(schema).replace("\r\n", "\n").getBytes(UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (IOException e) {
            throw new UncheckedIOException(schema + " can't be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
