package dev.mops.messaging.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * The table of an aggregate, event × state, as it stands by hand in {@code docs/state-tables.md}. That page says what a
 * cell means.
 */
public final class StateTable {

    private final String aggregate;
    private final List<String> states;
    private final Map<String, List<Cell>> rows;

    private StateTable(String aggregate, List<String> states, Map<String, List<Cell>> rows) {
        this.aggregate = aggregate;
        this.states = states;
        this.rows = rows;
    }

    /**
     * The table under the heading {@code ## <aggregate>}.
     *
     * @throws IllegalArgumentException if page, heading or table is missing, or a row has too few or too many cells
     */
    public static StateTable of(String aggregate) {
        List<List<String>> lines = new ArrayList<>();
        boolean inside = false;
        for (String line : page()) {
            if (line.startsWith("## ")) {
                inside = line.equals("## " + aggregate);
            } else if (inside && line.startsWith("|")) {
                lines.add(Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                        .map(cell -> cell.strip().replace("`", ""))
                        .toList());
            }
        }
        if (lines.size() < 3) {
            throw new IllegalArgumentException("docs/state-tables.md has no table under '## " + aggregate + "'");
        }
        List<String> states = lines.getFirst().subList(1, lines.getFirst().size());
        Map<String, List<Cell>> rows = new LinkedHashMap<>();
        for (List<String> line : lines.subList(2, lines.size())) {
            if (line.size() != states.size() + 1) {
                throw new IllegalArgumentException(aggregate + ": the row " + line.getFirst() + " has "
                        + (line.size() - 1) + " cells for " + states.size() + " states");
            }
            List<Cell> cells = line.stream().skip(1).map(Cell::parse).toList();
            if (cells.contains(new Cell.Undone()) && !aggregate.endsWith(", discarded")) {
                throw new IllegalArgumentException(
                        aggregate + ": only a discard leaves something undone, not " + line.getFirst());
            }
            rows.put(line.getFirst(), cells);
        }
        return new StateTable(aggregate, states, rows);
    }

    /** The states, from left to right. */
    public List<String> states() {
        return states;
    }

    /** The events, and the answers of the outside world, from top to bottom. */
    public List<String> events() {
        return List.copyOf(rows.keySet());
    }

    /** The events that are heard in some state. */
    public List<String> heard() {
        return rows.entrySet().stream()
                .filter(row -> row.getValue().stream().anyMatch(cell -> !(cell instanceof Cell.NotHeard)))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * What happens with an event in a state.
     *
     * @throws IllegalArgumentException if the table does not state it
     */
    public Cell cell(String event, String state) {
        List<Cell> row = rows.get(event);
        int column = states.indexOf(state);
        if (row == null || column < 0) {
            throw new IllegalArgumentException(
                    "The table of " + aggregate + " states nothing for " + event + " in " + state);
        }
        return row.get(column);
    }

    /** The cells of what is heard, for a test with parameters: the event, and the state. */
    public Stream<Arguments> cells() {
        return heard().stream().flatMap(event -> states.stream().map(state -> Arguments.of(event, state)));
    }

    /**
     * What may come of an event in a state: more than one where the decision takes one of them, none where it is refused.
     *
     * @throws IllegalArgumentException if the table does not state it, or if the event is not heard in this state
     */
    public List<Outcome> outcomes(String event, String state) {
        return switch (cell(event, state)) {
            case Cell.Ignored _, Cell.Undone _ -> List.of(new Outcome(state, Optional.empty(), Optional.empty()));
            case Cell.Moves(var outcomes) -> outcomes;
            case Cell.Refused _ -> List.of();
            case Cell.NotHeard _ ->
                throw new IllegalArgumentException(aggregate + ": " + event + " is not heard in " + state);
        };
    }

    private static List<String> page() {
        Path folder = Path.of("").toAbsolutePath();
        for (Path at = folder; at != null; at = at.getParent()) {
            Path page = at.resolve("docs").resolve("state-tables.md");
            if (Files.isRegularFile(page)) {
                try {
                    return Files.readAllLines(page);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        throw new IllegalArgumentException("docs/state-tables.md is in no folder above " + folder);
    }

    /** One cell of a table. */
    public sealed interface Cell {

        /** Nothing changes, nothing is published. */
        record Ignored() implements Cell {}

        /** Can't be: the handler fails. */
        record Refused() implements Cell {}

        /** The service skips this type. */
        record NotHeard() implements Cell {}

        /** Of a discarded event: nothing changes, and something stays to be done. */
        record Undone() implements Cell {}

        /**
         * The state changes, or stays and a call is made again.
         *
         * @param outcomes one, or more where the decision takes one of them
         */
        record Moves(List<Outcome> outcomes) implements Cell {}

        private static Cell parse(String text) {
            return switch (text) {
                case "·" -> new Ignored();
                case "!" -> new Refused();
                case "–" -> new NotHeard();
                case "↻" -> new Undone();
                default ->
                    new Moves(Arrays.stream(text.split(" or ", -1))
                            .map(Outcome::parse)
                            .toList());
            };
        }
    }

    /**
     * What a cell leads to.
     *
     * @param state the state afterwards
     * @param published the event type that is published, if any
     * @param call the call of the outside world that is made, if any
     */
    public record Outcome(String state, Optional<String> published, Optional<String> call) {

        private static Outcome parse(String text) {
            String state = text.split("[ ,]", 2)[0];
            return new Outcome(state, after(text, " + "), after(text, ", "));
        }

        private static Optional<String> after(String text, String mark) {
            int at = text.indexOf(mark);
            return at < 0 ? Optional.empty() : Optional.of(text.substring(at + mark.length()));
        }
    }
}
