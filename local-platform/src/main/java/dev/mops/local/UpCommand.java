package dev.mops.local;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code mops up}: starts the platform, and stays with it or leaves it alone. */
@Command(
        name = "up",
        description = "Build what is stale, start everything, print the addresses; Ctrl-C stops it all.",
        sortOptions = false)
final class UpCommand implements Callable<Integer> {

    private static final int OK = 0;

    private final Platform platform;
    private final Supplier<SampleOrders> orders;
    private final Runnable stopAll;
    private final PrintStream out;

    @Option(
            names = {"-d", "--detach"},
            description = "Leave it running and return.")
    private boolean detach;

    UpCommand(Platform platform, Supplier<SampleOrders> orders, Runnable stopAll, PrintStream out) {
        this.platform = platform;
        this.orders = orders;
        this.stopAll = stopAll;
        this.out = out;
    }

    @Override
    public Integer call() throws InterruptedException {
        long begin = System.nanoTime();
        Thread stop = new Thread(() -> {
            out.println("\nStopping …");
            stopAll.run();
        });
        out.println("Starting the platform (its data: " + platform.home() + ") …");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            platform.start(line -> out.println("  " + line));
        } catch (LocalPlatformException e) {
            disarm(stop);
            throw e;
        }
        out.println("Ready in " + Durations.since(begin));
        printAddresses();
        if (detach) {
            disarm(stop);
            out.println("\nIt runs in the background: ./mops status, ./mops logs <service>, ./mops down");
            return OK;
        }
        out.println("\nCtrl-C stops it all.");
        watch(stop);
        disarm(stop);
        out.println("The platform was stopped.");
        return OK;
    }

    private void printAddresses() {
        out.println();
        platform.instances().forEach(service -> out.printf(Locale.ROOT, "  %-18s %s%n", service.name(), service.url()));
        out.printf(Locale.ROOT, "  %-18s %s%n", "Kafka", platform.kafka().bootstrapServers());
        out.printf(
                Locale.ROOT,
                "  %-18s %s  (user %s, password %s)%n",
                "PostgreSQL",
                platform.postgres().jdbcUrl("orders"),
                PostgresServer.USER,
                PostgresServer.PASSWORD);
        SampleOrders samples = orders.get();
        samples.anySku()
                .ifPresent(sku -> out.printf(
                        Locale.ROOT,
                        "%nPlace an order:%n%n  curl -i %s/orders -H 'Content-Type: application/json' -d '%s'%n",
                        platform.service("order-service").url(),
                        samples.body(sku, "c-42")));
    }

    /** Stays while the platform lives, and says what has died. */
    private void watch(Thread stop) throws InterruptedException {
        List<String> known = down();
        while (platform.isRunning()) {
            TimeUnit.SECONDS.sleep(1);
            List<String> down = down();
            List<String> before = known;
            if (platform.isRunning() && !stop.isAlive()) {
                down.stream()
                        .filter(name -> !before.contains(name))
                        .forEach(name ->
                                out.println(name + " has ended: ./mops logs " + name + ", ./mops start " + name));
            }
            known = down;
        }
    }

    private List<String> down() {
        return Part.all(platform).stream()
                .filter(part -> !part.isRunning().getAsBoolean())
                .map(Part::name)
                .toList();
    }

    /** From here on the end of this program leaves the platform alone; where Ctrl-C came before, waits for its end. */
    private static void disarm(Thread stop) throws InterruptedException {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException ending) {
            // The program ends with the hook, before this thread could say more.
            Thread.currentThread().join();
        }
    }
}
