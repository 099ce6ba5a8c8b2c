package dev.mops.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mops.test.DockerEngine.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServersChoiceTest {

    private static final String NOBODY = "unix:///nowhere/docker.sock";

    @Test
    void an_engine_that_answers_is_used() {
        assertThat(ServersChoice.of(null, ServersChoiceTest::engine).containers())
                .isTrue();
        assertThat(ServersChoice.of(null, ServersChoiceTest::engine)).hasToString("containers (Docker 28.0)");
    }

    @Test
    void without_an_engine_the_servers_are_embedded() {
        assertThat(ServersChoice.of(null, ServersChoiceTest::none).containers()).isFalse();
        assertThat(ServersChoice.of(null, ServersChoiceTest::none)).hasToString("embedded (no Docker engine answers)");
    }

    @Test
    void a_setting_forces_either() {
        assertThat(ServersChoice.of("containers", ServersChoiceTest::engine)).hasToString("containers (Docker 28.0)");
        assertThat(ServersChoice.of("embedded", ServersChoiceTest::notAsked))
                .hasToString("embedded (by -Dmops.servers=embedded)");
    }

    @Test
    void containers_that_are_forced_need_an_engine() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ServersChoice.of("containers", ServersChoiceTest::none))
                .withMessageStartingWith("-Dmops.servers=containers, but no Docker engine answers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker", "Containers", ""})
    void another_value_is_refused_with_those_that_there_are(String value) {
        assertThatIllegalStateException()
                .isThrownBy(() -> ServersChoice.of(value, ServersChoiceTest::notAsked))
                .withMessage("-Dmops.servers=" + value + ": the servers of the tests are containers or embedded");
    }

    @Test
    void a_process_whose_engine_does_not_answer_says_so_in_one_line_and_nothing_else() throws Exception {
        assertThat(linesOfAChild())
                .singleElement()
                .asString()
                .matches("\\S+ \\[main] INFO \\S+\\.TestServers -- "
                        + Pattern.quote("Servers of the tests: embedded (no Docker engine answers at " + NOBODY + ")"));
    }

    @Test
    void a_process_that_is_forced_to_an_engine_that_does_not_answer_fails_with_one_message() throws Exception {
        assertThat(linesOfAChild("-Dmops.servers=containers"))
                .containsExactly("-Dmops.servers=containers, but no Docker engine answers at " + NOBODY
                        + ": start one, or leave the setting out, and the tests start servers without Docker");
    }

    private static Answer engine() {
        return new Answer(true, "Docker 28.0");
    }

    private static Answer none() {
        return new Answer(false, "no Docker engine answers");
    }

    private static Answer notAsked() {
        throw new AssertionError("asked");
    }

    /** What another JVM prints, for which nobody answers where its engine should be. */
    private static List<String> linesOfAChild(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // As the tests run: where no socket is, Testcontainers asks the operating system who it is, by native code.
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DOCKER_HOST", NOBODY);
        Process child = builder.start();
        List<String> lines = child.inputReader().lines().toList();
        assertThat(child.waitFor()).isZero();
        return lines;
    }

    /** Asks for its servers, as a test does. */
    static final class Child {

        private Child() {}

        public static void main(String[] args) {
            try {
                TestServers.areContainers();
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
