package dev.mops.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.local.ServiceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The JDK's tool that asks a running JVM. */
final class Jcmd {

    private static final String PROGRAM =
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();

    private Jcmd() {}

    /**
     * Returns what it prints.
     *
     * @throws IllegalStateException if it fails
     */
    static String run(ServiceProcess service, String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(PROGRAM, Long.toString(service.pid())));
        line.addAll(List.of(command));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(
                    service.name() + " can't be asked: " + String.join(" ", command) + ": " + answer.strip());
        }
        return answer;
    }
}
