package dev.mops.local;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code mops scale}: as many instances of a service as are asked for, whatever runs before. */
@Command(
        name = "scale",
        description = "Run so many instances of a service: starts further ones, or stops the newest in order.",
        sortOptions = false)
final class ScaleCommand implements Callable<Integer> {

    /** The partitions of the topic: whoever comes on top of those has none to read. */
    private static final int MOST = 12;

    /** Each takes up to 18 connections, 16 of them in its pool; PostgreSQL has 400. */
    static final int MOST_IN_ALL = 20;

    private final Platform platform;
    private final Actuators names;
    private final PrintStream out;

    @Parameters(index = "0", paramLabel = "<service>", description = "A service, such as billing-service.")
    private String service = "";

    @Parameters(index = "1", paramLabel = "<n>", description = "How many instances, 1 to " + MOST + ".")
    private int count;

    ScaleCommand(Platform platform, Actuators names, PrintStream out) {
        this.platform = platform;
        this.names = names;
        this.out = out;
    }

    @Override
    public Integer call() {
        String full = names.named(service);
        if (count < 1 || count > MOST) {
            throw new LocalPlatformException(full + " runs 1 to " + MOST + " times, not " + count
                    + (count < 1 ? ": ./mops kill <service> ends one at once, ./mops down stops all" : ""));
        }
        platform.alone(() -> scale(full));
        List<ServiceProcess> running = platform.running(full);
        out.println(full + ": " + Lines.count(running.size(), "instance", "instances"));
        running.forEach(instance -> out.printf(Locale.ROOT, "  %-24s %s%n", instance.name(), instance.url()));
        return 0;
    }

    private void scale(String name) {
        platform.refuseWithoutServers();
        refuseTooMany(name);
        ServiceProcess first = platform.service(name);
        if (!first.isRunning()) {
            start(first);
        }
        // One after the other: each has the whole machine for its start, and the newest is known.
        for (int missing = count - platform.running(name).size(); missing > 0; missing--) {
            start(platform.another(name));
        }
        List<ServiceProcess> running = platform.running(name);
        for (ServiceProcess surplus :
                running.subList(Math.min(count, running.size()), running.size()).reversed()) {
            long begin = System.nanoTime();
            surplus.stop();
            out.println(surplus.name() + ": stopped in " + Durations.since(begin));
        }
    }

    private void start(ServiceProcess instance) {
        long begin = System.nanoTime();
        try {
            instance.start();
        } catch (LocalPlatformException e) {
            // One that hangs is not left behind.
            instance.kill();
            throw e;
        }
        out.println(instance.name() + ": ready in " + Durations.since(begin));
    }

    /** One of each service counts, also where it is down: it may be started at any time. */
    private void refuseTooMany(String name) {
        long others = platform.instances().stream()
                .map(ServiceProcess::name)
                .filter(other -> !other.matches(name + "(-\\d+)?"))
                .count();
        if (others + count > MOST_IN_ALL) {
            throw new LocalPlatformException("With " + count + " of " + name + " there would be " + (others + count)
                    + " instances in all, and PostgreSQL has connections for " + MOST_IN_ALL + ": "
                    + (others < MOST_IN_ALL ? (MOST_IN_ALL - others) + " of " + name + " can run, or " : "")
                    + "run fewer of another service");
        }
    }
}
