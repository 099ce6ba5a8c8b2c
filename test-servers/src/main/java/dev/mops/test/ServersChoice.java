package dev.mops.test;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the servers of the tests run.
 *
 * @param why what spoke for it
 */
record ServersChoice(boolean containers, String why) {

    private static final String SETTING = "mops.servers";

    /** By the setting, else by whether an engine answers. */
    static ServersChoice ofThisJvm() {
        return of(System.getProperty(SETTING), DockerEngine::ask);
    }

    static ServersChoice of(@Nullable String setting, Supplier<DockerEngine.Answer> engine) {
        return switch (setting) {
            case null -> {
                DockerEngine.Answer answer = engine.get();
                yield new ServersChoice(answer.isThere(), answer.text());
            }
            case "containers" -> {
                DockerEngine.Answer answer = engine.get();
                if (!answer.isThere()) {
                    throw new IllegalStateException("-Dmops.servers=containers, but " + answer.text()
                            + ": start one, or leave the setting out, and the tests start servers without Docker");
                }
                yield new ServersChoice(true, answer.text());
            }
            case "embedded" -> new ServersChoice(false, "by -Dmops.servers=embedded");
            default ->
                throw new IllegalStateException(
                        "-Dmops.servers=" + setting + ": the servers of the tests are containers or embedded");
        };
    }

    @Override
    public String toString() {
        return (containers ? "containers (" : "embedded (") + why + ")";
    }
}
