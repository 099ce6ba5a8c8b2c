package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A copy of this repository, to be changed and built. */
final class Checkout {

    /** Where a module's classes are: what did not change since is not compiled again. */
    private static final Set<String> BUILT = Set.of("classes", "test-classes", "spotless-index");

    private static final Duration BUILD_TIMEOUT = Duration.ofMinutes(10);

    private final Path root;

    private Checkout(Path root) {
        this.root = root;
    }

    /** The repository with the classes of its modules, but without what was built from them. */
    static Checkout in(Path folder) throws IOException {
        return new Checkout(copy(PlatformExtension.root(), folder.resolve("mo-ps")));
    }

    Path root() {
        return root;
    }

    /** A file, as text. */
    String read(String file) throws IOException {
        return Files.readString(root.resolve(file));
    }

    /** Changes one place of a file. */
    void change(String file, String what, String with) throws IOException {
        String text = read(file);
        assertThat(text.split(Pattern.quote(what), -1))
                .as("%s in %s", what, file)
                .hasSize(2);
        Files.writeString(root.resolve(file), text.replace(what, with));
    }

    /** Runs a program in the copy, to its end, without a leftover; it must succeed. */
    void run(String... command) throws IOException, InterruptedException {
        Result result = tryToRun(command);
        assertThat(result.status())
                .as("%s%n%s", String.join(" ", command), result.output())
                .isZero();
    }

    /** The same; it may fail. */
    Result tryToRun(String... command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(root.resolveSibling("."), "run", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // Maven ends before its second compiler has paid.
        String options = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
        String repository = System.getProperty("localRepository");
        builder.environment()
                .put("MAVEN_OPTS", repository == null ? options : options + " -Dmaven.repo.local=" + repository);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(BUILD_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ends", (Object) command)
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(log));
    }

    private static Path copy(Path repository, Path copy) throws IOException {
        Files.walkFileTree(repository, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) throws IOException {
                Path inside = repository.relativize(visited);
                String name = String.valueOf(visited.getFileName());
                if (isInTarget(inside)
                        ? !BUILT.contains(name)
                        : !inside.toString().isEmpty() && name.startsWith(".")) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(copy.resolve(inside));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path inside = repository.relativize(file);
                if (!isInTarget(inside)) {
                    Files.copy(file, copy.resolve(inside), StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return copy;
    }

    private static boolean isInTarget(Path inside) {
        int names = inside.getNameCount();
        return names > 2 && inside.getName(names - 2).toString().equals("target");
    }

    /**
     * How a program ended.
     *
     * @param status its exit status
     * @param output all that it printed
     */
    record Result(int status, String output) {}
}
