package dev.mops.local;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a process has taken; nothing where it does not run.
 *
 * @param cpu processor time since its start
 * @param residentBytes resident memory now
 */
public record Usage(Duration cpu, long residentBytes) {

    /** Of a process of the caller's. */
    public static Usage of(ProcessHandle process) {
        return of(OsProcess.of(process.pid()));
    }

    static Usage of(Optional<OsProcess> process) {
        return new Usage(
                process.map(OsProcess::cpu).orElse(Duration.ZERO),
                process.map(OsProcess::residentBytes).orElse(0L));
    }

    /** Of processes that share memory: what they share counts once. */
    static Usage ofSharing(Stream<OsProcess> processes) {
        List<OsProcess> all = processes.toList();
        return new Usage(
                all.stream().map(OsProcess::cpu).reduce(Duration.ZERO, Duration::plus),
                all.stream().mapToLong(OsProcess::proportionalBytes).sum());
    }
}
