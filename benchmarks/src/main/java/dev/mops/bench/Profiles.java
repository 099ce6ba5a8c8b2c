package dev.mops.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.local.Platform;
import dev.mops.local.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Where the services spend their time: what JFR samples in each of their processes, as a flame graph and as a list. A
 * sample is a thread that runs Java code, taken every 10 ms of each; waits, and time in the operating system's calls, are in none.
 */
final class Profiles {

    private static final String RECORDING = "mops-bench";
    // JFR cuts deeper stacks off, at the end that says where they began; with its default of 64, most of a web request.
    private static final int STACK_DEPTH = 512;
    private static final int CLIENTS = 64;
    // What the recordings need to begin and to end.
    private static final Duration STARTING = Duration.ofSeconds(5);

    private Profiles() {}

    /** Records while as many orders are placed as the platform carries. */
    static void underLoad(Shop shop, Duration duration, Path folder)
            throws IOException, SQLException, InterruptedException {
        FutureTask<Void> recording = new FutureTask<>(() -> {
            record(shop.platform(), duration, folder);
            return null;
        });
        Thread.ofPlatform().name("profiles").start(recording);
        Round.closed(shop, CLIENTS, duration.plus(STARTING), Shop.anyOrders());
        try {
            recording.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Records each instance of a service that runs. Writes {@code <instance>.html}, {@code <instance>.txt} and JFR's own
     * {@code <instance>.jfr}, and returns once they are there.
     *
     * @throws IllegalStateException if a process can't be recorded
     */
    static void record(Platform platform, Duration duration, Path folder) throws IOException, InterruptedException {
        Path into = Files.createDirectories(folder.toAbsolutePath());
        List<Recording> recordings = new ArrayList<>();
        try {
            for (ServiceProcess service : platform.instances()) {
                if (service.isRunning()) {
                    recordings.add(Recording.start(service, into.resolve(service.name() + ".jfr")));
                }
            }
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        } finally {
            // All at one time, before any is read: to read one takes a processor.
            for (Recording recording : recordings) {
                recording.stop();
            }
        }
        for (Recording recording : recordings) {
            write(recording.service.name(), Stacks.read(recording.file), duration, into);
        }
    }

    static void write(String name, Stacks stacks, Duration duration, Path folder) throws IOException {
        String what = "%s: %,d samples in %d s".formatted(name, stacks.samples(), duration.toSeconds());
        Files.writeString(folder.resolve(name + ".html"), FlameGraph.page(what, stacks), UTF_8);
        Files.writeString(folder.resolve(name + ".txt"), what + "\n\n" + stacks.summary(), UTF_8);
    }

    private record Recording(ServiceProcess service, Path file) {

        static Recording start(ServiceProcess service, Path file) throws IOException, InterruptedException {
            Recording recording = new Recording(service, file);
            Jcmd.run(service, "JFR.configure", "stackdepth=" + STACK_DEPTH);
            Jcmd.run(service, "JFR.start", "name=" + RECORDING, "settings=profile");
            return recording;
        }

        void stop() throws IOException, InterruptedException {
            Jcmd.run(service, "JFR.stop", "name=" + RECORDING, "filename=" + file);
        }
    }
}
