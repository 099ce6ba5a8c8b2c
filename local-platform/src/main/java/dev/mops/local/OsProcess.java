package dev.mops.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A process that outlives the one that started it, known by its pid together with its start time: the system gives a pid
 * away again, and a file that still names it must never make us signal a stranger.
 *
 * @param pid the process id
 * @param startedAt an opaque mark of the start, as the system gives it
 */
record OsProcess(long pid, String startedAt) {

    private static final Path PROC = Path.of("/proc/self/stat");
    private static final Duration POLL = Duration.ofMillis(15);

    /** The live process with this pid, if there is one. */
    static Optional<OsProcess> of(long pid) {
        return startMark(pid).map(mark -> new OsProcess(pid, mark));
    }

    /** The process that the file names, if it still lives. */
    static Optional<OsProcess> read(Path pidFile) {
        try {
            String[] words = Files.readString(pidFile).strip().split(" ", 2);
            return words.length < 2
                    ? Optional.empty()
                    : Optional.of(new OsProcess(Long.parseLong(words[0]), words[1]))
                            .filter(OsProcess::isAlive);
        } catch (NoSuchFileException | NumberFormatException notThere) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Notes the process in a file, whole or not at all. */
    void write(Path pidFile) {
        try {
            Path part = pidFile.resolveSibling(pidFile.getFileName() + ".part");
            Files.writeString(part, pid + " " + startedAt + "\n");
            Files.move(part, pidFile, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a program in a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it.
     *
     * @param output receives what the program prints, appended
     */
    static Process launchDetached(List<String> command, Path output, ProcessBuilderSetup setup) {
        List<String> detached = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid")) || Files.isExecutable(Path.of("/bin/setsid"))) {
            detached.add("setsid");
        } else {
            detached.addAll(List.of("perl", "-e", "use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV", "--"));
        }
        detached.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(detached)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        setup.accept(builder);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new LocalPlatformException("Can't start " + command.getFirst() + ": " + e.getMessage(), e);
        }
    }

    /** The last touch to a builder before its start. */
    interface ProcessBuilderSetup {
        void accept(ProcessBuilder builder);
    }

    boolean isAlive() {
        return startMark(pid).filter(startedAt::equals).isPresent();
    }

    /** SIGKILL, at once, also for a paused process. */
    void kill() {
        if (isAlive()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** Sends a signal by name, for example {@code TERM}; nothing where the process is gone. */
    void signal(String name) {
        if (!isAlive()) {
            return;
        }
        try {
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -s " + name + " " + pid)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (kill.waitFor() != 0 && isAlive()) {
                throw new LocalPlatformException("Not allowed to signal process " + pid + ": stop it by hand");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Waits for the end; false where it still lives afterwards. */
    boolean awaitExit(Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (isAlive()) {
            if (System.nanoTime() > end) {
                return false;
            }
            pause();
        }
        return true;
    }

    /** Signals, waits, and kills what does not end in time. */
    void end(String signal, Duration atMost) {
        signal(signal);
        // A paused process takes the signal only when it goes on.
        signal("CONT");
        if (!awaitExit(atMost)) {
            kill();
            awaitExit(Duration.ofSeconds(10));
        }
    }

    /** Whether it hangs in SIGSTOP, where the system tells. */
    boolean isPaused() {
        try {
            return Files.exists(PROC) && statFields(pid)[0].equals("T");
        } catch (IOException gone) {
            return false;
        }
    }

    Optional<Instant> startInstant() {
        return ProcessHandle.of(pid).flatMap(handle -> handle.info().startInstant());
    }

    /** Resident bytes, as ps shows them; zero where the system does not say. */
    long residentBytes() {
        try {
            if (Files.exists(PROC)) {
                return kilobytes("status", "VmRSS:");
            }
            Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(pid)).start();
            String out = new String(ps.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return out.isBlank() ? 0 : Long.parseLong(out.strip()) * 1024;
        } catch (IOException gone) {
            return 0;
        }
    }

    /** Resident bytes with each shared page counted once over all that share it, where the system tells. */
    long proportionalBytes() {
        try {
            return kilobytes("smaps_rollup", "Pss:");
        } catch (IOException untold) {
            return residentBytes();
        }
    }

    private long kilobytes(String file, String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), file))) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return 0;
    }

    static LocalPlatformException interrupted() {
        Thread.currentThread().interrupt();
        return new LocalPlatformException("Interrupted");
    }

    /** The short wait between two looks at something that has no event to wait for. */
    static void pause() {
        pause(POLL);
    }

    static void pause(Duration duration) {
        try {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static Optional<String> startMark(long pid) {
        if (Files.exists(PROC)) {
            // Clock ticks since boot: unlike a date, no change of the clock moves them.
            // A zombie is not alive, unless it has threads that are still about to die: so long its ports are open.
            try {
                String[] fields = statFields(pid);
                boolean gone = fields[0].equals("X") || (fields[0].equals("Z") && Integer.parseInt(fields[17]) <= 1);
                return gone ? Optional.empty() : Optional.of(fields[19]);
            } catch (IOException gone) {
                return Optional.empty();
            }
        }
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(handle -> handle.info().startInstant())
                .map(Instant::toString);
    }

    /** The fields after the command's name: the first is the state, the eighteenth the number of threads, the twentieth the start time. */
    private static String[] statFields(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }
}
