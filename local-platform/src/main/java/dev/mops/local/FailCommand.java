package dev.mops.local;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;

/** {@code mops fail}: the handlers of a service fail as it is asked for, to see what becomes of their events. */
@Command(
        name = "fail",
        description = "Let the handlers of a service fail, to see what becomes of their events.",
        sortOptions = false)
final class FailCommand implements Callable<Integer> {

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final String PATH = "failures";

    private final Actuators services;
    private final PrintStream out;
    private final PrintStream err;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "<service>",
            description = "A service, such as billing-service; --list and --clear take all without one.")
    private @Nullable String service;

    @Option(names = "--type", paramLabel = "<type>", description = "Only events of this type, such as order.paid.")
    private @Nullable String type;

    @Option(names = "--key", paramLabel = "<key>", description = "Only events of this key: the order id.")
    private @Nullable String key;

    @Option(names = "--times", paramLabel = "<n>", description = "So many attempts; 1 if not given.")
    private @Nullable Integer times;

    @Option(names = "--until-cleared", description = "Each attempt, until ./mops fail --clear.")
    private boolean untilCleared;

    @Option(
            names = "--how",
            paramLabel = "<how>",
            defaultValue = "throw",
            converter = HowConverter.class,
            description = "throw (the handler fails; so if not given), slow (it takes 2 s longer), poison (the record"
                    + " can't be read), unavailable (the outside world is away).")
    private How how = How.THROW;

    @Option(names = "--list", description = "Show what is asked for.")
    private boolean list;

    @Option(names = "--clear", description = "End all that was asked for.")
    private boolean clear;

    FailCommand(Actuators services, PrintStream out, PrintStream err) {
        this.services = services;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        if (list || clear) {
            if ((list && clear) || type != null || key != null || times != null || untilCleared) {
                throw usage("--list and --clear stand alone, or with a service");
            }
            return list ? listAll() : clearAll();
        }
        if (service == null) {
            throw usage("Which service? ./mops fail billing-service --type order.inventory_reserved");
        }
        if (untilCleared && times != null) {
            throw usage("--times or --until-cleared, not both");
        }
        if (times != null && times < 1) {
            throw usage("--times must be at least 1, not " + times);
        }
        return atEach(this::ask);
    }

    private void ask(String name) {
        Integer hits = times == null && !untilCleared ? Integer.valueOf(1) : times;
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("type", type);
        body.put("key", key);
        body.put("how", how.word());
        // As text: the endpoints of the actuator read nothing else where JSON is read strictly.
        body.put("times", hits == null ? null : hits.toString());
        services.post(name, PATH, body, null);
        out.println(name + ": "
                + (hits == null ? "each attempt" : hits == 1 ? "the next attempt" : "the next " + hits + " attempts")
                + " at " + what(type, key) + " " + how.effect(hits != null && hits > 1)
                + (hits == null ? ", until it is cleared." : "."));
        out.println(how.next);
        out.println("Undo it: ./mops fail --clear " + name);
    }

    private int listAll() {
        return atEach(name -> {
            JsonNode switches = services.get(name, PATH).path("switches");
            if (switches.isEmpty()) {
                out.println(name + ": nothing fails on purpose");
            }
            switches.forEach(each -> out.println(name + ": "
                    + Lines.printable(each.path("how").asString() + " at "
                            + what(
                                    each.path("type").asString(null),
                                    each.path("key").asString(null)) + ", "
                            + (each.hasNonNull("remaining")
                                    ? Lines.count(each.path("remaining").asLong(), "time more", "times more")
                                    : "until cleared"))));
        });
    }

    private int clearAll() {
        return atEach(name -> {
            services.delete(name, PATH);
            out.println(name + ": nothing fails on purpose any more");
        });
    }

    /** At the service that was named, else at all; one that is down keeps nobody from the others. */
    private int atEach(Work work) {
        int status = OK;
        for (String name : services.named(service == null ? List.of() : List.of(service))) {
            try {
                work.at(name);
            } catch (LocalPlatformException e) {
                err.println("mops: " + name + ": " + e.getMessage());
                status = FAILED;
            }
        }
        return status;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static String what(@Nullable String type, @Nullable String key) {
        return (type == null ? "an event" : type) + (key == null ? "" : " of key " + key);
    }

    /** Something to do at a service. */
    private interface Work {
        void at(String service);
    }

    /** How an event fails. */
    enum How {
        THROW(
                "fails: its handler throws",
                "fail: the handler throws",
                "The event is tried again after 1 s, 10 s and 60 s, unless set otherwise; with the fourth failure it is a"
                        + " dead letter: ./mops dead-letters"),
        SLOW("takes 2 s longer", "take 2 s longer", "Nothing fails; what comes behind it in its batch waits."),
        POISON(
                "finds a record that can't be read",
                "find a record that can't be read",
                "The event is a dead letter at once: ./mops dead-letters"),
        UNAVAILABLE(
                "finds the outside world away",
                "find the outside world away",
                "The event waits 1 s, 10 s, 60 s, 60 s and so on, uses up no attempts, and only its order waits.");

        private final String one;
        private final String many;
        private final String next;

        How(String one, String many, String next) {
            this.one = one;
            this.many = many;
            this.next = next;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        String effect(boolean isMany) {
            return isMany ? many : one;
        }
    }

    static final class HowConverter implements ITypeConverter<How> {
        @Override
        public How convert(String word) {
            return Arrays.stream(How.values())
                    .filter(how -> how.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + word + "' is none of "
                            + Arrays.stream(How.values()).map(How::word).collect(Collectors.joining(", "))));
        }
    }
}
