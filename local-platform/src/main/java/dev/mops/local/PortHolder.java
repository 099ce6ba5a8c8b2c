package dev.mops.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Who listens on a port. */
final class PortHolder {

    private static final String LISTENING = "0A";

    private PortHolder() {}

    /** Whether a server of ours could not take the port, or a client would reach another. */
    static boolean isBusy(int port) {
        try {
            for (InetAddress address : InetAddress.getAllByName("localhost")) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, port), 300);
                    return true;
                } catch (IOException nobody) {
                    // Free on this address.
                }
            }
            try (ServerSocket everywhere = new ServerSocket(port)) {
                return !everywhere.isBound();
            }
        } catch (IOException taken) {
            return true;
        }
    }

    /** The holder as a user knows it, for example {@code java (pid 4711)}, where the system tells. */
    static Optional<String> describe(int port) {
        try {
            Optional<Long> pid = Files.exists(Path.of("/proc/net/tcp")) ? fromProc(port) : fromLsof(port);
            return pid.flatMap(ProcessHandle::of)
                    .map(handle -> handle.info()
                                    .command()
                                    .map(command -> Path.of(command).getFileName() + " ")
                                    .orElse("")
                            + "(pid " + handle.pid() + ")");
        } catch (IOException untold) {
            return Optional.empty();
        }
    }

    private static Optional<Long> fromProc(int port) throws IOException {
        Set<String> sockets = new HashSet<>();
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (Files.exists(Path.of(table))) {
                for (String line : Files.readAllLines(Path.of(table))) {
                    String[] fields = line.strip().split("\\s+", -1);
                    if (fields.length > 9 && fields[1].endsWith(suffix) && fields[3].equals(LISTENING)) {
                        sockets.add("socket:[" + fields[9] + "]");
                    }
                }
            }
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process.resolve("fd"), sockets)) {
                    return Optional.of(Long.valueOf(String.valueOf(process.getFileName())));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean holds(Path descriptors, Set<String> sockets) {
        try (Stream<Path> files = Files.list(descriptors)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.isSymbolicLink(file)
                        && sockets.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
        } catch (IOException | RuntimeException notOursToRead) {
            return false;
        }
        return false;
    }

    private static Optional<Long> fromLsof(int port) throws IOException {
        Process lsof = new ProcessBuilder("lsof", "-nP", "-iTCP:" + port, "-sTCP:LISTEN", "-t").start();
        return new String(lsof.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .findFirst()
                .map(Long::valueOf);
    }
}
