package dev.mops.local;

import java.io.PrintStream;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code mops replay}: feeds a new consumer group with history, as when a new service joins. */
@Command(
        name = "replay",
        description =
                "Feed a new consumer group with the log from a point on: an instance of a service, with a database"
                        + " of its own. The groups that are there notice nothing.",
        sortOptions = false)
final class ReplayCommand implements Callable<Integer> {

    private static final String BEGINNING = "beginning";
    // A database bears the name, too, and a topic with more behind it.
    private static final String GROUP = "[a-z][a-z0-9-]{0,39}";
    private static final String RETRY = "-retry";
    private static final String FORCED = "mops.messaging.replay-forced=true";

    private final Platform platform;
    private final InstantSource clock;
    private final PrintStream out;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "<time|beginning>",
            description = "The beginning, or a time such as 2026-11-22T10:15:30Z.")
    private String from = "";

    @Option(
            names = "--group",
            required = true,
            paramLabel = "<new group>",
            description = "The consumer group, one that there is not yet, such as reporting-2.")
    private String group = "";

    @Option(
            names = "--service",
            paramLabel = "<service>",
            defaultValue = "reporting-service",
            description = "The service whose handlers are fed; the example reporting-service if not given.")
    private String service = "";

    @Option(
            names = "--force",
            description = "Also a service that calls the outside world or publishes: all of that happens again.")
    private boolean force;

    ReplayCommand(Platform platform, InstantSource clock, PrintStream out) {
        this.platform = platform;
        this.clock = clock;
        this.out = out;
    }

    @Override
    public Integer call() {
        refuseOtherTimes();
        if (!group.matches(GROUP)) {
            throw new LocalPlatformException("'" + Lines.printable(group) + "' is no name for a consumer group here: it"
                    + " begins with a letter, and has up to 40 of a-z, 0-9 and -, such as reporting-2");
        }
        if (platform.isProgram(group) || group.endsWith("-service") || group.endsWith(RETRY)) {
            throw new LocalPlatformException(
                    "'" + group + "' is the name of a program's own group, or may become one's:"
                            + " name another, such as reporting-2");
        }
        String full = service.endsWith("-service") ? service : service + "-service";
        platform.service(full);
        platform.alone(() -> begin(full));
        // A long history holds up nobody who starts or stops something else meanwhile.
        awaitTheEnds();
        return 0;
    }

    private void refuseOtherTimes() {
        if (from.equals(BEGINNING)) {
            return;
        }
        try {
            Instant point = Instant.parse(from);
            if (point.isAfter(clock.instant())) {
                throw new LocalPlatformException(
                        "--from " + from + " has not come yet: a group is fed with what was, and goes on from there");
            }
            if (point.isBefore(Instant.EPOCH)) {
                throw new LocalPlatformException(
                        "--from must be " + BEGINNING + " or a time from 1970 on, not " + from);
            }
        } catch (DateTimeParseException e) {
            throw new LocalPlatformException("--from must be " + BEGINNING
                    + " or a time such as 2026-11-22T10:15:30Z, not " + Lines.printable(from));
        }
    }

    private void begin(String name) {
        platform.refuseWithoutServers();
        if (platform.instances().size() >= ScaleCommand.MOST_IN_ALL) {
            throw new LocalPlatformException(ScaleCommand.MOST_IN_ALL
                    + " instances run, and PostgreSQL has connections for no more: ./mops status shows them,"
                    + " ./mops kill ends one");
        }
        String database = Platform.replayDatabase(group);
        try (GroupOffsets offsets = offsets()) {
            List<String> there = offsets.groups();
            if (!there.isEmpty()
                    || platform.instance(Platform.replayOf(group))
                            .filter(ServiceProcess::isRunning)
                            .isPresent()) {
                throw new LocalPlatformException("The consumer group " + (there.isEmpty() ? group : there.getFirst())
                        + " is there already, and goes on where it is: name one that is new");
            }
            // One without tables is of a replay that was interrupted before its start.
            if (platform.postgres().count(database, "pg_tables WHERE schemaname = 'public'") > 0) {
                throw new LocalPlatformException("The database " + database + " is there already, of a former replay"
                        + " into this group, and its inbox would know the events: name another group");
            }
            start(name, database, offsets);
        }
    }

    private void start(String name, String database, GroupOffsets offsets) {
        long begin = System.nanoTime();
        List<String> settings = new ArrayList<>(
                List.of("--mops.messaging.consumer-group=" + group, "--mops.messaging.replay-from=" + from));
        if (force) {
            settings.add("--" + FORCED);
        }
        ServiceProcess instance = platform.replay(name, group, settings);
        try {
            instance.prepare(out::println);
            platform.postgres().createDatabase(database);
            instance.start();
        } catch (RuntimeException e) {
            RuntimeException told = e instanceof LocalPlatformException
                            && String.valueOf(e.getMessage()).contains(FORCED)
                    ? new LocalPlatformException(String.valueOf(e.getMessage()).replace(FORCED, "--force"), e)
                    : e;
            leaveNothing(instance, database, offsets, told);
            throw told;
        }
        out.println(instance.name() + ": ready in " + Durations.since(begin) + ", with the database " + database);
    }

    /** So that the next try finds the group as new as this one did; its consumers may have begun before the start failed. */
    private void leaveNothing(
            ServiceProcess instance, String database, GroupOffsets offsets, RuntimeException failure) {
        try {
            instance.kill();
            platform.forgetReplay(group);
            platform.postgres().dropDatabase(database);
            offsets.delete();
        } catch (LocalPlatformException e) {
            out.println("What this try began is not all gone, so the next one needs another group: " + e.getMessage());
            failure.addSuppressed(e);
        }
    }

    private void awaitTheEnds() {
        ServiceProcess instance = platform.instance(Platform.replayOf(group)).orElseThrow();
        long begin = System.nanoTime();
        try (GroupOffsets offsets = offsets()) {
            long read = offsets.awaitTheEnds(from.equals(BEGINNING) ? Instant.MIN : Instant.parse(from), instance);
            out.println(group + " has read " + Lines.count(read, "record", "records") + " of "
                    + String.join(", ", offsets.topics()) + " in " + Durations.since(begin)
                    + ", and goes on with what comes");
        }
        tellHowToLook(instance);
    }

    private GroupOffsets offsets() {
        return new GroupOffsets(platform.kafka().bootstrapServers(), group);
    }

    /** What the service shows to whoever asks without more. */
    private void tellHowToLook(ServiceProcess instance) {
        Actuators actuators = new Actuators(Map.of(instance.name(), instance.url()));
        JsonNode dead = actuators.get(instance.name(), "deadletters").path("deadLetters");
        if (!dead.isEmpty()) {
            out.println("Some could not be handled: curl " + instance.url() + "/actuator/deadletters");
        }
        // Not by its health, which may be some seconds old.
        long retrying = platform.postgres().count(Platform.replayDatabase(group), "held_key WHERE state = 'RETRYING'");
        if (retrying > 0) {
            out.println("Not all has taken effect yet, since events of " + Lines.count(retrying, "key", "keys")
                    + " are tried again: curl " + instance.url() + "/actuator/health");
        }
        out.println();
        actuators.find(instance.name(), "/v3/api-docs").path("paths").properties().stream()
                .filter(path -> path.getValue().has("get") && !path.getKey().contains("{"))
                .map(path -> URI.create(instance.url() + path.getKey()))
                .forEach(address -> out.println("  curl " + address));
        out.println();
        out.println("Its name is " + instance.name() + ", for ./mops logs, kill and start; ./mops down stops it, too.");
    }
}
