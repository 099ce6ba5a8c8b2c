package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mops.system.Checkout.Result;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code examples/notifier} in a copy of the repository: processes of Node.js. */
final class Notifier {

    private static final String FOLDER = "examples/notifier";
    private static final Pattern VERSION = Pattern.compile("v(\\d+)\\.(\\d+)\\..*\\s*");
    private static final Pattern NO_REGISTRY = Pattern.compile(
            "code E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH|NOTCACHED)");

    private final Path folder;
    private final Path log;

    private Notifier(Path folder, Path log) {
        this.folder = folder;
        this.log = log;
    }

    /** Installs it and runs its own tests. Where Node.js or npm's registry is not there, the test that asks is skipped. */
    static Notifier installed(Checkout checkout, Path log) throws IOException, InterruptedException {
        for (String program : new String[] {"node", "npm"}) {
            assumeTrue(isOnThePath(program), program + " is not there: the notifier does not run");
        }
        String version = checkout.tryToRun("node", "--version").output();
        Matcher parts = VERSION.matcher(version);
        assertThat(parts.matches()).as(version).isTrue();
        int major = Integer.parseInt(parts.group(1));
        assumeTrue(
                major > 20 || (major == 20 && Integer.parseInt(parts.group(2)) >= 19),
                "Node.js " + version.strip() + " is older than 20.19: the notifier does not run");
        Result install = checkout.tryToRun(
                "npm",
                "ci",
                "--prefix",
                FOLDER,
                "--prefer-offline",
                "--fetch-retries=1",
                "--fetch-retry-mintimeout=1000");
        assumeTrue(
                install.status() == 0 || !NO_REGISTRY.matcher(install.output()).find(),
                "npm's registry is not there: the notifier does not run");
        assertThat(install.status()).as(install.output()).isZero();
        checkout.run("npm", "test", "--prefix", FOLDER);
        return new Notifier(checkout.root().resolve(FOLDER), log);
    }

    /** Starts it; the caller ends it. */
    Process start(String kafka) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("node", "notifier.mjs")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("KAFKA", kafka);
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    /** All that it has printed. */
    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "no output: " + e;
        }
    }

    private static boolean isOnThePath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, program)));
    }
}
