package dev.mops.system.chaos;

import dev.mops.local.FreePorts;
import dev.mops.local.LocalPlatformException;
import dev.mops.local.Platform;
import dev.mops.local.Ports;
import dev.mops.local.ServiceProcess;
import dev.mops.system.chaos.History.Stock;
import dev.mops.system.chaos.History.Window;
import dev.mops.system.chaos.History.Wish;
import dev.mops.system.chaos.Operator.DeadLetter;
import dev.mops.system.chaos.Plan.Fault;
import dev.mops.system.chaos.Plan.Kind;
import dev.mops.system.chaos.Plan.Lane;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A run: a platform of its own, customers who never stop, and a plan of faults that are done to it. */
final class Chaos implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration UNTIL_QUIET = Duration.ofMinutes(6);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration PROGRESS = Duration.ofSeconds(4);
    private static final Set<String> FINAL = Set.of("SHIPPED", "REJECTED", "DECLINED", "UNDELIVERABLE", "CANCELLED");

    /** The types whose failure is asked for, by service. */
    private static final Map<String, List<String>> TYPES = Map.of(
            "order-service", List.of("order.inventory_reserved", "order.paid", "order.shipped"),
            "inventory-service", List.of("order.created", "order.shipped", "order.cancellation_requested"),
            "billing-service", List.of("order.created", "order.inventory_reserved", "order.cancellation_requested"),
            "shipping-service", List.of("order.created", "order.paid", "order.shipped"));

    private final Plan plan;
    private final Platform platform;
    private final Door door;
    private final Thread hook;
    private final long begin = System.nanoTime();
    private final List<Hit> hits = Collections.synchronizedList(new ArrayList<>());
    private final List<Window> windows = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    /** Held shared by whoever breaks what all need, alone by whoever watches that orders get on. */
    private final ReadWriteLock calm = new ReentrantReadWriteLock(true);

    private final AtomicInteger failures = new AtomicInteger();
    private volatile long ended;
    private volatile boolean isOver;
    private Duration longestRecovery = Duration.ZERO;
    private String longestRecoveryFrom = "none";

    Chaos(Path root, Path home, Plan plan) {
        this.plan = plan;
        Ports ports = Ports.free();
        this.door = new Door(FreePorts.find(), ports.kafka());
        this.platform = Platform.at(root, home, ports, door.port(), List.of("--mops.messaging.retry-delays=1s,2s,4s"));
        // For the run that is interrupted.
        this.hook = new Thread(platform::stop);
    }

    /** When a fault was done that hit. */
    private record Hit(Kind kind, Instant at) {}

    /** What a run came to. */
    record Result(History history, String summary, Map<Kind, Integer> counts, Set<String> surprises) {}

    /** Runs the whole plan, heals everything, and waits until nothing is under way any more. */
    Result run() throws InterruptedException {
        platform.stop();
        platform.deleteData();
        Runtime.getRuntime().addShutdownHook(hook);
        door.open();
        platform.start(System.out::println);
        try (Wire wire = new Wire(platform)) {
            HistoryReader reader = new HistoryReader(platform, wire);
            Operator operator = new Operator(platform);
            Map<String, Stock> atTheBeginning = reader.stock();
            Customers customers = new Customers(platform, plan.seed());
            Thread watch = Thread.ofVirtual().start(() -> watch(reader));
            Duration length;
            Duration quiet;
            boolean isQuiet;
            try (customers) {
                customers.start();
                List<Thread> lanes = new ArrayList<>();
                Hand hand = new Hand(reader, operator, customers, wire);
                for (Lane lane : Lane.values()) {
                    lanes.add(Thread.ofPlatform().daemon().name(lane.name()).start(() -> hand.run(lane)));
                }
                for (Thread lane : lanes) {
                    lane.join();
                }
                length = sinceBegin();
                say("The plan is through");
            }
            long healed = System.nanoTime();
            isQuiet = new Hand(reader, operator, customers, wire).endAll();
            quiet = Duration.ofNanos(System.nanoTime() - healed);
            isOver = true;
            watch.join();
            Throwable broken = failure.get();
            if (broken != null) {
                customers.surprises().add("A fault could not be done: " + broken);
            }
            if (!isQuiet) {
                customers
                        .surprises()
                        .add("Something is still under way " + UNTIL_QUIET.toSeconds() + " s after the end: " + ended
                                + " of " + customers.promised() + " orders have ended; rows under way: "
                                + platform.services().stream()
                                        .collect(Collectors.toMap(Function.identity(), reader::underWay))
                                + "; unread: " + wire.unread(platform.services()));
            }
            Map<String, Long> received = new HashMap<>();
            atTheBeginning.forEach((sku, stock) ->
                    received.put(sku, stock.onHand() + (sku.equals(Customers.SCARCE) ? customers.received() : 0)));
            History history = reader.read(customers.accepted(), received, windows);
            Map<Kind, Integer> counts = counts(history);
            return new Result(
                    history, summary(history, counts, customers, length, quiet), counts, customers.surprises());
        }
    }

    @Override
    public void close() {
        isOver = true;
        platform.stop();
        door.close();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It runs already.
        }
    }

    /** How often each kind of fault hit while an order was on its way, as the log has it. */
    private Map<Kind, Integer> counts(History history) {
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            counts.put(kind, 0);
        }
        synchronized (hits) {
            hits.stream()
                    .filter(hit -> history.isAnyOrderInFlight(hit.at()))
                    .forEach(hit -> counts.merge(hit.kind(), 1, Integer::sum));
        }
        return counts;
    }

    private String summary(
            History history, Map<Kind, Integer> counts, Customers customers, Duration length, Duration quiet) {
        Map<String, Long> statuses = new TreeMap<>();
        history.orders().values().forEach(order -> statuses.merge(order.status(), 1L, Long::sum));
        Map<String, Long> acts = new TreeMap<>();
        history.groups()
                .forEach((service, group) ->
                        group.acts().forEach(act -> acts.merge(service + " " + act.action(), 1L, Long::sum)));
        long dead = history.groups().values().stream()
                .mapToLong(group -> group.deadLetters().size())
                .sum();
        long first = history.log().stream()
                .map(History.LogRecord::id)
                .filter(id -> id != null)
                .distinct()
                .count();
        return String.format(
                Locale.ROOT,
                """
                seed %d, %.0f s of faults, quiet %.0f s after the last
                orders: %d accepted; %s
                answers (0 is none): %s
                log: %d records, %d events
                faults: %s
                dead letters: %d; acts: %s
                times watched in which some failed and others had to end: %d
                longest recovery: %.1f s (%s)
                """,
                plan.seed(),
                length.toMillis() / 1000.0,
                quiet.toMillis() / 1000.0,
                history.accepted().size(),
                statuses,
                customers.answers(),
                history.log().size(),
                first,
                counts,
                dead,
                acts,
                windows.size(),
                longestRecovery.toMillis() / 1000.0,
                longestRecoveryFrom);
    }

    private void watch(HistoryReader reader) {
        while (!isOver) {
            try {
                Map<String, Long> statuses = reader.statuses();
                ended = statuses.entrySet().stream()
                        .filter(status -> FINAL.contains(status.getKey()))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
            } catch (SQLException away) {
                // Killed, or not up yet: what was seen last counts.
            }
            pause(LOOK);
        }
    }

    private Duration sinceBegin() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private void say(String what) {
        System.out.printf(Locale.ROOT, "%7.1f s  %s%n", sinceBegin().toMillis() / 1000.0, what);
    }

    /** Until the clock says so: a fault lasts as long as its plan says. */
    static void pause(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .forever()
                .until(() -> System.nanoTime() - end >= 0);
    }

    private static boolean await(Duration atMost, BooleanSupplier condition) {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            pause(LOOK);
        }
        return true;
    }

    /** Does what the plan says. */
    private final class Hand {

        private final HistoryReader reader;
        private final Operator operator;
        private final Customers customers;
        private final Wire wire;
        private final long first = System.nanoTime();

        Hand(HistoryReader reader, Operator operator, Customers customers, Wire wire) {
            this.reader = reader;
            this.operator = operator;
            this.customers = customers;
            this.wire = wire;
        }

        void run(Lane lane) {
            try {
                for (Fault fault : plan.of(lane)) {
                    if (failure.get() != null) {
                        return;
                    }
                    await(
                            fault.at(),
                            () -> System.nanoTime() - first >= fault.at().toNanos());
                    must(PATIENCE, "no order is in flight", () -> customers.promised() > ended);
                    say(fault.kind() + " " + fault.target() + " " + fault.how());
                    Instant at = Instant.now();
                    hit(fault);
                    hits.add(new Hit(fault.kind(), at));
                }
            } catch (RuntimeException | Error e) {
                e.printStackTrace(System.out);
                failure.compareAndSet(null, e);
            }
        }

        private void hit(Fault fault) {
            Random dice = new Random(fault.dice());
            switch (fault.kind()) {
                case KILL_SERVICE -> {
                    ServiceProcess service = platform.service(fault.target());
                    outage(fault, service::kill, service::start);
                }
                case KILL_KAFKA -> outage(fault, platform.kafka()::kill, platform.kafka()::start);
                case KILL_POSTGRES -> outage(fault, platform.postgres()::kill, platform.postgres()::start);
                case PAUSE -> {
                    if (fault.target().equals("kafka")) {
                        outage(fault, platform.kafka()::pause, platform.kafka()::resume);
                    } else {
                        ServiceProcess service = platform.service(fault.target());
                        outage(fault, service::pause, service::resume);
                    }
                }
                case CUT_PORT -> outage(fault, door::cut, door::open);
                case REBALANCE -> rebalance(fault, dice);
                case FAIL -> fail(fault, dice);
                case POISON -> poison(fault, dice);
                case DUPLICATES ->
                    must(
                            PATIENCE,
                            "there is nothing to deliver again",
                            () -> patiently(() -> wire.duplicate(dice)) > 0);
                case REPLAY -> replay(fault, dice);
                case DISCARD -> discard(fault, dice);
            }
        }

        private void outage(Fault fault, Runnable breaks, Runnable heals) {
            calm.readLock().lock();
            try {
                long hit = System.nanoTime();
                breaks.run();
                pause(fault.lasting());
                heals.run();
                long before = ended;
                must(PATIENCE, "no order ended after " + fault, () -> ended > before);
                Duration recovery = Duration.ofNanos(System.nanoTime() - hit);
                if (recovery.compareTo(longestRecovery) > 0) {
                    longestRecovery = recovery;
                    longestRecoveryFrom = fault.kind() + " " + fault.target();
                }
            } finally {
                calm.readLock().unlock();
            }
        }

        private void rebalance(Fault fault, Random dice) {
            ServiceProcess second = platform.another(fault.target());
            calm.readLock().lock();
            try {
                // While PostgreSQL is down nothing starts.
                must(PATIENCE, second.name() + " does not start", () -> {
                    try {
                        second.start();
                        return true;
                    } catch (LocalPlatformException notYet) {
                        second.kill();
                        return false;
                    }
                });
            } finally {
                calm.readLock().unlock();
            }
            pause(fault.lasting());
            if (dice.nextBoolean()) {
                second.stop();
            } else {
                second.kill();
            }
        }

        private void fail(Fault fault, Random dice) {
            List<String> types = TYPES.getOrDefault(fault.target(), List.of());
            String type = types.get(dice.nextInt(types.size()));
            askAndAwait(fault.target(), fault.how(), type, 1 + dice.nextInt(8));
            if (failures.getAndIncrement() % 2 == 0) {
                watchProgress();
            }
        }

        /** Some orders fail at each attempt; meanwhile nothing is broken that the others need, so they have to end. */
        private void watchProgress() {
            String service = "shipping-service";
            calm.writeLock().lock();
            try {
                long before = ended;
                must(PATIENCE, "no order ended though nothing is broken", () -> ended > before);
                for (int i = 0; i < 3; i++) {
                    // Slow to be paid: asked for before shipping hears of it.
                    UUID order = customers.place(new Wish(Map.of("WEBCAM-4K", 1), "tok_slow", "10115", false));
                    ask(service, "throw", "order.paid", order.toString(), null);
                }
                must(PATIENCE, "none of the failing orders is held", () -> reader.underWay(service) > 0);
                Instant from = Instant.now();
                pause(PROGRESS);
                windows.add(new Window(from, Instant.now()));
                patiently(() -> operator.clearFailures(service));
            } finally {
                calm.writeLock().unlock();
            }
        }

        private void poison(Fault fault, Random dice) {
            List<String> types = TYPES.getOrDefault(fault.target(), List.of());
            String type = types.get(dice.nextInt(types.size()));
            askAndAwait(fault.target(), "poison", type, 1 + dice.nextInt(2));
            String open = patiently(() -> String.valueOf(reader.openOrder()));
            wire.poison(dice, open);
        }

        /** Asks for failures of a type, until the first one has struck. */
        private void askAndAwait(String service, String how, String type, int times) {
            ask(service, how, type, null, times);
            int left = patiently(() -> operator.failuresLeft(service, type));
            must(
                    PATIENCE,
                    "no " + type + " of " + service + " met the failure that was asked for",
                    () -> left == 0 || patiently(() -> operator.failuresLeft(service, type)) < left);
        }

        private void ask(String service, String how, String type, @Nullable String key, @Nullable Integer times) {
            int answer = patiently(() -> operator.fail(service, how, type, key, times));
            if (answer != 200) {
                throw new IllegalStateException(service + " answered " + answer + " to a failure that was asked for");
            }
        }

        private void replay(Fault fault, Random dice) {
            // Who is too late, since it moved meanwhile, takes another.
            must(PATIENCE, "no dead letter can be replayed", () -> {
                DeadLetter letter = anyDeadLetter(fault, dice);
                return dice.nextBoolean()
                        ? patiently(() -> operator.replayAll(letter.service())) == 202
                        : patiently(() -> operator.act(letter, "replay")) == 200;
            });
        }

        private void discard(Fault fault, Random dice) {
            must(
                    PATIENCE,
                    "no dead letter can be discarded",
                    () -> patiently(() -> operator.act(anyDeadLetter(fault, dice), "discard")) == 200);
        }

        /** A dead letter of any service; where there is none, one is asked for. */
        private DeadLetter anyDeadLetter(Fault fault, Random dice) {
            List<DeadLetter> letters = deadLetters();
            if (letters.isEmpty()) {
                poison(fault, dice);
                must(PATIENCE, "there is no dead letter", () -> !deadLetters().isEmpty());
                letters = deadLetters();
            }
            return letters.get(dice.nextInt(letters.size()));
        }

        private List<DeadLetter> deadLetters() {
            List<DeadLetter> letters = new ArrayList<>();
            platform.services().forEach(service -> letters.addAll(patiently(() -> operator.deadLetters(service))));
            return letters;
        }

        /** Clears what fails, acts on all dead letters, waits until nothing is under way; whether that came about. */
        boolean endAll() {
            platform.services().forEach(service -> patiently(() -> operator.clearFailures(service)));
            Random dice = new Random(plan.seed());
            return await(UNTIL_QUIET, () -> {
                for (DeadLetter letter : deadLetters()) {
                    // What is dead again after a replay can't be read, or fails for good.
                    boolean discards = letter.replays() > 0 || dice.nextInt(4) == 0;
                    patiently(() -> operator.act(letter, discards ? "discard" : "replay"));
                }
                return ended >= customers.promised()
                        && wire.isRead(
                                platform.services(),
                                () -> platform.services().stream().allMatch(service -> reader.underWay(service) == 0));
            });
        }

        private void must(Duration atMost, String otherwise, BooleanSupplier condition) {
            if (!await(atMost, condition)) {
                throw new IllegalStateException("For " + atMost.toSeconds() + " s " + otherwise);
            }
        }

        /** Again and again while the other side is away. */
        private <T> T patiently(Supplier<T> request) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                try {
                    return request.get();
                } catch (UncheckedIOException | IllegalStateException away) {
                    if (System.nanoTime() > end) {
                        throw away;
                    }
                    pause(LOOK);
                }
            }
        }
    }
}
