package dev.mops.local;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The story of one order, in lines for a terminal. Of events it tells types and ids, no payloads: those hold names and
 * addresses.
 *
 * @param page the order as its service shows it; a null node where that did not answer
 * @param log what Kafka keeps of it
 * @param logLines what the services logged of it
 * @param heads by service the event that holds it up, as {@code ./mops dead-letters show} has it
 * @param parts what it has become elsewhere, such as the payment's status
 * @param now when it is told
 */
record OrderStory(
        UUID order,
        JsonNode page,
        OrderLog.Found log,
        List<LogLines.Line> logLines,
        Map<String, JsonNode> heads,
        Map<String, String> parts,
        Instant now) {

    // Logs have milliseconds: what they say comes after what an event with finer time says of the same one.
    private static final Duration REST_OF_A_MILLISECOND = Duration.ofNanos(999_999);

    /** Whether nobody knows anything of it. */
    boolean isEmpty() {
        return page.isNull() && heads.isEmpty() && parts.isEmpty() && timeline().isEmpty();
    }

    List<String> lines() {
        Timeline timeline = timeline();
        Instant begin = page.hasNonNull("placedAt")
                ? time(text(page, "placedAt"))
                : timeline.isEmpty() ? now : timeline.begin();
        List<String> lines = new ArrayList<>(head(begin));
        lines.add("");
        lines.addAll(timeline.lines(begin));
        lines.add("");
        lines.addAll(end(begin));
        return lines;
    }

    private List<String> head(Instant begin) {
        Map<String, String> fields = new LinkedHashMap<>();
        // Where its service does not answer, it is the first that is known of it.
        fields.put(
                page.hasNonNull("placedAt") ? "placed" : "begins",
                begin.truncatedTo(ChronoUnit.MILLIS) + "; the times below are since then");
        if (!log.events().isEmpty()) {
            fields.put(
                    "Kafka",
                    "topic " + OrderLog.TOPIC + ", partition "
                            + log.events().getFirst().partition());
        }
        put(fields, "correlation", log.events().stream().map(OrderLog.Event::correlationId));
        put(fields, "trace", log.events().stream().map(OrderLog.Event::traceId));
        List<String> lines = new ArrayList<>();
        lines.add("Order " + order + (page.hasNonNull("status") ? "  " + text(page, "status") : ""));
        lines.addAll(indented(fields));
        return lines;
    }

    private Timeline timeline() {
        Timeline timeline = new Timeline();
        if (page.hasNonNull("placedAt")) {
            timeline.add(time(text(page, "placedAt")), "order-service", "takes the order: POST /orders");
        }
        Set<String> events = events(timeline);
        log.wakeups()
                .forEach(wakeup -> timeline.add(
                        wakeup.at(),
                        wakeup.service(),
                        "  an event of it is held (" + wakeup.service() + "/" + wakeup.id() + "): next attempt "
                                + (wakeup.due().isAfter(wakeup.at())
                                        ? "in " + Durations.seconds(Duration.between(wakeup.at(), wakeup.due()))
                                        : "now")));
        log.deaths()
                .forEach(death -> timeline.add(
                        death.at(),
                        death.service(),
                        "  an event of it is a dead letter (" + death.service() + "/" + death.id() + "): "
                                + simple(death.error()) + ", attempts: " + death.attempts()));
        logLines.stream()
                .filter(line -> !line.isALook() && !line.isPublicationOf(events))
                .forEach(line -> {
                    Instant at = line.at().truncatedTo(ChronoUnit.MILLIS).plus(REST_OF_A_MILLISECOND);
                    boolean isBad = line.level().equals("WARN") || line.level().equals("ERROR");
                    timeline.add(at, line.service(), "  " + (isBad ? line.level() + " " : "") + line.message());
                    line.more().forEach(more -> timeline.add(at, line.service(), "    " + more));
                });
        return timeline;
    }

    /** Tells the events, and gives their ids. */
    private Set<String> events(Timeline timeline) {
        Map<String, String> notes = page.path("timeline")
                .valueStream()
                .filter(entry -> entry.hasNonNull("note"))
                .collect(Collectors.toMap(entry -> text(entry, "eventId"), entry -> text(entry, "note"), (a, b) -> a));
        Map<String, OrderLog.Event> known = new HashMap<>();
        for (OrderLog.Event event : log.events()) {
            if (event.id().isEmpty()) {
                timeline.add(event.at(), event.service(), "→ a record that is no event  offset " + event.offset());
                continue;
            }
            String text = "→ " + event.type() + "  offset " + event.offset();
            if (known.putIfAbsent(event.id(), event) != null) {
                timeline.add(event.sentAt(), event.service(), text + ", once more: the inboxes drop it");
                continue;
            }
            OrderLog.Event cause = known.get(event.causationId());
            timeline.add(
                    event.at(),
                    event.service(),
                    text
                            + (cause == null
                                    ? ""
                                    : ", " + milliseconds(cause.at(), event.at()) + " after " + cause.type())
                            + ", sent " + milliseconds(event.at(), event.sentAt()) + " later"
                            + (notes.containsKey(event.id()) ? ": " + notes.get(event.id()) : ""));
        }
        Set<String> told = new HashSet<>(known.keySet());
        page.path("timeline").forEach(entry -> {
            if (told.add(text(entry, "eventId"))) {
                timeline.add(
                        time(text(entry, "at")),
                        text(entry, "source").replaceFirst("^/", ""),
                        "→ " + text(entry, "type") + (entry.hasNonNull("note") ? ": " + text(entry, "note") : ""));
            }
        });
        return told;
    }

    private List<String> end(Instant begin) {
        List<String> lines = new ArrayList<>();
        List<String> states = new ArrayList<>();
        states.add(page.hasNonNull("status") ? text(page, "status") : "not known, its service does not answer");
        parts.forEach((part, status) -> states.add("the " + part + " " + status));
        if (page.path("cancellationRequested").asBoolean()) {
            states.add("a cancellation is asked for");
        }
        lines.add(Lines.printable("Now: " + String.join(", ", states) + "."));
        heads.forEach((service, head) -> lines.addAll(heldUp(service, head, begin)));
        Set<String> told = new HashSet<>(heads.keySet());
        page.path("heldUp").forEach(hold -> {
            String service = text(hold, "service");
            if (told.add(service)) {
                lines.add("");
                lines.addAll(Timeline.wrapped(
                        Lines.printable("Held up in " + service + ": " + text(hold, "eventType") + ", since "
                                + text(hold, "since") + ": " + text(hold, "reason")
                                + (hold.path("dead").asBoolean()
                                        ? ". It is a dead letter: ./mops dead-letters --key " + order
                                        : ". It is tried again by itself")),
                        100));
            }
        });
        if (told.isEmpty()) {
            boolean hasEnded = SampleOrders.FINAL.contains(text(page, "status"));
            lines.add(
                    hasEnded
                            ? "Nothing holds it up."
                            : "No service says that it holds it up. Where it stands still, ./mops status shows what is down.");
        }
        return lines;
    }

    private List<String> heldUp(String service, JsonNode head, Instant begin) {
        String name = service + "/" + text(head, "id");
        boolean isDead = text(head, "state").equals("DEAD");
        long attempts = head.path("attempts").asLong();
        long followers = head.path("followers").asLong();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("why", simple(text(head, "error")) + ": " + text(head, "message"));
        fields.put(
                "since",
                at(text(head, "firstFailedAt"), begin) + "; "
                        + (attempts == 0
                                ? "no attempt used up: the outside is away"
                                : Lines.count(attempts, "attempt", "attempts"))
                        + (head.hasNonNull("lastFailedAt")
                                ? ", the last at " + Timeline.passed(begin, time(text(head, "lastFailedAt")))
                                : ""));
        if (followers > 0) {
            fields.put("behind it", followers == 1 ? "1 event waits" : followers + " events wait");
        }
        if (isDead) {
            fields.put("next", "nothing, until somebody acts: it is a dead letter");
            fields.put("look", "./mops dead-letters show " + name);
            fields.put("then", "./mops dead-letters replay " + name + " --reason \"…\", or discard");
        } else {
            fields.put("next", "attempt at " + next(head, begin) + ", by itself");
            fields.put("look", "./mops dead-letters show " + name);
        }
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(Lines.printable("Held up in " + service + ": " + text(head, "type") + ", offset "
                + text(head, "offset") + (isDead ? ", dead" : ", tried again")));
        lines.addAll(indented(fields));
        return lines;
    }

    private String next(JsonNode head, Instant begin) {
        if (!head.hasNonNull("due")) {
            return "any moment";
        }
        Instant due = time(text(head, "due"));
        return at(text(head, "due"), begin)
                + (due.isAfter(now) ? ", in " + Durations.seconds(Duration.between(now, due)) : ", which is now");
    }

    private static String at(String time, Instant begin) {
        if (time.equals("-")) {
            return time;
        }
        Instant at = time(time);
        return at.truncatedTo(ChronoUnit.MILLIS) + " (" + Timeline.passed(begin, at) + ")";
    }

    private static void put(Map<String, String> fields, String name, Stream<String> values) {
        Set<String> all = values.filter(value -> !value.isEmpty()).collect(Collectors.toCollection(LinkedHashSet::new));
        if (!all.isEmpty()) {
            fields.put(name, String.join(", ", all));
        }
    }

    private static List<String> indented(Map<String, String> fields) {
        int width = fields.keySet().stream().mapToInt(String::length).max().orElse(0);
        return fields.entrySet().stream()
                .flatMap(field -> Timeline.wrapped(
                        "  " + field.getKey()
                                + " ".repeat(width - field.getKey().length() + 2) + Lines.printable(field.getValue()),
                        110)
                        .stream())
                .toList();
    }

    private static String milliseconds(Instant from, Instant to) {
        return Durations.milliseconds(Duration.between(from, to));
    }

    static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new LocalPlatformException("'" + Lines.printable(text) + "' is no time", e);
        }
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("-");
    }
}
