package dev.mops.system.model;

import dev.mops.messaging.test.StateTable;
import dev.mops.messaging.test.StateTable.Cell;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What each service does with an event or an answer, as the page says, or with one cell changed. */
final class Tables {

    private final Map<Service, StateTable> page;
    private final Map<Service, StateTable> discards;
    private final Map<Service, Set<String>> heard;
    private final Map<Place, Cell> changed;

    private Tables(Map<Service, StateTable> page, Map<Service, StateTable> discards, Map<Place, Cell> changed) {
        this.page = page;
        this.discards = discards;
        this.heard = new EnumMap<>(Service.class);
        page.forEach((service, table) -> heard.put(service, Set.copyOf(table.heard())));
        this.changed = changed;
    }

    static Tables ofThePage() {
        Map<Service, StateTable> page = new EnumMap<>(Service.class);
        Map<Service, StateTable> discards = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            page.put(service, StateTable.of(service.aggregate));
            discards.put(service, StateTable.of(service.aggregate + ", discarded"));
        }
        return new Tables(page, discards, Map.of());
    }

    Tables with(Service service, String event, String state, Cell cell) {
        if (cell(service, event, state).equals(cell)) {
            throw new IllegalArgumentException("The table says so already: " + service + ", " + event + ", " + state);
        }
        return changed(new Place(service, event, state, false), cell);
    }

    Tables withDiscard(Service service, String event, String state, Cell cell) {
        if (discarded(service, event, state).equals(cell)) {
            throw new IllegalArgumentException("The table says so already: " + service + ", " + event + ", " + state);
        }
        return changed(new Place(service, event, state, true), cell);
    }

    Cell cell(Service service, String event, String state) {
        Cell cell = changed.get(new Place(service, event, state, false));
        return cell != null ? cell : table(page, service).cell(event, state);
    }

    /** What becomes of an event that an operator discards. */
    Cell discarded(Service service, String event, String state) {
        Cell cell = changed.get(new Place(service, event, state, true));
        return cell != null ? cell : table(discards, service).cell(event, state);
    }

    Set<String> heard(Service service) {
        return heard.getOrDefault(service, Set.of());
    }

    List<String> states(Service service) {
        return table(page, service).states();
    }

    boolean hears(Service service, String event) {
        return heard(service).contains(event);
    }

    /** Whether the event is handled in three parts: somewhere in its row stands a call. */
    boolean hasCall(Service service, String event) {
        return states(service).stream()
                .map(state -> cell(service, event, state))
                .anyMatch(cell -> cell instanceof Cell.Moves moves
                        && moves.outcomes().stream()
                                .anyMatch(outcome -> outcome.call().isPresent()));
    }

    private Tables changed(Place place, Cell cell) {
        Map<Place, Cell> more = new HashMap<>(changed);
        more.put(place, cell);
        return new Tables(page, discards, more);
    }

    private static StateTable table(Map<Service, StateTable> tables, Service service) {
        StateTable table = tables.get(service);
        if (table == null) {
            throw new IllegalStateException(service + " has no table");
        }
        return table;
    }

    private record Place(Service service, String event, String state, boolean discarded) {}
}
