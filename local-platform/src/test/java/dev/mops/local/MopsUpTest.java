package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The program on real servers and fake services: what a user types, sees and is left with. */
class MopsUpTest extends WithFakeServices {

    private static final String READY = "Ctrl-C stops it all.";
    private static final int ENDED_BY_SIGINT = 130;

    private final List<Program> programs = new ArrayList<>();

    @AfterEach
    void end() {
        programs.forEach(program -> program.process.destroyForcibly());
    }

    @Test
    void ctrl_c_stops_everything_and_the_next_start_works() throws Exception {
        Program first = start("up");
        first.awaitLine(READY);
        platform.service("billing-service").kill();
        first.awaitLine("billing-service has ended: ./mops logs billing-service, ./mops start billing-service");

        first.pressCtrlC();

        assertThat(first.status()).isEqualTo(ENDED_BY_SIGINT);
        assertThat(first.out()).last().asString().startsWith("Stopped in");
        assertThat(first.err()).isEmpty();
        assertThat(running()).isEmpty();

        Program second = start("up");
        second.awaitLine(READY);
        Program down = start("down");
        assertThat(down.status()).isZero();
        assertThat(second.status()).isZero();
        assertThat(second.out()).endsWith("The platform was stopped.");
        assertThat(running()).isEmpty();
    }

    @Test
    void ctrl_c_while_it_starts_leaves_nothing_running() throws Exception {
        Program program = start("up");
        program.awaitLine("  PostgreSQL: ready");

        program.pressCtrlC();

        assertThat(program.status()).isEqualTo(ENDED_BY_SIGINT);
        assertThat(program.err()).isEmpty();
        assertThat(running()).isEmpty();
    }

    @Test
    void what_runs_in_the_background_is_shown_killed_started_and_deleted() throws Exception {
        Program up = start("up", "-d");
        assertThat(up.status()).isZero();
        assertThat(up.out()).last().asString().contains("./mops down");
        assertThat(up.out()).anyMatch(line -> line.startsWith("  curl "));

        Program again = start("up");
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).singleElement().asString().contains("running already", "./mops down");

        Program status = start("status");
        assertThat(status.status()).isZero();
        assertThat(status.out()).filteredOn(line -> line.contains(" up ")).hasSize(6);

        Program logs = start("logs", "order");
        assertThat(logs.status()).isZero();
        assertThat(logs.out()).containsExactly(FakeService.STARTED);
        Program kafka = start("logs", "kafka");
        assertThat(kafka.status()).isZero();
        assertThat(kafka.out()).anyMatch(line -> line.contains("Kafka Server started"));

        Program kill = start("kill", "billing");
        assertThat(kill.status()).isZero();
        assertThat(kill.out()).singleElement().asString().contains("./mops start billing-service");
        assertThat(platform.service("billing-service").isRunning()).isFalse();
        Program oneDown = start("status");
        assertThat(oneDown.status()).isEqualTo(3);
        assertThat(oneDown.out())
                .filteredOn(line -> line.contains(" down "))
                .singleElement()
                .asString()
                .startsWith("billing-service");

        assertThat(start("kill", "postgres").status()).isZero();
        Program withoutDatabase = start("start", "billing");
        assertThat(withoutDatabase.status()).isEqualTo(1);
        assertThat(withoutDatabase.err()).singleElement().asString().contains("./mops start postgres");
        assertThat(start("start", "postgres").status()).isZero();
        Program begin = start("start", "billing");
        assertThat(begin.status()).isZero();
        assertThat(begin.out()).singleElement().asString().startsWith("billing-service: ready in");
        assertThat(platform.service("billing-service").isReady()).isTrue();
        Program twice = start("start", "billing");
        assertThat(twice.status()).isEqualTo(1);
        assertThat(twice.err()).singleElement().asString().contains("billing-service runs already");

        Program reset = start("reset");
        assertThat(reset.status()).isZero();
        assertThat(reset.out()).last().asString().contains(home.toString(), "deleted");
        assertThat(home.resolve("kafka")).doesNotExist();
        assertThat(home.resolve("postgres")).doesNotExist();
        assertThat(running()).isEmpty();
    }

    @Test
    void a_busy_port_is_one_line_that_names_it_who_needs_and_who_holds_it_and_nothing_starts() throws Exception {
        try (ServerSocket _ =
                new ServerSocket(platform.service("shipping-service").port(), 1, InetAddress.getLoopbackAddress())) {
            Program up = start("up");

            assertThat(up.status()).isEqualTo(1);
            assertThat(up.err())
                    .singleElement()
                    .asString()
                    .contains("Port " + platform.service("shipping-service").port(), "shipping-service", "stop that")
                    .contains("(pid " + ProcessHandle.current().pid() + ")");
        }
        assertThat(running()).isEmpty();
    }

    @Test
    void a_service_that_fails_is_one_line_with_its_reason_and_its_log_and_nothing_is_left_running() throws Exception {
        Path failing = Files.createFile(FakeService.failing(root, "billing-service"));
        try {
            Program up = start("up", "-d");

            assertThat(up.status()).isEqualTo(1);
            assertThat(up.err())
                    .singleElement()
                    .asString()
                    .contains("billing-service did not start: " + FakeService.FAILURE)
                    .contains(platform.service("billing-service").log().toString());
        } finally {
            Files.delete(failing);
        }
        assertThat(running()).isEmpty();
    }

    @Test
    void a_log_that_is_followed_shows_what_is_added() throws Exception {
        Program none = start("logs", "order");
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).singleElement().asString().contains("No log of order", "./mops up");

        Path log = platform.service("order-service").log();
        Files.createDirectories(log.getParent());
        Files.writeString(log, "one\n");
        Program logs = start("logs", "-f", "order");
        logs.awaitLine("one");
        Files.writeString(log, "two\n", StandardOpenOption.APPEND);

        logs.awaitLine("two");
        assertThat(logs.out()).containsExactly("one", "two");
    }

    /** What of the platform runs, by all means of the system, not by the platform's own word. */
    private List<String> running() {
        return ProcessHandle.allProcesses()
                .map(process -> process.pid() + " "
                        + String.join(" ", process.info().arguments().orElse(new String[0])))
                .filter(process -> process.contains(folder.toString()) || process.contains(root.toString()))
                .toList();
    }

    private Program start(String... arguments) throws IOException {
        Program program = new Program(folder.resolve("program-" + programs.size()), arguments);
        programs.add(program);
        return program;
    }

    /** The {@code mops} program on the test's ports, in a process group of its own, as a shell starts it. */
    private final class Program {

        private final Process process;
        private final Path out;
        private final Path err;

        Program(Path output, String... arguments) throws IOException {
            out = Files.createFile(output.resolveSibling(output.getFileName() + ".out"));
            err = Files.createFile(output.resolveSibling(output.getFileName() + ".err"));
            List<String> command = new ArrayList<>();
            if (Files.exists(Path.of("/proc/self"))) {
                // A build in the background of a script ignores SIGINT, and would bequeath that.
                command.addAll(List.of("env", "--default-signal=INT"));
            }
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    OnPorts.class.getName(),
                    root.toString(),
                    home.toString(),
                    Stream.concat(Stream.of(ports.postgres(), ports.kafka()), ports.services().stream())
                            .map(String::valueOf)
                            .collect(Collectors.joining(","))));
            command.addAll(List.of(arguments));
            process = OsProcess.launchDetached(
                    command, out, builder -> builder.redirectErrorStream(false).redirectError(err.toFile()));
        }

        void awaitLine(String start) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> out().stream().anyMatch(line -> line.startsWith(start)));
        }

        /** As a terminal does it: the signal goes to the whole group. */
        void pressCtrlC() throws Exception {
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -s INT -- -" + process.pid()).start();
            assertThat(kill.waitFor()).isZero();
        }

        int status() throws InterruptedException {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
            return process.exitValue();
        }

        List<String> out() throws Exception {
            return lines(out);
        }

        /** All that the program says there, read after its end. */
        List<String> err() throws Exception {
            status();
            return lines(err);
        }

        private static List<String> lines(Path file) throws IOException {
            return Files.readString(file)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        }
    }

    /** The program's main method but for the fixed ports. */
    static final class OnPorts {

        private OnPorts() {}

        public static void main(String[] args) {
            List<Integer> given =
                    Stream.of(args[2].split(",", -1)).map(Integer::valueOf).toList();
            Ports ports = new Ports(given.subList(2, given.size()), given.get(0), given.get(1));
            String[] command = List.of(args).subList(3, args.length).toArray(String[]::new);
            System.exit(Mops.execute(Path.of(args[0]), Path.of(args[1]), ports, command));
        }
    }
}
