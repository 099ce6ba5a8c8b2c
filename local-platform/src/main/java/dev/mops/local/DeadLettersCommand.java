package dev.mops.local;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code mops dead-letters}: the dead letters of all services, to look at and to act on. */
@Command(
        name = "dead-letters",
        description = "Show the dead letters of all services; replay, edit or discard them.",
        synopsisSubcommandLabel = "[COMMAND]",
        sortOptions = false)
final class DeadLettersCommand implements Callable<Integer> {

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final String PATH = "deadletters";
    private static final int LARGEST_PAGE = 200;
    private static final Pattern NAME_FORM = Pattern.compile("([a-z][a-z0-9-]*)/(\\d{1,18})");
    private static final String NAME = "A dead letter, such as billing-service/17.";

    private final Actuators services;
    private final PrintStream out;
    private final PrintStream err;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private final Filter filter = new Filter();

    @Mixin
    private final Listing listing = new Listing();

    DeadLettersCommand(Actuators services, PrintStream out, PrintStream err) {
        this.services = services;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        return printList(filter, listing);
    }

    @Command(description = "Show the dead letters of all services, and how many there are of each cause.")
    int list(@Mixin Filter which, @Mixin Listing how) {
        refuseOptionsBefore("list");
        return printList(which, how);
    }

    @Command(
            description =
                    "Show all of one dead letter: its error, payload, headers, what waits behind it, what was done.")
    int show(
            @Parameters(paramLabel = "<service>/<id>", description = NAME) String text,
            @Option(names = "--payload", description = "Print its payload alone, as JSON.") boolean payload,
            @Option(names = "--json", description = "Print one JSON document.") boolean json) {
        refuseOptionsBefore("show");
        Name name = name(text);
        JsonNode letter = get(name);
        if (payload) {
            if (!letter.hasNonNull("payload")) {
                throw new LocalPlatformException(name + " has no payload that is JSON");
            }
            out.println(pretty(letter.path("payload")));
        } else if (json) {
            ObjectNode named = Actuators.JSON.createObjectNode().put("deadLetter", name.toString());
            out.println(pretty(letter instanceof ObjectNode fields ? named.setAll(fields) : named));
        } else {
            DeadLetterText.all(name.toString(), letter).forEach(out::println);
        }
        return OK;
    }

    @Command(
            description = "Hand dead letters to their handlers again; their attempts begin anew, what waits follows.",
            sortOptions = false)
    int replay(
            @Parameters(paramLabel = "<service>/<id>", description = NAME) @Nullable List<String> names,
            @Mixin Act act,
            @Mixin Bulk bulk,
            @Mixin Filter which) {
        return replayOrDiscard("replay", names, act, bulk, which);
    }

    @Command(
            description = "Give dead letters up: the service publishes the negative outcome, what waits goes on.",
            sortOptions = false)
    int discard(
            @Parameters(paramLabel = "<service>/<id>", description = NAME) @Nullable List<String> names,
            @Mixin Act act,
            @Mixin Bulk bulk,
            @Mixin Filter which) {
        return replayOrDiscard("discard", names, act, bulk, which);
    }

    @Command(description = "Give a dead letter another payload; a replay then runs it.", sortOptions = false)
    int edit(
            @Parameters(paramLabel = "<service>/<id>", description = NAME) String text,
            @Option(
                            names = "--payload",
                            required = true,
                            paramLabel = "<file>",
                            description = "The payload as JSON; - reads it from standard input.")
                    String payload,
            @Mixin Act act) {
        refuseOptionsBefore("edit");
        Name name = name(text);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("payload", read(payload));
        return actOn(List.of(name), "edit", act, body);
    }

    private int printList(Filter which, Listing how) {
        if (how.limit < 0) {
            throw usage("--limit must be at least 0, not " + how.limit);
        }
        Report report = new Report("service", how.json, out, err);
        for (String service : services.named(which.services)) {
            report.attempt(service, () -> {
                JsonNode answer = read(service, which, how.limit);
                DeadLetterText.list(service, answer).forEach(report::say);
                return answer;
            });
        }
        return report.end() ? OK : FAILED;
    }

    /** The first dead letters of a service, on as many pages as that takes. */
    private JsonNode read(String service, Filter which, int limit) {
        int size = Math.clamp(limit, 1, LARGEST_PAGE);
        JsonNode first = services.get(service, PATH + which.query(0, size));
        if (!(first.path("deadLetters") instanceof ArrayNode letters)) {
            throw new LocalPlatformException(service + " answers something else than a list of dead letters");
        }
        JsonNode page = letters;
        for (int number = 1; letters.size() < limit && page.size() == size; number++) {
            page = services.get(service, PATH + which.query(number, size)).path("deadLetters");
            page.forEach(letters::add);
        }
        while (letters.size() > limit) {
            letters.remove(letters.size() - 1);
        }
        letters.forEach(letter -> ((ObjectNode) letter)
                .put("deadLetter", service + "/" + letter.path("id").asString()));
        return first;
    }

    private int replayOrDiscard(String action, @Nullable List<String> given, Act act, Bulk bulk, Filter which) {
        refuseOptionsBefore(action);
        List<Name> names =
                given == null ? List.of() : given.stream().map(this::name).toList();
        if (names.isEmpty() == !bulk.all) {
            throw usage("Name dead letters, such as billing-service/17, or say --all, with --service, --type, --error,"
                    + " --key or --older-than to choose among them");
        }
        if (!names.isEmpty() && (bulk.dryRun || bulk.rate != null || which.isSet())) {
            throw usage("--service, --type, --error, --key, --older-than, --rate and --dry-run belong to --all, not to"
                    + " dead letters that are named");
        }
        return bulk.all ? actOnAll(action, act, bulk, which) : actOn(names, action, act, Map.of());
    }

    private int actOn(List<Name> names, String action, Act act, Map<String, Object> more) {
        String reason = reason(act);
        String operator = operator(act);
        if (act.ifVersion != null && names.size() > 1) {
            throw usage("--if-version is of one dead letter, not of " + names.size());
        }
        Report report = new Report("deadLetter", act.json, out, err);
        for (Name name : names) {
            report.attempt(name.toString(), () -> {
                // Who has changed it meanwhile wins: this act was meant for what was seen.
                long seen = act.ifVersion != null
                        ? act.ifVersion
                        : get(name).path("version").asLong();
                Map<String, Object> body = new LinkedHashMap<>(more);
                body.put("action", action);
                body.put("reason", reason);
                body.put("force", act.force);
                body.put("version", seen);
                JsonNode answer = services.post(services.named(name.service()), name.path(), body, operator);
                report.say(DeadLetterText.acted(name.toString(), answer));
                return answer;
            });
        }
        return report.end() ? OK : FAILED;
    }

    private int actOnAll(String action, Act act, Bulk bulk, Filter which) {
        if (act.ifVersion != null) {
            throw usage("--if-version is of one dead letter, not of all");
        }
        Map<String, Object> body = new LinkedHashMap<>(which.fields());
        body.put("action", action);
        // The service asks for one; a dry run does nothing that needs it.
        body.put("reason", bulk.dryRun && act.reason == null ? "dry run" : reason(act));
        body.put("force", act.force);
        body.put("dryRun", bulk.dryRun);
        if (bulk.rate != null) {
            body.put("rate", bulk.rate);
        }
        String operator = operator(act);
        Report report = new Report("service", act.json, out, err);
        for (String service : services.named(which.services)) {
            report.attempt(service, () -> {
                JsonNode answer = services.post(service, PATH, body, operator);
                report.say(DeadLetterText.bulk(service, action, answer));
                return answer;
            });
        }
        return report.end() ? OK : FAILED;
    }

    private Name name(String text) {
        Matcher parts = NAME_FORM.matcher(text);
        if (!parts.matches()) {
            throw usage("'" + text + "' names no dead letter: that's <service>/<id>, such as billing-service/17");
        }
        String service = parts.group(1);
        return new Name(service.endsWith("-service") ? service : service + "-service", Long.parseLong(parts.group(2)));
    }

    private JsonNode get(Name name) {
        return services.get(services.named(name.service()), name.path());
    }

    private JsonNode read(String payload) {
        try {
            JsonNode json = Actuators.JSON.readTree(
                    payload.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(payload)));
            if (json.isMissingNode()) {
                throw new LocalPlatformException(payload + " is no JSON: it is empty");
            }
            return json;
        } catch (JacksonException e) {
            throw new LocalPlatformException(payload + " is no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new LocalPlatformException("Can't read " + payload, e);
        }
    }

    private String reason(Act act) {
        if (act.reason == null || act.reason.isBlank()) {
            throw usage("--reason is missing. It stays in the audit trail: --reason \"the gateway is back\"");
        }
        return act.reason;
    }

    private String operator(Act act) {
        if (act.operator == null) {
            String user = System.getenv("USER");
            return user != null && Act.isName(user) ? user : "mops";
        }
        if (!Act.isName(act.operator)) {
            throw usage("--operator must be of 1 to 100 ASCII letters, digits, blanks and . _ @ + -");
        }
        return act.operator;
    }

    /** What stands before the command would be of the list, and so of no effect: more would be replayed than was meant. */
    private void refuseOptionsBefore(String command) {
        if (!spec.commandLine().getParseResult().matchedArgs().isEmpty()) {
            throw usage("Options stand behind the command: ./mops dead-letters " + command + " --…");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static String pretty(JsonNode json) {
        return Actuators.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json);
    }

    /** A dead letter, as the list names it. */
    record Name(String service, long id) {

        String path() {
            return PATH + "/" + id;
        }

        @Override
        public String toString() {
            return service + "/" + id;
        }
    }

    /** Which dead letters. */
    static final class Filter {

        @Option(
                names = "--service",
                paramLabel = "<service>",
                description = "Only of this service; may stand several times.")
        private List<String> services = List.of();

        @Option(names = "--type", paramLabel = "<type>", description = "Only events of this type, order.paid.")
        private @Nullable String type;

        @Option(names = "--error", paramLabel = "<class>", description = "Only with this error class, full or simple.")
        private @Nullable String error;

        @Option(names = "--key", paramLabel = "<key>", description = "Only of this key: the order id.")
        private @Nullable String key;

        @Option(
                names = "--older-than",
                paramLabel = "<time>",
                description = "Only those that failed last before so long: 10m, 2h, PT15M.")
        private @Nullable String olderThan;

        boolean isSet() {
            return !services.isEmpty() || !fields().isEmpty();
        }

        Map<String, String> fields() {
            Map<String, String> fields = new LinkedHashMap<>();
            put(fields, "type", type);
            put(fields, "error", error);
            put(fields, "key", key);
            put(fields, "olderThan", olderThan);
            return fields;
        }

        String query(int page, int size) {
            Map<String, String> all = new LinkedHashMap<>(fields());
            all.put("page", Integer.toString(page));
            all.put("size", Integer.toString(size));
            return all.entrySet().stream()
                    .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                    .collect(Collectors.joining("&", "?", ""));
        }

        private static void put(Map<String, String> fields, String name, @Nullable String value) {
            if (value != null) {
                fields.put(name, value);
            }
        }
    }

    /** How the list is shown. */
    static final class Listing {

        @Option(
                names = "--limit",
                paramLabel = "<n>",
                defaultValue = "20",
                description = "So many of each service; 20 if not given.")
        private int limit = 20;

        @Option(names = "--json", description = "Print one JSON document.")
        private boolean json;
    }

    /** Who acts, and why. */
    static final class Act {

        private static final Pattern OPERATOR = Pattern.compile("[A-Za-z0-9._@+-][A-Za-z0-9._@+ -]{0,99}");

        @Option(names = "--reason", paramLabel = "<text>", description = "Why; it stays in the audit trail. Required.")
        private @Nullable String reason;

        @Option(
                names = "--operator",
                paramLabel = "<name>",
                description = "Who acts, for the audit trail; the user of this shell if not given.")
        private @Nullable String operator;

        @Option(names = "--force", description = "Also where it was replayed too often already.")
        private boolean force;

        @Option(
                names = "--if-version",
                paramLabel = "<n>",
                description = "Only if it is as it was shown, with this version.")
        private @Nullable Long ifVersion;

        @Option(names = "--json", description = "Print one JSON document.")
        private boolean json;

        static boolean isName(String operator) {
            return OPERATOR.matcher(operator).matches();
        }
    }

    /** Many at once. */
    static final class Bulk {

        @Option(names = "--all", description = "All dead letters, or all that the options below choose.")
        private boolean all;

        @Option(names = "--dry-run", description = "With --all: only say how many that would be.")
        private boolean dryRun;

        @Option(names = "--rate", paramLabel = "<n>", description = "With --all: at most so many in a second.")
        private @Nullable Integer rate;
    }
}
