package dev.mops.local;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The whole platform on this machine: PostgreSQL, Kafka and the services as processes of their own. Nothing
 * supervises them, all state is in the home folder: what one program starts, another sees, kills, starts and stops.
 */
public final class Platform {

    /** What a demo and tests may ask of the services, and nobody else: to act on dead letters, and to fail on purpose. */
    public static final List<String> DEMO_SETTINGS =
            List.of("mops.messaging.dead-letters-writable=true", "mops.messaging.failure-switches=true");

    private static final Pattern FURTHER = Pattern.compile("(\\w+-service)-(\\d+)");
    private static final String PID = ".pid";
    private static final String REPLAY = "replay-";
    private static final String REPLAY_FILE = ".replay";
    private static final int PORT_STEP = 100;
    private static final int MOST_PORTS = 50;
    // All that is written to the home, but for the lock.
    private static final List<String> FOLDERS = List.of("postgres", "kafka", "run", "logs");

    private final Path root;
    private final Path home;
    private final Ports ports;
    private final List<String> settings;
    private final Map<String, ServiceApp> apps = new LinkedHashMap<>();
    private final Map<String, ServiceProcess> services = new LinkedHashMap<>();
    private final Map<String, ServiceProcess> examples = new LinkedHashMap<>();
    private final PostgresServer postgres;
    private final KafkaServer kafka;
    private final Object launching = new Object();
    private boolean stopped;

    private Platform(
            List<ServiceModule> modules,
            List<ServiceModule> exampleModules,
            Path root,
            Path home,
            Ports ports,
            int kafkaDoor,
            List<String> settings) {
        this.root = root;
        this.home = home.toAbsolutePath().normalize();
        this.ports = ports;
        this.settings = List.copyOf(settings);
        this.postgres = PostgresServer.at(this.home.resolve("postgres"), ports.postgres());
        this.kafka = KafkaServer.at(this.home.resolve("kafka"), ports.kafka(), kafkaDoor);
        modules.forEach(module -> services.put(module.name(), first(root, module)));
        exampleModules.forEach(module -> examples.put(module.name(), first(root, module)));
    }

    private ServiceProcess first(Path root, ServiceModule module) {
        String service = module.name();
        int port = ports.of(apps.size(), module);
        apps.put(service, new ServiceApp(root, module.folder()));
        return process(service, service, port, database(service), List.of());
    }

    /**
     * A platform; nothing is started yet.
     *
     * @param root the repository, with its services built
     * @param home the folder for data, logs and pids
     */
    public static Platform at(Path root, Path home, Ports ports) {
        return of(ServiceModule.in(root), ServiceModule.examplesIn(root), root, home, ports, List.of());
    }

    /**
     * The same, with settings for all services, and a broker that tells its clients to come through another port than its
     * own: the caller leads that on, and can cut it.
     */
    public static Platform at(Path root, Path home, Ports ports, int kafkaDoor, List<String> settings) {
        return new Platform(
                ServiceModule.in(root), ServiceModule.examplesIn(root), root, home, ports, kafkaDoor, settings);
    }

    /** The same, where the repository is not at hand to say which services there are. */
    static Platform of(
            List<ServiceModule> modules,
            List<ServiceModule> examples,
            Path root,
            Path home,
            Ports ports,
            List<String> settings) {
        return new Platform(modules, examples, root, home, ports, ports.kafka(), settings);
    }

    /** Starts everything and waits until it is ready; if something fails, nothing is left running. */
    public void start() {
        start(line -> {});
    }

    /** The same, and says what it is doing and how long it took. */
    public void start(Consumer<String> say) {
        synchronized (launching) {
            stopped = false;
        }
        try (Lock _ = lock()) {
            refuseIfRunning();
            refuseBusyPorts();
            try {
                prepare(say);
                // Again: to prepare may have taken a while.
                refuseBusyPorts();
                startServers(say);
                startServices(say);
            } catch (RuntimeException e) {
                stop();
                throw e;
            }
        }
    }

    /** Stops everything in order and waits; nothing where nothing runs. */
    public void stop() {
        synchronized (launching) {
            stopped = true;
        }
        List<Runnable> stops = new ArrayList<>();
        instances().forEach(instance -> stops.add(instance::stop));
        inParallel(stops);
        inParallel(List.of(kafka::stop, postgres::stop));
    }

    /** The folder for data, logs and pids. */
    Path home() {
        return home;
    }

    /** Whether any of its processes lives. */
    public boolean isRunning() {
        return postgres.isRunning() || kafka.isRunning() || instances().stream().anyMatch(ServiceProcess::isRunning);
    }

    /** A service by its name, for example {@code order-service}; one of the examples, too. */
    public ServiceProcess service(String name) {
        return known(name)
                .orElseThrow(() -> new LocalPlatformException("No service " + name + ": there are " + apps.keySet()));
    }

    private Optional<ServiceProcess> known(String service) {
        return Optional.ofNullable(services.get(service)).or(() -> Optional.ofNullable(examples.get(service)));
    }

    /** Whether this is the name of a service, or of an example in whatever language. */
    boolean isProgram(String name) {
        return apps.containsKey(name)
                || Files.isDirectory(root.resolve("examples").resolve(name));
    }

    /** One more instance of a service, on its database and a free port; the caller starts it. */
    public ServiceProcess another(String service) {
        return another(service, List.of());
    }

    /** The same, with settings of its own, for example {@code --mops.orders.max-in-flight=500}. */
    public ServiceProcess another(String service, List<String> settings) {
        return instance(service, freePort(service), settings);
    }

    /** The names of the services, in their order, without the examples. */
    public Set<String> services() {
        return Collections.unmodifiableSet(services.keySet());
    }

    /**
     * The services, each followed by the further instances of it that run, whoever started them; then what runs of the
     * examples, and for consumer groups that were fed with history.
     */
    public List<ServiceProcess> instances() {
        return Stream.of(
                        services.keySet().stream()
                                .flatMap(service ->
                                        Stream.concat(Stream.of(service(service)), further(service).stream())),
                        examples.keySet().stream().flatMap(example -> running(example).stream()),
                        replays().stream())
                .flatMap(each -> each)
                .toList();
    }

    /** The instances of a service that run: the first, if it does, then the further ones, the oldest first. */
    public List<ServiceProcess> running(String service) {
        return Stream.concat(Stream.of(service(service)).filter(ServiceProcess::isRunning), further(service).stream())
                .toList();
    }

    /** An instance by its name: a service, or a further instance or a replay of one that runs or has run. */
    Optional<ServiceProcess> instance(String name) {
        Matcher further = FURTHER.matcher(name);
        return further.matches() && apps.containsKey(further.group(1))
                ? Optional.of(instance(further.group(1), Integer.parseInt(further.group(2)), List.of()))
                        .filter(instance -> Files.exists(instance.log()))
                : known(name).or(() -> replay(name));
    }

    /**
     * An instance of a service for a consumer group and a database of its own. What it is started with is kept, so that it
     * can be killed and started like the others; the caller starts it.
     */
    ServiceProcess replay(String service, String group, List<String> settings) {
        String name = replayOf(group);
        List<String> lines =
                new ArrayList<>(List.of(service, String.valueOf(freePort(service)), replayDatabase(group)));
        lines.addAll(settings);
        try {
            Folders.create(home.resolve("run"));
            Files.write(replayFile(name), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return replay(name).orElseThrow();
    }

    /** The name of the instance that feeds a group with history. */
    static String replayOf(String group) {
        return REPLAY + group;
    }

    /** The database of the instance that feeds a group with history. */
    static String replayDatabase(String group) {
        return replayOf(group).replace('-', '_');
    }

    /** Forgets an instance that was never ready. */
    void forgetReplay(String group) {
        try {
            Files.deleteIfExists(replayFile(replayOf(group)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<ServiceProcess> replay(String name) {
        if (!name.matches(REPLAY + "[a-z0-9-]+")) {
            return Optional.empty();
        }
        try {
            List<String> lines = Files.readAllLines(replayFile(name));
            return Optional.of(process(
                    lines.get(0), name, Integer.parseInt(lines.get(1)), lines.get(2), lines.subList(3, lines.size())));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<ServiceProcess> replays() {
        return knownReplays()
                .filter(ServiceProcess::isRunning)
                .sorted(comparing(ServiceProcess::startInstant))
                .toList();
    }

    private Stream<ServiceProcess> knownReplays() {
        return runFiles(REPLAY, REPLAY_FILE).flatMap(name -> replay(name).stream());
    }

    private Path replayFile(String name) {
        return home.resolve("run").resolve(name + REPLAY_FILE);
    }

    /** The database server. */
    public PostgresServer postgres() {
        return postgres;
    }

    /** The broker. */
    public KafkaServer kafka() {
        return kafka;
    }

    /** The name of a service's database. */
    public static String database(String service) {
        return service.equals("order-service") ? "orders" : service.replace("-service", "");
    }

    /** Deletes all data and logs, and nothing else that lies in the folder; the platform must not run. */
    public void deleteData() {
        alone(() -> {
            if (isRunning()) {
                throw new LocalPlatformException("The platform is running: stop it first");
            }
            FOLDERS.forEach(folder -> Folders.delete(home.resolve(folder)));
        });
    }

    /** @throws LocalPlatformException if the servers that an instance needs are not there; it says what to do */
    void refuseWithoutServers() {
        if (!isRunning()) {
            throw new LocalPlatformException("The platform is not running: ./mops up starts it");
        }
        if (!postgres.isRunning()) {
            throw new LocalPlatformException("PostgreSQL is down: ./mops start postgres, then this again");
        }
        if (!kafka.isRunning()) {
            throw new LocalPlatformException("Kafka is down: ./mops start kafka, then this again");
        }
    }

    /** Runs what must not meet another program that starts or stops parts of this platform. */
    void alone(Runnable work) {
        try (Lock _ = lock()) {
            work.run();
        }
    }

    private List<ServiceProcess> further(String service) {
        return runFiles(service + "-", PID)
                .flatMap(name -> instance(name).stream())
                .filter(ServiceProcess::isRunning)
                .sorted(comparing(ServiceProcess::startInstant).thenComparingInt(ServiceProcess::port))
                .toList();
    }

    /** The files of instances whose names begin and end like this, without that end. */
    private Stream<String> runFiles(String begin, String end) {
        Path run = home.resolve("run");
        if (!Files.isDirectory(run)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(run)) {
            return files
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.startsWith(begin) && file.endsWith(end))
                    .map(file -> file.substring(0, file.length() - end.length()))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An instance of a service on its database and this port; the caller starts it. */
    public ServiceProcess instance(String service, int port, List<String> settings) {
        return process(service, service + "-" + port, port, database(service), settings);
    }

    /** By hundreds above the port of the first: not any one, so that names and logs are those of before. */
    private int freePort(String service) {
        // A replay that is down comes back on its port.
        Set<Integer> ours = Stream.concat(instances().stream(), knownReplays())
                .map(ServiceProcess::port)
                .collect(Collectors.toSet());
        ours.addAll(List.of(ports.postgres(), ports.kafka()));
        int first = service(service).port();
        return IntStream.rangeClosed(1, MOST_PORTS)
                .map(n -> first + n * PORT_STEP)
                .filter(port -> !ours.contains(port) && !PortHolder.isBusy(port))
                .findFirst()
                .orElseThrow(() -> new LocalPlatformException("No port is free for one more " + service + ": tried "
                        + (first + PORT_STEP) + ", " + (first + 2 * PORT_STEP) + " … "
                        + (first + MOST_PORTS * PORT_STEP)));
    }

    private ServiceProcess process(String service, String name, int port, String database, List<String> settings) {
        ServiceApp app = apps.get(service);
        if (app == null) {
            throw new IllegalArgumentException("No service: " + service);
        }
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.profiles.active=demo",
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--spring.datasource.url=" + postgres.jdbcUrl(database) + "?reWriteBatchedInserts=true",
                "--spring.datasource.username=" + PostgresServer.USER,
                "--spring.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                // Not Kafka's 45 s: so long a killed service that is back waits for its former self.
                "--spring.kafka.consumer.properties.session.timeout.ms=6000",
                "--spring.kafka.consumer.properties.heartbeat.interval.ms=2000"));
        DEMO_SETTINGS.forEach(setting -> arguments.add("--" + setting));
        arguments.addAll(this.settings);
        arguments.addAll(settings);
        return new ServiceProcess(name, port, app, arguments, home);
    }

    private void refuseIfRunning() {
        if (isRunning()) {
            throw new LocalPlatformException(
                    "The platform is running already (" + home
                            + "): ./mops status shows it, ./mops start <service> starts what is down, ./mops down stops it all");
        }
    }

    private void refuseBusyPorts() {
        Map<String, Integer> wanted = new LinkedHashMap<>();
        services.values().forEach(service -> wanted.put(service.name(), service.port()));
        wanted.put("PostgreSQL", ports.postgres());
        wanted.put("Kafka", ports.kafka());
        wanted.forEach((who, port) -> {
            if (PortHolder.isBusy(port)) {
                throw new LocalPlatformException("Port " + port + ", which " + who + " needs, is taken by "
                        + PortHolder.describe(port).orElse("another program") + ": stop that, then run this again");
            }
        });
    }

    private void prepare(Consumer<String> say) {
        List<Runnable> preparations = new ArrayList<>();
        // A training takes a processor and half a gigabyte.
        Semaphore free = new Semaphore(Runtime.getRuntime().availableProcessors());
        services.keySet().stream()
                .map(service -> requireNonNull(apps.get(service)))
                .forEach(app -> preparations.add(() -> {
                    free.acquireUninterruptibly();
                    try {
                        app.prepare(say);
                    } finally {
                        free.release();
                    }
                }));
        inParallel(preparations);
    }

    private void startServers(Consumer<String> say) {
        long begin = System.nanoTime();
        launch(kafka::launch);
        // pg_ctl starts and waits in one.
        launch(postgres::start);
        apps.keySet().forEach(service -> postgres.createDatabase(database(service)));
        say.accept("PostgreSQL: ready in " + Durations.since(begin));
        kafka.awaitReady();
        say.accept("Kafka: ready in " + Durations.since(begin));
    }

    private void startServices(Consumer<String> say) {
        long begin = System.nanoTime();
        services.values().forEach(service -> launch(service::launch));
        AtomicReference<@Nullable RuntimeException> first = new AtomicReference<>();
        List<Runnable> waits = new ArrayList<>();
        services.values()
                .forEach(service -> waits.add(() -> {
                    try {
                        service.awaitReady();
                        say.accept(service.name() + ": ready in " + Durations.since(begin));
                    } catch (RuntimeException e) {
                        // The first failure is the one to tell; nobody waits for the others.
                        if (first.compareAndSet(null, e)) {
                            services.values().forEach(ServiceProcess::kill);
                        }
                    }
                }));
        inParallel(waits);
        RuntimeException failure = first.get();
        if (failure != null) {
            throw failure;
        }
    }

    /** Starts one process, or none once a stop has begun: Ctrl-C may come at any moment of a start. */
    private void launch(Runnable start) {
        synchronized (launching) {
            if (stopped) {
                throw new LocalPlatformException("Stopped while starting");
            }
            start.run();
        }
    }

    /** Runs all to their ends; then throws the first failure, if any. */
    private static void inParallel(List<Runnable> tasks) {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> futures = new ArrayList<>();
            tasks.forEach(task -> futures.add(executor.submit(task)));
            for (Future<?> future : futures) {
                future.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            throw OsProcess.interrupted();
        }
    }

    private Lock lock() {
        try {
            FileChannel channel = FileChannel.open(
                    Folders.create(home).resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new LocalPlatformException("Another program is starting or stopping parts of this platform ("
                        + home + "): ./mops status shows how far it is");
            }
            return () -> {
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProgram) {
            return false;
        }
    }

    /** Held by the program that starts or stops parts of the platform, and released by the system if that dies. */
    private interface Lock extends AutoCloseable {
        @Override
        void close();
    }
}
