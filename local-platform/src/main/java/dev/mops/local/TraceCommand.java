package dev.mops.local;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** {@code mops trace}: the story of one order, from all that is known of it anywhere. */
@Command(
        name = "trace",
        description = "Tell the whole story of one order, from all services: request, events, handlers, calls, retries,"
                + " logs, and where it is held up and why.")
final class TraceCommand implements Callable<Integer> {

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final String ORDERS = "order-service";
    // What a service makes of an order, where that can be asked for.
    private static final Map<String, String> PARTS =
            Map.of("billing-service", "payment", "shipping-service", "shipment");
    private static final int VERSION_WITH_TIME = 7;

    private final Actuators services;
    private final OrderLog log;
    private final @Nullable Path logs;
    private final PrintStream out;
    private final PrintStream err;
    private final Set<String> missing = new LinkedHashSet<>();

    @Parameters(
            paramLabel = "<order>",
            converter = OrderId.class,
            description = "The id of an order, as ./mops order prints it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private UUID order;

    /** @param logs the folder of the services' log files; null where they are not to be seen */
    TraceCommand(Actuators services, OrderLog log, @Nullable Path logs, PrintStream out, PrintStream err) {
        this.services = services;
        this.log = log;
        this.logs = logs;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        JsonNode page = attempt(ORDERS, () -> services.find(ORDERS, "/orders/" + order), NullNode.getInstance());
        if (page.isMissingNode()) {
            throw new LocalPlatformException("There is no order " + order);
        }
        OrderLog.Found found = attempt("kafka", () -> log.read(order, begin(page)), OrderLog.Found.NOTHING);
        Map<String, JsonNode> heads = new LinkedHashMap<>();
        Map<String, String> parts = new LinkedHashMap<>();
        for (String service : services.named(List.of())) {
            if (!missing.contains(service)) {
                attempt(service, () -> ask(service, found, heads, parts), false);
            }
        }
        LogLines.Found lines = logLines(page, found);
        OrderStory story = new OrderStory(order, page, found, lines.lines(), heads, parts, Instant.now());
        if (story.isEmpty()) {
            throw new LocalPlatformException("Nothing is known of an order " + order + noAnswer());
        }
        story.lines().forEach(out::println);
        if (lines.leftOut() > 0) {
            out.println("Of the logs the " + Lines.count(lines.leftOut(), "oldest line is", "oldest lines are")
                    + " left out: grep " + order + " " + logs);
        }
        if (logs == null) {
            out.println("Logs are not to be seen from here: docker compose logs <service> | grep " + order);
        }
        if (!missing.isEmpty()) {
            out.println("Not all of the story" + noAnswer() + ".");
        }
        return missing.isEmpty() ? OK : FAILED;
    }

    private String noAnswer() {
        return missing.isEmpty() ? "" : ": no answer from " + String.join(", ", missing);
    }

    /** Whether a service holds the order up, and what has become of the order there. */
    private boolean ask(String service, OrderLog.Found found, Map<String, JsonNode> heads, Map<String, String> parts) {
        head(service, found).ifPresent(head -> heads.put(service, head));
        String part = PARTS.get(service);
        if (part != null) {
            String status = services.find(service, "/" + part + "s?orderId=" + order)
                    .path(0)
                    .path("status")
                    .asString("");
            if (!status.isEmpty()) {
                parts.put(part, status);
            }
        }
        return true;
    }

    /** The event of the order that holds up what comes behind it in a service, whether it is tried again or dead. */
    private Optional<JsonNode> head(String service, OrderLog.Found found) {
        Set<String> ids = new LinkedHashSet<>();
        services.get(service, "deadletters?key=" + order)
                .path("deadLetters")
                .forEach(letter -> ids.add(letter.path("id").asString()));
        // Those that are tried again are in no list; their wake-ups name them.
        found.wakeups().reversed().stream()
                .filter(wakeup ->
                        wakeup.service().equals(service) && wakeup.id().matches("\\d+"))
                .forEach(wakeup -> ids.add(wakeup.id()));
        return ids.stream()
                .map(id -> services.find(service, "/actuator/deadletters/" + id))
                .filter(head -> head.path("key").asString("").equals(order.toString()))
                .findFirst();
    }

    private LogLines.Found logLines(JsonNode page, OrderLog.Found found) {
        if (logs == null || !Files.isDirectory(logs)) {
            return LogLines.Found.NOTHING;
        }
        Path folder = logs;
        Set<String> names = new HashSet<>();
        found.events().forEach(event -> names.addAll(List.of(event.id(), event.traceId())));
        page.path("timeline").forEach(entry -> names.add(entry.path("eventId").asString("")));
        names.remove("");
        return attempt("logs", () -> LogLines.of(folder, order.toString(), names), LogLines.Found.NOTHING);
    }

    /** When to begin to read: an order's id has a time, where its service can't be asked. */
    private Instant begin(JsonNode page) {
        if (page.hasNonNull("placedAt")) {
            return OrderStory.time(page.path("placedAt").asString());
        }
        return order.version() == VERSION_WITH_TIME
                ? Instant.ofEpochMilli(order.getMostSignificantBits() >>> 16)
                : Instant.EPOCH;
    }

    /** One that can't be asked keeps nobody from telling the rest. */
    private <T> T attempt(String who, Supplier<T> ask, T otherwise) {
        try {
            return ask.get();
        } catch (LocalPlatformException e) {
            err.println("mops: " + who + ": " + e.getMessage());
            missing.add(who);
            return otherwise;
        }
    }

    static final class OrderId implements ITypeConverter<UUID> {

        // Java reads 1-1-1-1-1, too.
        private static final Pattern FORM = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

        @Override
        public UUID convert(String text) {
            if (!FORM.matcher(text).matches()) {
                throw new TypeConversionException("'" + Lines.printable(text)
                        + "' is no id of an order: that's a UUID, as ./mops order prints it");
            }
            return UUID.fromString(text);
        }
    }
}
