package dev.mops.local;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Dead letters in lines for a terminal. Their texts come from records that nobody here has written. */
final class DeadLetterText {

    private static final int LONGEST_BASE64 = 1_000;
    private static final Duration RECENT = Duration.ofHours(1);

    private DeadLetterText() {}

    /** The answer of a service to the question for its list. */
    static List<String> list(String service, JsonNode answer) {
        List<String> lines = new ArrayList<>();
        long total = answer.path("total").asLong();
        if (total == 0) {
            lines.add(service + ": no dead letters");
        } else {
            lines.add(service + ": " + Lines.count(total, "dead letter", "dead letters") + waiting(answer));
            addTable(lines, causes(answer));
            JsonNode letters = answer.path("deadLetters");
            if (!letters.isEmpty()) {
                lines.add("");
                addTable(lines, letters(letters));
            }
            if (total > letters.size()) {
                lines.add("  … and " + (total - letters.size()) + " more: --limit " + total + " shows all");
            }
        }
        answer.path("bulks").forEach(bulk -> {
            if (isOfInterest(bulk)) {
                lines.add("  " + progress(bulk));
            }
        });
        if (lines.size() > 1) {
            lines.add("");
        }
        return lines;
    }

    /** All of one dead letter. */
    static List<String> all(String name, JsonNode letter) {
        List<String> lines = new ArrayList<>();
        lines.add(name + "  " + text(letter, "state"));
        List<List<String>> fields = new ArrayList<>();
        fields.add(List.of("type", text(letter, "type")));
        fields.add(List.of("key", text(letter, "key")));
        fields.add(List.of("event", text(letter, "eventId") + " of " + text(letter, "source")));
        fields.add(List.of("error", text(letter, "error")));
        fields.add(List.of("message", text(letter, "message")));
        fields.add(List.of(
                "attempts",
                text(letter, "attempts") + ", and "
                        + Lines.count(letter.path("replays").asLong(), "replay", "replays") + " before"));
        fields.add(
                List.of("failed", "first " + text(letter, "firstFailedAt") + ", last " + text(letter, "lastFailedAt")));
        if (letter.hasNonNull("due")) {
            fields.add(List.of("due", text(letter, "due") + ": it is tried again by itself"));
        }
        fields.add(List.of(
                "record",
                text(letter, "topic") + ", partition " + text(letter, "partition") + ", offset "
                        + text(letter, "offset") + ", of " + text(letter, "recordedAt")));
        fields.add(List.of("version", text(letter, "version")));
        fields.forEach(field -> lines.add("  " + pad(field.get(0), 10) + Lines.printable(field.get(1))));
        headers(lines, letter.path("headers"));
        payload(lines, letter);
        waitingEvents(lines, letter);
        history(lines, letter.path("history"));
        if (text(letter, "state").equals("DEAD")) {
            lines.add("");
            lines.add("When its cause is mended: ./mops dead-letters replay " + name + " --reason \"…\"");
            lines.add("Never to be handled:      ./mops dead-letters discard " + name + " --reason \"…\"");
        }
        return lines;
    }

    /** What an act led to. */
    static String acted(String name, JsonNode answer) {
        return switch (answer.path("action").asString("")) {
            case "replay" -> name + ": runs again, its attempts begin anew. What waits behind it follows";
            case "discard" -> name + ": discarded. What waits behind it goes on";
            case "edit" ->
                name + ": changed, and still dead (version " + text(answer, "version")
                        + "). Now: ./mops dead-letters replay " + name + " --reason \"…\"";
            default -> name + ": " + text(answer, "state");
        };
    }

    /** What an act on many leads to, or would. */
    static String bulk(String service, String action, JsonNode answer) {
        String matched = Lines.count(answer.path("matched").asLong(), "dead letter", "dead letters");
        if (answer.hasNonNull("bulkId")) {
            return service + ": " + action + " of " + matched + " has begun, bulk " + text(answer, "bulkId")
                    + ". ./mops dead-letters shows how far it is";
        }
        return service + ": " + matched + waiting(answer);
    }

    private static List<List<String>> causes(JsonNode answer) {
        return answer.path("causes")
                .valueStream()
                .map(cause -> List.of(
                        text(cause, "count"),
                        text(cause, "type"),
                        simple(text(cause, "error")),
                        cause.path("followers").asLong() == 0 ? "" : text(cause, "followers") + " wait behind"))
                .toList();
    }

    private static List<List<String>> letters(JsonNode letters) {
        return Stream.concat(
                        Stream.of(
                                List.of("DEAD LETTER", "TYPE", "KEY", "ERROR", "ATTEMPTS", "FOLLOWERS", "FAILED LAST")),
                        letters.valueStream()
                                .map(letter -> List.of(
                                        text(letter, "deadLetter"),
                                        text(letter, "type"),
                                        text(letter, "key"),
                                        simple(text(letter, "error")),
                                        text(letter, "attempts"),
                                        text(letter, "followers"),
                                        ago(text(letter, "lastFailedAt")))))
                .toList();
    }

    private static void addTable(List<String> lines, List<List<String>> rows) {
        Lines.table(rows).forEach(row -> lines.add("  " + row));
    }

    private static void headers(List<String> lines, JsonNode headers) {
        if (headers.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("Headers");
        headers.properties()
                .forEach(header -> lines.add("  "
                        + Lines.printable(
                                header.getKey() + ": " + header.getValue().asString(""))));
    }

    private static void payload(List<String> lines, JsonNode letter) {
        lines.add("");
        if (letter.hasNonNull("payloadBase64")) {
            String base64 = text(letter, "payloadBase64");
            lines.add("Payload: no JSON. Its bytes in Base64"
                    + (base64.length() > LONGEST_BASE64 ? ", the beginning (--json has all):" : ":"));
            lines.add("  " + base64.substring(0, Math.min(base64.length(), LONGEST_BASE64)));
        } else if (letter.hasNonNull("payload")) {
            lines.add("Payload");
            Actuators.JSON
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(letter.path("payload"))
                    .lines()
                    .forEach(line -> lines.add("  " + Lines.printable(line)));
        } else {
            lines.add("Payload: none");
        }
    }

    private static void waitingEvents(List<String> lines, JsonNode letter) {
        JsonNode waiting = letter.path("waiting");
        long followers = letter.path("followers").asLong(waiting.size());
        lines.add("");
        if (followers == 0) {
            lines.add("Nothing waits behind it");
            return;
        }
        lines.add("Waiting behind it: " + Lines.count(followers, "event", "events"));
        addTable(
                lines,
                waiting.valueStream()
                        .map(event ->
                                List.of(text(event, "type"), text(event, "eventId"), "since " + text(event, "heldAt")))
                        .toList());
        if (followers > waiting.size()) {
            lines.add("  … and " + (followers - waiting.size()) + " more");
        }
    }

    private static void history(List<String> lines, JsonNode history) {
        if (history.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("What was done");
        history.forEach(act -> lines.add("  "
                + Lines.printable(text(act, "at") + "  " + text(act, "action") + " by " + text(act, "operator")
                        + (act.path("verified").asBoolean() ? "" : " (unverified)") + ": " + text(act, "reason"))));
    }

    private static boolean isOfInterest(JsonNode bulk) {
        String finished = bulk.path("finishedAt").asString("");
        return finished.isEmpty() || since(finished).compareTo(RECENT) < 0;
    }

    private static String progress(JsonNode bulk) {
        boolean isOver = bulk.hasNonNull("finishedAt");
        return Lines.printable("bulk " + text(bulk, "id") + ", " + (isOver ? "over" : "at work") + ": "
                + text(bulk, "action") + " of " + text(bulk, "matched") + " by " + text(bulk, "operator") + " ("
                + text(bulk, "reason") + "): " + text(bulk, "acted") + " done, " + text(bulk, "skipped") + " skipped");
    }

    private static String waiting(JsonNode answer) {
        long followers = answer.path("followers").asLong();
        return followers == 0 ? "" : ", " + (followers == 1 ? "1 event waits" : followers + " events wait") + " behind";
    }

    private static String ago(String time) {
        return time.equals("-") ? time : Durations.uptime(since(time)) + " ago";
    }

    private static Duration since(String time) {
        try {
            Duration passed = Duration.between(Instant.parse(time), Instant.now());
            return passed.isNegative() ? Duration.ZERO : passed;
        } catch (DateTimeException e) {
            throw new LocalPlatformException("'" + Lines.printable(time) + "' is no time", e);
        }
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("-");
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }
}
