package dev.mops.local;

import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code mops status}: what runs, and what does not. */
@Command(
        name = "status",
        description = "Show what runs: state, pid, port, memory, uptime. Exit status 3 unless all are up.")
final class StatusCommand implements Callable<Integer> {

    private static final int OK = 0;
    private static final int NOT_ALL_UP = 3;

    private final Platform platform;
    private final @Nullable Map<String, URI> containers;
    private final PrintStream out;

    /** @param containers where the services are, where they run in containers and no process is to be seen; else null */
    StatusCommand(Platform platform, @Nullable Map<String, URI> containers, PrintStream out) {
        this.platform = platform;
        this.containers = containers;
        this.out = out;
    }

    @Override
    public Integer call() {
        return (containers == null ? areProcessesUp() : areContainersUp(containers)) ? OK : NOT_ALL_UP;
    }

    private boolean areContainersUp(Map<String, URI> addresses) {
        boolean allUp = true;
        for (Map.Entry<String, URI> service : addresses.entrySet()) {
            boolean up = ServiceProcess.isReady(service.getValue());
            allUp &= up;
            out.printf(Locale.ROOT, "%-20s %s%n", service.getKey(), up ? "up" : "not ready");
        }
        out.println("All containers, with their health: docker compose ps; their memory: docker stats");
        return allUp;
    }

    private boolean areProcessesUp() {
        out.printf(Locale.ROOT, "%-24s %-10s %8s %6s %10s %10s%n", "", "STATE", "PID", "PORT", "MEMORY", "UPTIME");
        long total = 0;
        boolean allUp = true;
        for (ServiceProcess service : platform.instances()) {
            Optional<OsProcess> process = service.process();
            boolean up = process.isPresent() && !process.get().isPaused() && service.isReady();
            allUp &= up;
            long memory = process.map(OsProcess::residentBytes).orElse(0L);
            total += memory;
            row(service.name(), state(process, up), process, service.port(), memory);
        }
        PostgresServer postgres = platform.postgres();
        Optional<OsProcess> postmaster = postgres.process();
        long shared =
                postgres.processes().mapToLong(OsProcess::proportionalBytes).sum();
        row("postgres", state(postmaster, true), postmaster, postgres.port(), shared);
        KafkaServer kafka = platform.kafka();
        Optional<OsProcess> broker = kafka.process();
        long brokerMemory = broker.map(OsProcess::residentBytes).orElse(0L);
        row("kafka", state(broker, true), broker, kafka.port(), brokerMemory);
        total += shared + brokerMemory;
        out.printf(
                Locale.ROOT,
                "%-24s %37s   resident; of PostgreSQL's processes shared pages count once%n",
                "total",
                megabytes(total));
        return allUp && postmaster.isPresent() && broker.isPresent();
    }

    private static String state(Optional<OsProcess> process, boolean ready) {
        if (process.isEmpty()) {
            return "down";
        }
        if (process.get().isPaused()) {
            return "paused";
        }
        return ready ? "up" : "not ready";
    }

    private void row(String name, String state, Optional<OsProcess> process, int port, long memory) {
        out.printf(
                Locale.ROOT,
                "%-24s %-10s %8s %6d %10s %10s%n",
                name,
                state,
                process.map(alive -> Long.toString(alive.pid())).orElse("-"),
                port,
                process.isPresent() ? megabytes(memory) : "-",
                process.flatMap(OsProcess::startInstant)
                        .map(start -> Durations.uptime(Duration.between(start, Instant.now())))
                        .orElse("-"));
    }

    private static String megabytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
