package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shell file and the program as a user runs them. */
class MopsTest {

    private static final String JAVA_HOME = System.getProperty("java.home");

    private static final Map<String, String> IN_CONTAINER =
            Map.of("MOPS_SERVICES", "order-service:8081,inventory-service:8082");

    @TempDir
    Path folder;

    /** A copy of what the repository's root holds, with nothing built. */
    private Path root;

    /** All programs but Java and Maven. */
    private Path programs;

    @BeforeEach
    void create() throws Exception {
        root = Files.createDirectories(folder.resolve("a checkout"));
        Path sources = Path.of("src/main/java/dev/mops/local");
        Path copies = Files.createDirectories(root.resolve("local-platform").resolve(sources));
        for (String name : List.of("Build.java", "LocalPlatformException.java")) {
            Files.copy(sources.resolve(name), copies.resolve(name));
        }
        // The places of this machine's JDKs are out of sight of the copy.
        String script = Files.readString(Path.of("../mops"))
                .replace("/usr/lib/jvm", folder.resolve("jvm").toString().replace(" ", "\\ "))
                .replace("/Library/Java", folder.resolve("Library").toString());
        Files.writeString(root.resolve("mops"), script);
        FakeService.declare(root);
        programs = Files.createDirectories(folder.resolve("bin"));
        for (String program : List.of("sh", "sed", "dirname", "readlink", "cat")) {
            Files.createSymbolicLink(programs.resolve(program), which(program));
        }
    }

    @Test
    void without_java_it_ends_with_one_line_that_says_what_to_do() throws Exception {
        Result result = shell(Map.of(), "status");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.lines())
                .singleElement()
                .asString()
                .contains("no JDK 25")
                .contains("MOPS_JAVA_HOME");
    }

    @Test
    void an_older_java_on_the_path_is_not_taken() throws Exception {
        Path old = fakeJdk(folder.resolve("jdk-17"), "17.0.9");
        Files.createSymbolicLink(programs.resolve("java"), old.resolve("bin/java"));

        Result result = shell(Map.of("JAVA_HOME", old.toString()), "status");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.lines()).singleElement().asString().contains("no JDK 25");
    }

    @Test
    void a_java_home_that_was_named_but_is_too_old_is_said_to_be() throws Exception {
        Path old = fakeJdk(folder.resolve("jdk-17"), "17.0.9");

        Result result = shell(Map.of("MOPS_JAVA_HOME", old.toString()), "status");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.lines()).singleElement().asString().contains("MOPS_JAVA_HOME");
    }

    @Test
    void a_newer_java_is_found_where_jdks_usually_are_though_the_path_has_an_older() throws Exception {
        Path old = fakeJdk(folder.resolve("jdk-17"), "17.0.9");
        Files.createSymbolicLink(programs.resolve("java"), old.resolve("bin/java"));
        fakeJdk(folder.resolve("jvm/temurin-25"), "25.0.1");

        Result result = shell(Map.of(), "up");

        assertThat(result.lines())
                .singleElement()
                .asString()
                .startsWith("java 25.0.1 ran")
                .contains("Build.java");
    }

    @Test
    void a_script_may_ask_for_the_jdk() throws Exception {
        Path jdk = fakeJdk(folder.resolve("jvm/temurin-25"), "25.0.1");

        assertThat(shell(Map.of(), "--java-home").lines()).containsExactly(jdk.toString());
    }

    @Test
    void without_maven_it_ends_with_one_line_that_says_what_to_do() throws Exception {
        Result result = shell(Map.of("MOPS_JAVA_HOME", JAVA_HOME), "up");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.lines())
                .last()
                .asString()
                .contains("Maven is missing")
                .contains("install");
    }

    @Test
    void a_link_in_another_folder_leads_to_the_checkout() throws Exception {
        fakeJdk(folder.resolve("jdk"), "26");
        Path link = Files.createDirectories(folder.resolve("elsewhere")).resolve("mops");
        Files.createSymbolicLink(link, Path.of("../a checkout/mops"));

        Result result = run(
                List.of("sh", link.toString(), "up"),
                Map.of("MOPS_JAVA_HOME", folder.resolve("jdk").toString()));

        assertThat(result.lines()).singleElement().asString().contains(root.toRealPath() + "/local-platform/src");
    }

    @Test
    void without_a_command_it_prints_its_usage() throws Exception {
        Result result = program();

        assertThat(result.status()).isZero();
        assertThat(result.text())
                .contains(
                        "Usage: mops",
                        "up",
                        "status",
                        "down",
                        "logs",
                        "kill",
                        "start",
                        "order",
                        "reset",
                        "dead-letters",
                        "fail");
    }

    @Test
    void every_command_explains_itself() throws Exception {
        Result result = program("up", "--help");

        assertThat(result.status()).isZero();
        assertThat(result.text()).contains("Usage: mops up", "--detach", "Ctrl-C");
    }

    @Test
    void a_command_that_does_not_exist_is_an_error() throws Exception {
        Result result = program("upp");

        assertThat(result.status()).isNotZero();
        assertThat(result.text()).contains("upp");
    }

    @Test
    void a_service_that_does_not_exist_is_an_error_that_names_those_that_do() throws Exception {
        Result result = program("kill", "payment");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.lines()).singleElement().asString().contains("payment", "billing-service", "kafka");
    }

    @Test
    void a_count_below_one_is_an_error() throws Exception {
        Result result = program("order", "--count", "0");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.lines()).singleElement().asString().contains("--count");
    }

    @Test
    void status_of_nothing_shows_six_processes_down() throws Exception {
        Result result = program("status");

        assertThat(result.status()).isEqualTo(3);
        assertThat(result.lines()).filteredOn(line -> line.contains(" down ")).hasSize(6);
    }

    @Test
    void to_stop_nothing_is_no_error() throws Exception {
        Result result = program("down");

        assertThat(result.status()).isZero();
        assertThat(result.lines()).containsExactly("Nothing is running.");
    }

    @Test
    void to_kill_what_does_not_run_is_an_error() throws Exception {
        Result result = program("kill", "order");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.lines()).singleElement().asString().contains("order-service is not running");
    }

    @Test
    void in_a_container_processes_are_left_to_docker_compose() throws Exception {
        for (String command : List.of("up", "down", "kill billing-service", "start kafka", "logs kafka", "reset")) {
            Result result = program(IN_CONTAINER, command.split(" "));

            assertThat(result.status()).as(command).isEqualTo(1);
            assertThat(result.lines()).as(command).singleElement().asString().contains("docker compose");
        }
    }

    @Test
    void in_a_container_it_looks_for_the_services_by_their_names() throws Exception {
        Result result = program(IN_CONTAINER, "order");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.text()).contains("http://order-service:8081");
    }

    @Test
    void in_a_container_dead_letters_and_failures_are_asked_for_at_the_services_by_their_names() throws Exception {
        for (String command : List.of("dead-letters", "fail --list")) {
            Result result = program(IN_CONTAINER, command.split(" "));

            assertThat(result.status()).as(command).isEqualTo(1);
            assertThat(result.lines())
                    .as(command)
                    .containsExactly(
                            "mops: order-service: http://order-service:8081 does not answer: ./mops status shows what is down",
                            "mops: inventory-service: http://inventory-service:8082 does not answer: ./mops status shows what is down");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "order-service",
                "order-service:",
                "order-service:http",
                ":8081",
                "order-service:8081,",
                "a:8081;b:8082"
            })
    void in_a_container_services_that_can_not_be_read_are_an_error_that_says_how_they_are_written(String services)
            throws Exception {
        Result result = program(Map.of("MOPS_SERVICES", services), "status");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.lines())
                .singleElement()
                .asString()
                .contains("MOPS_SERVICES", "such as order-service:8081,billing-service:8083");
    }

    /** The shell file, with only the programs that the test allows. */
    private Result shell(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("sh", root.resolve("mops").toString()));
        command.addAll(List.of(arguments));
        return run(command, environment);
    }

    /** The Java program alone, with an empty home. */
    private Result program(String... arguments) throws Exception {
        return program(Map.of(), arguments);
    }

    private Result program(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(JAVA_HOME, "bin", "java").toString(),
                "-Dmops.root=" + root,
                "-cp",
                System.getProperty("java.class.path"),
                Mops.class.getName()));
        command.addAll(List.of(arguments));
        Map<String, String> all = new HashMap<>(environment);
        all.put("MOPS_HOME", folder.resolve("home").toString());
        return run(command, all);
    }

    private Result run(List<String> command, Map<String, String> environment) throws Exception {
        Path output = folder.resolve("output");
        List<String> resolved = new ArrayList<>(command);
        resolved.set(0, command.getFirst().equals("sh") ? programs.resolve("sh").toString() : command.getFirst());
        ProcessBuilder builder = new ProcessBuilder(resolved)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", programs.toString());
        builder.environment().put("HOME", folder.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(output));
    }

    /** A JDK to the eye of the shell file, whose java says that it ran. */
    private static Path fakeJdk(Path home, String version) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"None\"\nJAVA_VERSION=\"" + version + "\"\n");
        for (String program : List.of("java", "javac")) {
            Path file = home.resolve("bin").resolve(program);
            Files.writeString(
                    file,
                    "#!/bin/sh\ncase \"$*\" in *XshowSettings*) echo \"    java.home = " + home + "\";; *) echo \"java "
                            + version + " ran $*\"; exit 1;; esac\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        return home;
    }

    private static Path which(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    private record Result(int status, String text) {
        List<String> lines() {
            return text.lines().filter(line -> !line.isBlank()).toList();
        }
    }
}
