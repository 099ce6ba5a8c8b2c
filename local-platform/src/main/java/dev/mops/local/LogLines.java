package dev.mops.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Finds what the log files of the services say of one order: as text or, where that is set, as JSON. */
final class LogLines {

    // The file of a service, of a second instance, of one before the last start.
    private static final Pattern FILE = Pattern.compile("([\\w-]+-service(?:-\\d+)?)(?:\\.old)?\\.log");

    // Time, level, process, then application, thread and ids in brackets, and the logger.
    private static final Pattern TEXT = Pattern.compile("(\\S+)\\s+([A-Z]+)\\s+\\d+ --- .*? : (.*)");
    private static final Pattern BEGIN = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d.*|\\{\".*");
    private static final Pattern KEY = Pattern.compile("(?:\\bkey=|\"eventKey\":\")([0-9a-f-]{36})");
    private static final Pattern FRAME = Pattern.compile("\\s*(?:at |\\.\\.\\. |Suppressed: ).*");
    // No record of a service comes near it; what is longer is cut, so that no file is too large to be read.
    private static final int LONGEST_RECORD = 1 << 20;
    // Of one file. An order may be tried again for a day.
    private static final int MOST = 1_000;

    private LogLines() {}

    /**
     * The log records that speak of an order, and of no other.
     *
     * @param folder with a file for each service
     * @param order its id, which is also the key of its events
     * @param names what else it goes by: ids of its events and traces
     */
    static Found of(Path folder, String order, Set<String> names) {
        List<Line> lines = new ArrayList<>();
        int leftOut = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                Matcher service = FILE.matcher(String.valueOf(file.getFileName()));
                if (service.matches()) {
                    Found found = read(file, service.group(1), order, names);
                    lines.addAll(found.lines());
                    leftOut += found.leftOut();
                }
            }
        } catch (IOException e) {
            throw new LocalPlatformException("Can't read the logs in " + folder, e);
        }
        return new Found(lines, leftOut);
    }

    private static Found read(Path file, String service, String order, Set<String> names) throws IOException {
        Deque<Line> newest = new ArrayDeque<>();
        int all = 0;
        // What is no UTF-8, as at the end of a process that was killed, is replaced.
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            List<String> record = new ArrayList<>();
            int length = 0;
            String line;
            do {
                line = readLine(reader);
                if (line == null || BEGIN.matcher(line).matches()) {
                    Optional<Line> found = parse(record, service, order, names);
                    if (found.isPresent()) {
                        newest.add(found.get());
                        if (++all > MOST) {
                            newest.remove();
                        }
                    }
                    record.clear();
                    length = 0;
                }
                if (line != null && length < LONGEST_RECORD) {
                    record.add(line);
                    length += line.length() + 1;
                }
            } while (line != null);
        }
        return new Found(List.copyOf(newest), all - newest.size());
    }

    /** The next line, without what is too long of it; null at the end. */
    private static @Nullable String readLine(Reader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = reader.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = reader.read()) {
            if (line.length() < LONGEST_RECORD) {
                line.append((char) next);
            }
        }
        return line.toString().stripTrailing();
    }

    private static Optional<Line> parse(List<String> record, String service, String order, Set<String> names) {
        if (record.isEmpty() || !isOf(order, names, record)) {
            return Optional.empty();
        }
        String first = record.getFirst();
        try {
            if (first.startsWith("{")) {
                return Optional.of(json(service, Actuators.JSON.readTree(first)));
            }
            Matcher text = TEXT.matcher(first);
            return text.matches()
                    ? Optional.of(new Line(
                            OffsetDateTime.parse(text.group(1)).toInstant(),
                            service,
                            text.group(2),
                            text.group(3),
                            shortened(record.subList(1, record.size()))))
                    : Optional.empty();
        } catch (DateTimeException | JacksonException halfWritten) {
            return Optional.empty();
        }
    }

    private static boolean isOf(String order, Set<String> names, List<String> record) {
        if (record.stream().anyMatch(line -> line.contains(order))) {
            return true;
        }
        // One trace may have led to several orders.
        Matcher key = KEY.matcher(record.getFirst());
        return !key.find() && record.stream().anyMatch(line -> names.stream().anyMatch(line::contains));
    }

    private static Line json(String service, JsonNode record) {
        return new Line(
                Instant.parse(record.path("@timestamp").asString("")),
                service,
                record.at("/log/level").asString(record.path("log.level").asString("")),
                record.path("message").asString(""),
                shortened(record.at("/error/stack_trace").asString("").lines().toList()));
    }

    /** Of a stack trace what failed first and what that came from; the frames are in the log. */
    private static List<String> shortened(List<String> more) {
        List<String> causes = more.stream()
                .filter(line -> !line.isBlank() && !FRAME.matcher(line).matches())
                .toList();
        if (causes.isEmpty()) {
            return List.of();
        }
        List<String> kept = new ArrayList<>();
        kept.add(causes.getFirst().strip());
        if (causes.size() > 1) {
            kept.add(causes.getLast().strip());
        }
        int left = more.size() - kept.size();
        if (left > 0) {
            kept.add("… and " + Lines.count(left, "line", "lines") + " more");
        }
        return kept;
    }

    /**
     * What the files say, each in its order.
     *
     * @param leftOut how many older ones there are
     */
    record Found(List<Line> lines, int leftOut) {

        static final Found NOTHING = new Found(List.of(), 0);
    }

    /**
     * What a service logged.
     *
     * @param service with the port of a second instance
     * @param more what stands below the message, shortened
     */
    record Line(Instant at, String service, String level, String message, List<String> more) {

        /** Who only looks changes nothing, and looks often. */
        boolean isALook() {
            return message.startsWith("GET ");
        }

        /** Whether it says of an event no more than that it was published. */
        boolean isPublicationOf(Set<String> events) {
            return message.startsWith("Published ") && events.contains(message.substring(message.lastIndexOf(' ') + 1));
        }
    }
}
