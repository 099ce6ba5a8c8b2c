package dev.mops.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.ZipFile;

/** A service's program, made ready to start fast: its jar unpacked, with a cache of its loaded classes (AOT cache). */
final class ServiceApp {

    /** How it runs, here and in a container: {@code Dockerfile} takes these files, too. */
    private static final List<String> JVM_OPTIONS = options("service.arguments");

    private static final List<String> TRAINING_OPTIONS = options("training.arguments");

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final Duration EXTRACT_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration TRAINING_TIMEOUT = Duration.ofMinutes(10);
    private static final int KILLED = 128;
    private static final int TOO_SLOW = -1;

    private final String name;
    private final Path target;
    private final Path jar;
    private final Path folder;

    /** The service in this folder of the repository. */
    ServiceApp(Path root, String folder) {
        Path module = root.resolve(folder).toAbsolutePath().normalize();
        this.name = String.valueOf(module.getFileName());
        this.target = module.resolve("target");
        this.jar = target.resolve(name + ".jar");
        this.folder = target.resolve("app");
    }

    /** Unpacks and trains unless that was done for this very jar. */
    synchronized void prepare(Consumer<String> say) {
        if (!Files.exists(jar)) {
            throw new LocalPlatformException(
                    jar + " is missing: build it with mvn -DskipTests package, or run ./mops up, which does");
        }
        try (FileChannel lock =
                FileChannel.open(target.resolve("app.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var _ = lock.lock();
            if (isPrepared()) {
                return;
            }
            long begin = System.nanoTime();
            Folders.delete(folder);
            Path log = target.resolve("app.log");
            Files.deleteIfExists(log);
            List<String> extract = List.of(
                    JAVA, "-Djarmode=tools", "-jar", jar.toString(), "extract", "--destination", folder.toString());
            if (run(extract, log, EXTRACT_TIMEOUT) != 0) {
                throw new LocalPlatformException("Can't unpack " + jar + ": "
                        + LogFiles.lastError(log).orElse("no reason given") + " (log: " + log + ")");
            }
            int trained = run(training(), log, TRAINING_TIMEOUT);
            if (trained > KILLED) {
                throw new LocalPlatformException(name + ": caching its classes was broken off: run this again");
            }
            if (trained == 0 && Files.exists(cache())) {
                say.accept(name + ": classes cached for a quick start in " + Durations.since(begin));
            } else {
                Files.deleteIfExists(cache());
                say.accept(name + ": starts without a class cache, slower: "
                        + LogFiles.lastError(log).orElse("no reason given") + " (log: " + log + ")");
            }
            Files.writeString(stamp(), fingerprint());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command that starts the prepared program. */
    List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(JAVA);
        command.addAll(JVM_OPTIONS);
        if (Files.exists(cache())) {
            command.add("-XX:AOTCache=" + cache());
            // A cache that does not fit is only slower: no reason to fail, nor to fill the log.
            command.add("-Xlog:disable");
            command.add("-Xlog:all=error");
        }
        command.addAll(List.of("-jar", folder.resolve(name + ".jar").toString()));
        command.addAll(arguments);
        return command;
    }

    private List<String> training() {
        List<String> command = new ArrayList<>();
        command.add(JAVA);
        command.addAll(JVM_OPTIONS);
        command.add("-XX:AOTCacheOutput=" + cache());
        command.addAll(TRAINING_OPTIONS);
        command.addAll(List.of("-jar", folder.resolve(name + ".jar").toString()));
        return command;
    }

    private boolean isPrepared() {
        try {
            return Files.exists(stamp()) && Files.readString(stamp()).equals(fingerprint());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path stamp() {
        return folder.resolve("prepared");
    }

    private Path cache() {
        return folder.resolve("app.aot");
    }

    /** What a cache depends on: the classes, the JDK, its options, and where the jar lies. */
    private String fingerprint() throws IOException {
        CRC32 crc = new CRC32();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            zip.stream().forEach(entry -> crc.update((entry.getName() + entry.getCrc()).getBytes(UTF_8)));
        }
        // The JVM refuses a cache of another JDK, also where that came with the same version to the same folder.
        FileTime jdk = Files.getLastModifiedTime(Path.of(System.getProperty("java.home"), "lib", "modules"));
        return crc.getValue() + "\n" + jar + "\n" + System.getProperty("java.vm.version") + "\n" + jdk + "\n"
                + JVM_OPTIONS + "\n" + training();
    }

    /** The lines of one of Java's argument files, without its comments. */
    private static List<String> options(String file) {
        return Resources.text(file)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    /** Runs a program to its end; returns its exit status, which is above 128 after a signal, such as Ctrl-C's. */
    private static int run(List<String> command, Path log, Duration atMost) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Process process = builder.start();
        try {
            return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : TOO_SLOW;
        } catch (InterruptedException e) {
            throw OsProcess.interrupted();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
