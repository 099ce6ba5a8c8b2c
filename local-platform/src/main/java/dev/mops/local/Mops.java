package dev.mops.local;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The {@code mops} program: the whole platform on this machine, started, shown and broken from a shell. */
@Command(
        name = "mops",
        description = "The mo-ps platform on this machine, with or without Docker.",
        synopsisSubcommandLabel = "COMMAND")
public final class Mops implements Runnable {

    // A line for each step of an order: what the demo is for, and what a test with thousands of orders has no use for.
    private static final String TELLING = "--logging.level.dev.mops=debug";
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final String SERVICE =
            "A service, such as order-service, or one of its instances, such as order-service-8181 or replay-<group>, or kafka or postgres.";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = CommandLine.ScopeType.INHERIT,
            description = "Show what this command does.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** What Docker Compose does where the platform runs in containers: this program, in one of its own, sees no processes. */
    private static final Map<String, String> BY_COMPOSE = Map.of(
            "up", "docker compose up --wait",
            "down", "docker compose down",
            "logs", "docker compose logs <service>",
            "kill", "docker compose kill <service>",
            "start", "docker compose start <service>",
            "scale", "docker compose up --wait --scale billing-service=<n>",
            "reset", "docker compose down --volumes",
            "new-service", "./mops new-service, in the checkout,",
            "replay", "a container of the service with mops.messaging.replay-from, a group and a database of its own",
            "chaos", "./mops chaos, in the checkout,");

    private final Path root;
    private final Path home;
    private final Platform platform;
    private final boolean inContainer;
    private final PrintStream out;
    private final PrintStream err;

    private Mops(Path root, Platform platform, boolean inContainer, PrintStream out, PrintStream err) {
        this.root = root;
        this.home = platform.home();
        this.platform = platform;
        this.inContainer = inContainer;
        this.out = out;
        this.err = err;
    }

    /** Runs one command; the system property {@code mops.root} names the repository. */
    public static void main(String[] args) {
        // Kafka's client has much to say; what the user needs to know of it, this program says.
        System.getProperties().putIfAbsent("logback.configurationFile", "dev/mops/local/quiet-logback.xml");
        Path root = Path.of(System.getProperty("mops.root", "")).toAbsolutePath();
        String given = System.getenv("MOPS_HOME");
        Path home = given == null || given.isBlank() ? root.resolve(".mops") : Path.of(given);
        System.exit(execute(root, home, Ports.demo(), System.getenv("MOPS_SERVICES"), args));
    }

    /** Runs one command and gives the program's exit status. */
    static int execute(Path root, Path home, Ports ports, String... args) {
        return execute(root, home, ports, null, args);
    }

    /**
     * The same; in a container the services are reached by their names, and processes are left to Docker Compose.
     *
     * @param containers the services with their ports, where this program runs in a container beside theirs
     */
    private static int execute(Path root, Path home, Ports ports, @Nullable String containers, String... args) {
        Platform platform;
        try {
            platform = containers == null
                    ? Platform.of(
                            ServiceModule.in(root), ServiceModule.examplesIn(root), root, home, ports, List.of(TELLING))
                    : Platform.of(ServiceModule.parse(containers), List.of(), root, home, ports, List.of(TELLING));
        } catch (LocalPlatformException e) {
            System.err.println("mops: " + e.getMessage());
            return FAILED;
        }
        return new Mops(root, platform, containers != null, System.out, System.err).execute(args);
    }

    /** Runs one command on a platform that is at hand, as a test has it, and gives the program's exit status. */
    public static int execute(Path root, Platform platform, PrintStream out, PrintStream err, String... args) {
        return new Mops(root, platform, false, out, err).execute(args);
    }

    private int execute(String... args) {
        Actuators actuators = new Actuators(addresses());
        CommandLine program = new CommandLine(this)
                .addSubcommand(new UpCommand(platform, () -> sampleOrders(false), this::stopAll, out))
                .addSubcommand(new DeadLettersCommand(actuators, out, err))
                .addSubcommand(new FailCommand(actuators, out, err))
                .addSubcommand(new TraceCommand(actuators, orderLog(), logs(), out, err))
                .addSubcommand(new ScaleCommand(platform, actuators, out))
                .addSubcommand(new ReplayCommand(platform, InstantSource.system(), out))
                .addSubcommand(new StatusCommand(platform, inContainer ? addresses() : null, out))
                .setOut(new PrintWriter(out, true, out.charset()))
                .setErr(new PrintWriter(err, true, err.charset()))
                .setExecutionStrategy(this::execute)
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    if (e instanceof LocalPlatformException) {
                        err.println("mops: " + e.getMessage());
                        return FAILED;
                    }
                    throw e;
                })
                .setUsageHelpAutoWidth(true);
        return program.execute(args);
    }

    private int execute(ParseResult command) {
        if (inContainer && command.hasSubcommand()) {
            String name = command.subcommand().commandSpec().name();
            String instead = BY_COMPOSE.get(name);
            if (instead != null && !command.subcommand().isUsageHelpRequested()) {
                err.println("mops: The platform runs in containers: " + instead + " does that");
                return FAILED;
            }
        }
        return new CommandLine.RunLast().execute(command);
    }

    @Override
    public void run() {
        spec.commandLine().usage(out);
    }

    @Command(description = "Stop everything; the data stays.")
    int down() {
        if (!platform.isRunning()) {
            out.println("Nothing is running.");
            return OK;
        }
        platform.alone(this::stopAll);
        return OK;
    }

    @Command(description = "Print the log of a service.")
    int logs(
            @Parameters(paramLabel = "<service>", description = SERVICE) String service,
            @Option(
                            names = {"-f", "--follow"},
                            description = "Go on printing what is added.")
                    boolean follow)
            throws IOException {
        Path log = part(service).log();
        if (!Files.exists(log)) {
            throw new LocalPlatformException("No log of " + service + " yet: ./mops up starts it");
        }
        long printed = print(log, 0);
        while (follow && !out.checkError()) {
            OsProcess.pause();
            // Shorter than before: another file, begun anew.
            long size = Files.exists(log) ? Files.size(log) : printed;
            printed = print(log, size < printed ? 0 : printed);
        }
        return OK;
    }

    /** Prints a file from an offset to its end; returns where that is. */
    private long print(Path file, long from) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            Channels.newInputStream(channel.position(from)).transferTo(out);
            out.flush();
            return channel.position();
        } catch (NoSuchFileException e) {
            return from;
        }
    }

    @Command(description = "Kill a service at once (SIGKILL), as a crash would.")
    int kill(@Parameters(paramLabel = "<service>", description = SERVICE) String service) {
        Part part = part(service);
        if (!part.isRunning().getAsBoolean()) {
            throw new LocalPlatformException(part.name() + " is not running");
        }
        part.kill().run();
        out.println(part.name() + " is killed; ./mops start " + part.name() + " starts it again.");
        return OK;
    }

    @Command(description = "Start a service that is down.")
    int start(@Parameters(paramLabel = "<service>", description = SERVICE) String service) {
        Part part = part(service);
        if (part.isRunning().getAsBoolean()) {
            throw new LocalPlatformException(part.name() + " runs already");
        }
        if (!part.isServer() && !platform.postgres().isRunning()) {
            throw new LocalPlatformException(
                    part.name() + " needs its database, which is down: ./mops start postgres, then this again");
        }
        long begin = System.nanoTime();
        platform.alone(part.start());
        out.println(part.name() + ": ready in " + Durations.since(begin));
        return OK;
    }

    @Command(description = "Place sample orders and show how they end, and how fast.")
    int order(
            @Option(
                            names = "--count",
                            paramLabel = "<n>",
                            defaultValue = "1",
                            description = "How many; 1 if not given.")
                    int count,
            @Option(names = "--watch", description = "Show each status as the order moves.") boolean watch) {
        if (count < 1) {
            throw new LocalPlatformException("--count must be at least 1, not " + count);
        }
        SampleOrders orders = sampleOrders(watch);
        return orders.place(count) ? OK : FAILED;
    }

    @Command(description = "Stop everything and delete the data.")
    int reset() {
        if (platform.isRunning()) {
            platform.alone(this::stopAll);
        }
        platform.deleteData();
        out.println("All data in " + home + " is deleted.");
        return OK;
    }

    @Command(
            name = "new-service",
            description = "Make a service of the same shape as the others, that hears order.shipped.")
    int newService(@Parameters(paramLabel = "<name>", description = "For example returns.") String name)
            throws InterruptedException {
        NewService service = NewService.of(root, name);
        service.write();
        out.println(name + "-service is made; formatting it with Maven …");
        Build.maven(root, "-pl", "common-events," + name + "-service", "spotless:apply");
        out.println("Port " + service.port() + ", database and topic " + name + ". Now: mvn -pl " + name
                + "-service -am verify, ./mops up, and read docs/new-service.md");
        return OK;
    }

    @Command(
            description =
                    "Break a platform of its own at random while orders go on, and check what is left: no order lost,"
                            + " doubled or out of step. Takes no notice of the one that runs.",
            sortOptions = false)
    int chaos(
            @Option(
                            names = "--minutes",
                            paramLabel = "<n>",
                            defaultValue = "30",
                            description = "How long faults go on; 30 if not given.")
                    int minutes,
            @Option(
                            names = "--seed",
                            paramLabel = "<seed>",
                            description = "The plan of a former run with as many minutes; any plan if not given.")
                    @Nullable Long seed)
            throws InterruptedException {
        if (minutes < 1) {
            throw new LocalPlatformException("--minutes must be at least 1, not " + minutes);
        }
        List<String> arguments = List.of(
                "-pl",
                "system-tests",
                "-am",
                "-Dtest=ChaosTest",
                "-Dsurefire.failIfNoSpecifiedTests=false",
                "-Dspotless.check.skip=true",
                // What comes before and after the faults is given as long as all tests of a module.
                "-Dmops.tests.seconds=" + (minutes * 60 + 2_400),
                "-Dmops.chaos.minutes=" + minutes,
                // The build has one plan for all; who asks for chaos gets another one each time.
                "-Dmops.chaos.seed="
                        + (seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed),
                "verify");
        Build.maven(root, arguments.toArray(String[]::new));
        return OK;
    }

    private SampleOrders sampleOrders(boolean watch) {
        return new SampleOrders(url("order-service"), url("inventory-service"), watch, out::println);
    }

    private Map<String, URI> addresses() {
        Map<String, URI> addresses = new LinkedHashMap<>();
        platform.services().forEach(service -> addresses.put(service, url(service)));
        return addresses;
    }

    private OrderLog orderLog() {
        return new OrderLog(
                inContainer ? OrderLog.IN_CONTAINER : platform.kafka().bootstrapServers());
    }

    private @Nullable Path logs() {
        return inContainer ? null : home.resolve("logs");
    }

    private URI url(String service) {
        ServiceProcess instance = platform.service(service);
        return inContainer ? URI.create("http://" + service + ":" + instance.port()) : instance.url();
    }

    private void stopAll() {
        long begin = System.nanoTime();
        platform.stop();
        out.println("Stopped in " + Durations.since(begin));
    }

    private Part part(String name) {
        return Part.of(platform, name);
    }
}
