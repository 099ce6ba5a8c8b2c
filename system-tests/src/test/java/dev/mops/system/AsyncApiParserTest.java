package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/asyncapi.json} is AsyncAPI 3, as its own parser says; where Node.js is there. */
class AsyncApiParserTest {

    private static final Path ROOT = PlatformExtension.root();
    private static final Path FILES = ROOT.resolve("system-tests/src/test/asyncapi");
    private static final Path WORK = ROOT.resolve("system-tests/target/asyncapi");
    private static final Path DOCUMENT = ROOT.resolve("docs/asyncapi.json");
    private static final Pattern AWAY =
            Pattern.compile("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH");
    private static final int TIMEOUT_MINUTES = 5;

    @BeforeAll
    static void install() throws Exception {
        assumeTrue(isThere("node") && isThere("npm"), "The AsyncAPI parser needs Node.js with npm, and there is none");
        Files.createDirectories(WORK);
        try (Stream<Path> files = Files.list(FILES)) {
            for (Path file : files.toList()) {
                Files.write(WORK.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        Result installed = run("npm", "ci");
        assumeTrue(
                installed.status() == 0 || !AWAY.matcher(installed.output()).find(),
                () -> "The AsyncAPI parser can't be fetched: " + installed.output());
        assertThat(installed.status()).as(installed.output()).isZero();
    }

    @Test
    void the_document_is_valid_and_so_are_its_examples() throws Exception {
        Result checked = check(DOCUMENT);

        assertThat(checked.status()).as(checked.output()).isZero();
        assertThat(checked.output()).contains("AsyncAPI 3.0.0");
    }

    @Test
    void an_operation_on_a_channel_that_is_not_there_is_found(@TempDir Path folder) throws Exception {
        assertThat(broken(folder, "\"#/channels/orders\"", "\"#/channels/order\""))
                .contains("#/channels/order");
    }

    @Test
    void an_example_that_its_schema_does_not_allow_is_found(@TempDir Path folder) throws Exception {
        assertThat(broken(folder, "\"addressLines\" : [ \"Invalidenstraße 116\"", "\"addressLines\" : [ 116"))
                .contains("order.created 2.0: example/payload/shippingAddress/addressLines/0 must be string");
    }

    private static String broken(Path folder, String what, String with) throws Exception {
        String document = Files.readString(DOCUMENT);
        assertThat(document).contains(what);
        Result checked = check(Files.writeString(folder.resolve("broken.json"), document.replace(what, with)));
        assertThat(checked.status()).as(checked.output()).isEqualTo(1);
        return checked.output();
    }

    private static Result check(Path document) throws Exception {
        return run("node", "check.mjs", document.toString());
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version").start().waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static Result run(String... command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(WORK, "run", ".log");
        Process process = new ProcessBuilder(command)
                .directory(WORK.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES))
                    .as("%s ends", String.join(" ", command))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(log));
    }

    private record Result(int status, String output) {}
}
