package dev.mops.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.OperatingSystemMXBean;
import dev.mops.local.PostgresServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * What was measured, and on what.
 *
 * @param processor its model
 * @param cores that this program may use
 * @param memoryBytes of the machine, or of the container that this program runs in
 * @param system the operating system, with its kernel
 * @param jdk of this program and of the services
 * @param postgres the version of the database server
 * @param kafka the version of the broker
 * @param fileSystem on which the data lies
 * @param commit of the repository
 * @param clean whether the commit says all: nothing was changed after it
 */
record Machine(
        String processor,
        int cores,
        long memoryBytes,
        String system,
        String jdk,
        String postgres,
        String kafka,
        String fileSystem,
        String commit,
        boolean clean) {

    private static final String UNKNOWN = "unknown";
    private static final double GIB = 1 << 30;

    /**
     * This machine.
     *
     * @param root the repository
     * @param data where the servers keep theirs
     */
    static Machine here(Path root, Path data) throws IOException {
        FileStore store = Files.getFileStore(data);
        Optional<String> commit = said("git", "-C", root.toString(), "rev-parse", "HEAD");
        return new Machine(
                model(),
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
                operatingSystem(),
                Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
                PostgresServer.version(),
                AppInfoParser.getVersion(),
                store.type() + " on " + store.name(),
                commit.orElse(UNKNOWN),
                commit.isPresent()
                        && said("git", "-C", root.toString(), "status", "--porcelain")
                                .filter(String::isEmpty)
                                .isPresent());
    }

    /** Whether seconds on the one can be compared with seconds on the other. */
    boolean isLike(Machine other) {
        return processor.equals(other.processor)
                && cores == other.cores
                && gibibytes().equals(other.gibibytes())
                && fileSystem.equals(other.fileSystem);
    }

    /** What {@link #isLike} looks at. */
    String hardware() {
        return "%s, %d cores, %s, %s".formatted(processor, cores, gibibytes(), fileSystem);
    }

    String gibibytes() {
        return String.format(Locale.ROOT, "%.0f GiB", memoryBytes / GIB);
    }

    /** Short, as people name it; with a mark where it does not say all. */
    String source() {
        return (commit.length() > 10 ? commit.substring(0, 10) : commit) + (clean ? "" : " with changes");
    }

    private static String model() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        // On ARM Linux names no model.
        Optional<String> model = Files.exists(info)
                ? line(info, "model name").map(line -> line.substring(line.indexOf(':') + 1))
                : said("sysctl", "-n", "machdep.cpu.brand_string");
        return model.map(String::strip).orElse(System.getProperty("os.arch"));
    }

    private static String operatingSystem() throws IOException {
        String kernel = System.getProperty("os.name") + " " + System.getProperty("os.version");
        Path release = Path.of("/etc/os-release");
        Optional<String> distribution = Files.exists(release)
                ? line(release, "PRETTY_NAME=")
                        .map(line -> line.substring(line.indexOf('=') + 1).replace("\"", ""))
                : Optional.empty();
        return distribution.map(name -> kernel + " (" + name + ")").orElse(kernel);
    }

    private static Optional<String> line(Path file, String begin) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(begin)).findFirst();
        }
    }

    /** What a program says; nothing where it fails, or is not there. */
    private static Optional<String> said(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            return process.waitFor() == 0 ? Optional.of(said) : Optional.empty();
        } catch (IOException notThere) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
