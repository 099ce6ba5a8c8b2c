package dev.mops.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gets rid of data, which is gigabytes. */
final class Folder {

    private static final int MOST_TRIES = 5;

    private Folder() {}

    /**
     * Deletes a folder with all that is in it; nothing where it does not exist.
     *
     * @param keepLogs leaves the log files where they are
     */
    static void delete(Path folder, boolean keepLogs) {
        for (int i = 1; Files.exists(folder); i++) {
            try {
                walk(folder, keepLogs);
                return;
            } catch (DirectoryNotEmptyException writtenMeanwhile) {
                if (i == MOST_TRIES) {
                    throw new UncheckedIOException(writtenMeanwhile);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void walk(Path folder, boolean keepLogs) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!keepLogs || !file.toString().endsWith(".log")) {
                    Files.deleteIfExists(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                if (!keepLogs || isEmpty(visited)) {
                    Files.deleteIfExists(visited);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }
}
