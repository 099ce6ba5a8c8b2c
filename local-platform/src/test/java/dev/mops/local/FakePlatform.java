package dev.mops.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Two services that are actuators alone, and the {@code mops} program in front of them. */
final class FakePlatform implements AutoCloseable {

    final FakeActuator order = new FakeActuator();
    final FakeActuator billing = new FakeActuator();
    private final Path folder;
    private final Platform platform;

    FakePlatform(Path folder) throws IOException {
        this.folder = folder;
        List<ServiceModule> services =
                List.of(new ServiceModule("order-service", 8081), new ServiceModule("billing-service", 8083));
        Ports ports = new Ports(List.of(order.port(), billing.port()), 1, 2);
        platform = Platform.of(services, List.of(), folder, folder.resolve("home"), ports, List.of());
    }

    /** Runs one command. */
    Result mops(String... arguments) {
        return mops(folder, platform, arguments);
    }

    /** Runs one command. */
    static Result mops(Path root, Platform platform, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Mops.execute(
                root,
                platform,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
        return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        order.close();
        billing.close();
    }

    /** How a command ended. */
    record Result(int status, String out, String err) {

        List<String> lines() {
            return out.lines().toList();
        }
    }
}
