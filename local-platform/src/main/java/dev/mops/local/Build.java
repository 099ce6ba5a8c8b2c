package dev.mops.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Builds what is stale, by Maven. The {@code mops} file runs this class from its source, before there is a jar to run
 * and before each {@code up}: it uses the JDK only, and nothing that it replaces is in use.
 */
final class Build {

    private static final String PROGRAM = "local-platform";
    private static final long STILL_BUILDING_SECONDS = 20;
    private static final Pattern SERVICE = Pattern.compile("<module>([a-z]+-service)</module>");
    private static final Pattern EXAMPLE = Pattern.compile("<module>(examples/[a-z]+-service)</module>");

    private final Path root;
    private final Path stamp;

    Build(Path root) {
        this.root = root;
        this.stamp = root.resolve(PROGRAM).resolve("target/mops/built");
    }

    /** Builds the repository in the folder that the only argument names. */
    public static void main(String[] args) throws IOException, InterruptedException {
        try {
            new Build(Path.of(args[0])).run();
        } catch (LocalPlatformException e) {
            System.err.println("mops: " + e.getMessage());
            System.exit(1);
        }
    }

    /** The modules that run as processes of their own, in their order. */
    static List<String> services(Path root) {
        return modules(root, SERVICE);
    }

    /** The folders of services that are examples: built with the others, and started by themselves. */
    static List<String> examples(Path root) {
        return modules(root, EXAMPLE);
    }

    private static List<String> modules(Path root, Pattern which) {
        Path pom = root.resolve("pom.xml");
        try {
            return which.matcher(Files.readString(pom))
                    .results()
                    .map(module -> module.group(1))
                    .toList();
        } catch (IOException e) {
            throw new LocalPlatformException("Can't read " + pom + ", which says what services there are", e);
        }
    }

    private void run() throws IOException, InterruptedException {
        Path lock =
                Files.createDirectories(root.resolve(PROGRAM).resolve("target")).resolve("build.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var _ = channel.lock();
            if (isStale()) {
                build();
            }
        }
    }

    /** Whether something that goes into the artifacts is newer than they are. */
    boolean isStale() throws IOException {
        FileTime built = FileTime.fromMillis(Long.MAX_VALUE);
        for (Path artifact : artifacts()) {
            if (!Files.exists(artifact)) {
                return true;
            }
            built = older(built, Files.getLastModifiedTime(artifact));
        }
        if (Files.exists(stamp)) {
            // Maven leaves a jar alone whose classes did not change: then the stamp says when it looked.
            built = newer(built, Files.getLastModifiedTime(stamp));
        }
        return newestSource().compareTo(built) > 0;
    }

    private List<Path> artifacts() {
        List<Path> artifacts = new ArrayList<>();
        artifacts.add(root.resolve(PROGRAM).resolve("target/mops/mops-program.jar"));
        Stream.concat(services(root).stream(), examples(root).stream())
                .map(root::resolve)
                .forEach(service -> artifacts.add(service.resolve("target").resolve(service.getFileName() + ".jar")));
        return artifacts;
    }

    private FileTime newestSource() throws IOException {
        FileTime newest = newestSource(root, Files.getLastModifiedTime(root.resolve("pom.xml")));
        Path examples = root.resolve("examples");
        return Files.isDirectory(examples) ? newestSource(examples, newest) : newest;
    }

    private static FileTime newestSource(Path modules, FileTime known) throws IOException {
        FileTime newest = known;
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(modules, Files::isDirectory)) {
            for (Path folder : folders) {
                Path pom = folder.resolve("pom.xml");
                Path main = folder.resolve("src/main");
                if (Files.exists(pom)) {
                    newest = newer(newest, Files.getLastModifiedTime(pom));
                }
                if (Files.exists(pom) && Files.exists(main)) {
                    // Folders count too: a file that was deleted shows only there.
                    try (Stream<Path> files = Files.walk(main)) {
                        for (Path file : (Iterable<Path>) files::iterator) {
                            newest = newer(newest, lastModified(file));
                        }
                    }
                }
            }
        }
        return newest;
    }

    private void build() throws IOException, InterruptedException {
        boolean first = !Files.exists(stamp);
        System.out.println("Building with Maven"
                + (first ? " (the first time it downloads the libraries: some minutes) …" : " what has changed …"));
        FileTime started = FileTime.fromMillis(System.currentTimeMillis());
        long begin = System.nanoTime();
        maven(
                root,
                "-Dmaven.test.skip=true",
                // The formatter is for the build that others see, not for a look at a change.
                "-Dspotless.check.skip=true",
                "-pl",
                String.join(",", services(root)) + ","
                        + examples(root).stream().map(folder -> folder + ",").collect(Collectors.joining())
                        + PROGRAM,
                "-am",
                "package");
        Files.write(stamp, List.of("mvn " + seconds(begin)));
        Files.setLastModifiedTime(stamp, started);
        System.out.println("Built in " + seconds(begin));
    }

    /** Runs Maven to its end; what it says is seen. */
    static void maven(Path root, String... arguments) throws InterruptedException {
        long begin = System.nanoTime();
        List<String> command = new ArrayList<>(List.of("mvn", "-q", "-B"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(root.toFile()).inheritIO();
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // Maven's own libraries use what newer Javas warn of.
        builder.environment()
                .merge(
                        "MAVEN_OPTS",
                        "--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED",
                        (given, ours) -> given + " " + ours);
        Process maven;
        try {
            maven = builder.start();
        } catch (IOException e) {
            throw new LocalPlatformException(
                    "Maven is missing (no mvn on the PATH): install it, https://maven.apache.org/install.html, then run"
                            + " this again",
                    e);
        }
        while (!maven.waitFor(STILL_BUILDING_SECONDS, TimeUnit.SECONDS)) {
            System.out.println("  still building, " + seconds(begin));
        }
        if (maven.exitValue() != 0) {
            throw new LocalPlatformException(
                    "The build failed; what Maven says is above. Mend it, then run this again");
        }
    }

    private static String seconds(long beginNanos) {
        return String.format(
                Locale.ROOT,
                "%.1f s",
                Duration.ofNanos(System.nanoTime() - beginNanos).toMillis() / 1000.0);
    }

    private static FileTime lastModified(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file);
        } catch (NoSuchFileException removedMeanwhile) {
            return FileTime.fromMillis(0);
        }
    }

    private static FileTime older(FileTime one, FileTime other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private static FileTime newer(FileTime one, FileTime other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
