package dev.mops.local;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code mops bench}: builds the benchmark and runs it, in a process of its own, with this machine for itself. */
@Command(
        name = "bench",
        description = "Measure what the platform carries, on one of its own, beside what this machine gives;"
                + " compare it with the last time. Under 40 minutes.",
        sortOptions = false)
final class BenchCommand implements Callable<Integer> {

    private static final String MODULE = "benchmarks";
    private static final String PROGRAM = MODULE + "/target/bench/mops-benchmarks.jar";

    private final Path root;
    private final Platform platform;
    private final PrintStream out;

    @Option(names = "--quick", description = "The most important figures, in 3 minutes.")
    private boolean quick;

    @Option(
            names = "--smoke",
            description = "One ratio alone, what the platform carries to what the machine gives, in a minute or two.")
    private boolean smoke;

    @Option(
            names = "--only",
            paramLabel = "<part>",
            split = ",",
            description = "Some parts alone, such as limits,platform; all if not given.")
    private List<String> only = List.of();

    @Option(
            names = "--keep",
            paramLabel = "<file>",
            description = "Keep the result in this file, too, such as docs/benchmarks/laptop.json.")
    private @Nullable Path keep;

    BenchCommand(Path root, Platform platform, PrintStream out) {
        this.root = root;
        this.platform = platform;
        this.out = out;
    }

    @Override
    public Integer call() {
        if (platform.isRunning()) {
            throw new LocalPlatformException("The platform is running (" + platform.home()
                    + "), and a benchmark wants the machine for itself: ./mops down, then this again");
        }
        List<String> command = command();
        AtomicInteger status = new AtomicInteger();
        // What is started meanwhile would be measured, too.
        platform.alone(() -> {
            try {
                build();
                status.set(run(new ProcessBuilder(command).inheritIO()));
            } catch (InterruptedException e) {
                throw OsProcess.interrupted();
            }
        });
        return status.get();
    }

    private List<String> command() {
        if (quick && smoke) {
            throw new LocalPlatformException("--quick or --smoke, not both");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m",
                "-XX:+UseSerialGC",
                "-Dmops.root=" + root,
                "-Dmops.home=" + platform.home(),
                "-jar",
                root.resolve(PROGRAM).toString()));
        if (quick) {
            command.add("--quick");
        }
        if (smoke) {
            command.add("--smoke");
        }
        if (!only.isEmpty()) {
            command.addAll(List.of("--only", String.join(",", only)));
        }
        if (keep != null) {
            command.addAll(List.of("--keep", checked(keep.toAbsolutePath()).toString()));
        }
        return command;
    }

    /** Found out now, not after all has been measured. */
    private static Path checked(Path file) {
        if (!file.toString().endsWith(".json")) {
            throw new LocalPlatformException(
                    "--keep must name a file that ends in .json, such as docs/benchmarks/laptop.json, not " + file);
        }
        if (Files.isDirectory(file)) {
            throw new LocalPlatformException("--keep must name a file, and " + file + " is a folder");
        }
        Folders.create(file.resolveSibling(".").normalize());
        return file;
    }

    private void build() throws InterruptedException {
        out.println("Building with Maven what has changed …");
        Build.maven(
                root,
                "-pl",
                MODULE + "," + String.join(",", Build.services(root)),
                "-am",
                "-Dmaven.test.skip=true",
                "-Dspotless.check.skip=true",
                "package");
    }

    /** Runs a program to its end, also where this one is ended before; returns its status. */
    private static int run(ProcessBuilder program) throws InterruptedException {
        Process process;
        try {
            process = program.start();
        } catch (IOException e) {
            throw new LocalPlatformException("Can't run " + program.command().getFirst() + ": " + e.getMessage(), e);
        }
        // By Ctrl-C the terminal ends both; this one stays until the other has stopped its platform.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            process.destroy();
            process.onExit().join();
        }));
        return process.waitFor();
    }
}
