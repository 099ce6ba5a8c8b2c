package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** A main class of the tests in a JVM of its own, which ends with this one. */
final class ChildProcess implements AutoCloseable {

    private final Process process;
    private final Path log;

    private ChildProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static ChildProcess start(Path folder, String name, Class<?> main, List<String> arguments) {
        return start(folder, name, main, System.getProperty("java.class.path"), List.of(), arguments);
    }

    private static ChildProcess start(
            Path folder, String name, Class<?> main, String classPath, List<String> options, List<String> arguments) {
        Path log = folder.resolve(name + ".log");
        try {
            // A class path can be longer than a command line.
            Path java = Files.writeString(
                    folder.resolve(name + ".arguments"),
                    String.join(
                            "\n",
                            "-Xmx128m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            '"' + classPath.replace("\\", "\\\\") + '"',
                            main.getName()));
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(options);
            command.add("@" + java);
            command.addAll(arguments);
            return new ChildProcess(
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start(),
                    log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Many processes of one main class: what the first one loads is cached for the others, which start faster. The first
     * one has to end by itself.
     */
    static final class Cached {

        private final Path folder;
        private final Class<?> main;
        private final String classPath;
        private final Path cache;

        private Cached(Path folder, Class<?> main, String classPath) {
            this.folder = folder;
            this.main = main;
            this.classPath = classPath;
            this.cache = folder.resolve(main.getSimpleName() + ".aot");
        }

        static Cached of(Path folder, Class<?> main, List<String> argumentsOfTheFirst) {
            Cached cached = new Cached(folder, main, onlyJars(folder));
            try (ChildProcess first = ChildProcess.start(
                    folder,
                    "first",
                    main,
                    cached.classPath,
                    List.of("-XX:AOTCacheOutput=" + cached.cache),
                    argumentsOfTheFirst)) {
                assertThat(first.awaitExit()).as("exit status; %s", first.log()).isZero();
                assertThat(cached.cache).as(first.log()).exists();
            }
            return cached;
        }

        ChildProcess start(String name, List<String> arguments) {
            return ChildProcess.start(
                    folder, name, main, classPath, List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off"), arguments);
        }

        /** A cache takes no classes from folders. */
        private static String onlyJars(Path folder) {
            List<String> jars = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                Path path = Path.of(entry);
                jars.add(Files.isDirectory(path) ? jarOf(path, folder.resolve(jars.size() + ".jar")) : entry);
            }
            return String.join(File.pathSeparator, jars);
        }

        private static String jarOf(Path classes, Path jar) {
            try (JarOutputStream out = new JarOutputStream(new BufferedOutputStream(Files.newOutputStream(jar)));
                    Stream<Path> files = Files.walk(classes)) {
                // Folders, too: migrations are looked for in one.
                for (Path file : files.filter(file -> !file.equals(classes)).toList()) {
                    String name = classes.relativize(file).toString();
                    out.putNextEntry(new JarEntry(Files.isDirectory(file) ? name + "/" : name));
                    if (Files.isRegularFile(file)) {
                        Files.copy(file, out);
                    }
                    out.closeEntry();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return jar.toString();
        }
    }

    /** To be called by the child: its input ends with the process that started it. */
    static void endWithParent() {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                Runtime.getRuntime().halt(1);
            }
        });
    }

    /** Waits for the end and returns the exit status. */
    int awaitExit() {
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS))
                    .as(() -> "the process ends; its log: " + log())
                    .isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Sends a signal by name, for example {@code CONT}. */
    void signal(String name) {
        signal(name, process.pid());
    }

    /** Sends a signal to any process, for example the one that calls. */
    static void signal(String name, long pid) {
        try {
            assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                            .inheritIO()
                            .start()
                            .waitFor())
                    .isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the process printed. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
