package dev.mops.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A real PostgreSQL 18 in processes of its own, on the loopback address. All state is in its folder: another object, or
 * another program, on the same folder and port is the same server. Commits are durable ({@code fsync} stays on).
 */
public final class PostgresServer {

    /** The user of every database; on the loopback address no password is asked for. */
    public static final String USER = "mops";

    /** A password for clients that insist on one. */
    public static final String PASSWORD = "mops";

    /** How initdb makes a cluster: text is UTF-8 and sorts by code point, whatever the machine's language is. */
    public static final String CLUSTER =
            "--encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8";

    /** What a server is set to beside its addresses, as arguments. */
    public static final String SETTINGS = "-c max_connections=400 -c shared_buffers=64MB -c jit=off -c timezone=UTC";

    private static final String NO_DATABASE = "3D000";
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    private final Path folder;
    private final Path data;
    private final Path log;
    private final int port;

    private PostgresServer(Path folder, int port) {
        this.folder = folder.toAbsolutePath().normalize();
        this.data = this.folder.resolve("data");
        this.log = this.folder.resolve("postgres.log");
        this.port = port;
    }

    /** The server that keeps its data in the folder; nothing is started yet. */
    public static PostgresServer at(Path folder, int port) {
        return new PostgresServer(folder, port);
    }

    /** Starts the server and waits until it takes connections; creates the data folder at the first start. */
    public void start() {
        Path binaries = PostgresBinaries.unpacked();
        Folders.create(folder);
        try {
            if (!Files.exists(data.resolve("PG_VERSION"))) {
                initialise(binaries);
            }
            if (process().isEmpty()) {
                // Left by a server that was killed; PostgreSQL trusts the pid in it, even a recycled one.
                Files.deleteIfExists(pidFile());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String settings = "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= " + SETTINGS;
        run(binaries, "pg_ctl", "start", "-w", "-t", "60", "-D", data.toString(), "-l", log.toString(), "-o", settings);
    }

    /** Stops the server the fast way: open transactions are rolled back, what is committed is on disk. */
    public void stop() {
        process().ifPresent(postmaster -> postmaster.end("INT", STOP_TIMEOUT));
    }

    /** SIGKILL of the server and all its processes at once, as a crash of the machine would. */
    public void kill() {
        process().ifPresent(postmaster -> {
            // The postmaster first, so that it starts no others; then those that it had.
            List<ProcessHandle> children = ProcessHandle.of(postmaster.pid()).stream()
                    .flatMap(ProcessHandle::children)
                    .toList();
            postmaster.kill();
            children.forEach(ProcessHandle::destroyForcibly);
            postmaster.awaitExit(STOP_TIMEOUT);
            children.forEach(child -> OsProcess.of(child.pid()).ifPresent(gone -> gone.awaitExit(STOP_TIMEOUT)));
        });
    }

    /** Whether the server's process lives. */
    public boolean isRunning() {
        return process().isPresent();
    }

    /** The port on the loopback address. */
    public int port() {
        return port;
    }

    /** Where the server writes its log. */
    public Path log() {
        return log;
    }

    /** The JDBC address of a database. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** Creates the database unless it exists. */
    public void createDatabase(String name) {
        if (!name.matches("[a-z][a-z0-9_]*")) {
            throw new IllegalArgumentException("Not a plain database name: " + name);
        }
        try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"), USER, PASSWORD);
                Statement statement = connection.createStatement()) {
            try (var exists = statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + name + "'")) {
                if (exists.next()) {
                    return;
                }
            }
            // Quoted: user would be a fine name, too.
            statement.execute("CREATE DATABASE \"" + name + "\"");
        } catch (SQLException e) {
            if (!"42P04".equals(e.getSQLState()) && !"23505".equals(e.getSQLState())) {
                throw new LocalPlatformException("Can't create the database " + name + ": " + e.getMessage(), e);
            }
        }
    }

    /** How many rows a database has of what is named here as in {@code FROM}; none where there is no such database. */
    long count(String database, String rows) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl(database), USER, PASSWORD);
                Statement statement = connection.createStatement();
                var result = statement.executeQuery("SELECT count(*) FROM " + rows)) {
            return result.next() ? result.getLong(1) : 0;
        } catch (SQLException e) {
            if (NO_DATABASE.equals(e.getSQLState())) {
                return 0;
            }
            throw new LocalPlatformException("Can't look into the database " + database + ": " + e.getMessage(), e);
        }
    }

    /** Deletes a database, whoever is connected. */
    void dropDatabase(String name) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"), USER, PASSWORD);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS \"" + name + "\" WITH (FORCE)");
        } catch (SQLException e) {
            throw new LocalPlatformException("Can't delete the database " + name + ": " + e.getMessage(), e);
        }
    }

    /** The postmaster, where it lives. */
    Optional<OsProcess> process() {
        try (Stream<String> lines = Files.lines(pidFile())) {
            return lines.findFirst()
                    .map(String::strip)
                    .filter(line -> line.matches("\\d+"))
                    .map(Long::valueOf)
                    .filter(this::isOurPostmaster)
                    .flatMap(OsProcess::of);
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }

    /** The postmaster and its children. */
    Stream<OsProcess> processes() {
        return process().stream()
                .flatMap(postmaster -> Stream.concat(
                        Stream.of(postmaster),
                        ProcessHandle.of(postmaster.pid()).stream()
                                .flatMap(ProcessHandle::children)
                                .flatMap(child -> OsProcess.of(child.pid()).stream())));
    }

    private Path pidFile() {
        return data.resolve("postmaster.pid");
    }

    /** The pid in the file may have gone to another program since: the folder on its command line is ours alone. */
    private boolean isOurPostmaster(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().arguments())
                .filter(arguments -> List.of(arguments).contains(data.toString()))
                .isPresent();
    }

    /** Into a folder beside and renamed: a start that was killed half-way leaves nothing that looks like a database. */
    private void initialise(Path binaries) throws IOException {
        Path part = data.resolveSibling("data.part");
        Folders.delete(part);
        List<String> arguments = new ArrayList<>(List.of(CLUSTER.split(" ")));
        arguments.addAll(List.of("--pgdata=" + part, "--username=" + USER, "--auth=trust"));
        run(binaries, "initdb", arguments.toArray(String[]::new));
        Files.move(part, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private void run(Path binaries, String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (isRootOnLinux()) {
            // PostgreSQL refuses root. In a user namespace of its own it is nobody, and the files stay root's.
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(binaries.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        Path output = log.resolveSibling(program + ".log");
        long logged = LogFiles.size(log);
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
            builder.environment().put("LC_ALL", "C");
            if (builder.start().waitFor() != 0) {
                throw failure(program, output, logged);
            }
        } catch (IOException e) {
            throw new LocalPlatformException(
                    "Can't run " + command.getFirst() + " for PostgreSQL (" + e.getMessage()
                            + "): as root it needs util-linux; or run as another user",
                    e);
        } catch (InterruptedException e) {
            throw OsProcess.interrupted();
        }
    }

    private LocalPlatformException failure(String program, Path output, long logged) throws IOException {
        String said = Files.readString(output, StandardCharsets.UTF_8);
        if (said.contains("unshare")) {
            return new LocalPlatformException(
                    "PostgreSQL does not run as root and this system allows no user namespace: run as another user");
        }
        String reason = LogFiles.lastError(log, logged)
                .or(() -> LogFiles.lastError(output))
                .orElse(program + " says nothing");
        return new LocalPlatformException("PostgreSQL did not start: " + reason + " (log: " + log + ")");
    }

    private static boolean isRootOnLinux() {
        try {
            Path self = Path.of("/proc/self");
            return Files.exists(self) && Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
