package dev.mops.system.model;

import dev.mops.messaging.test.StateTable;
import dev.mops.messaging.test.StateTable.Cell;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What each service does with an event or an answer, as the page says, or with one cell changed. */
final class Tables {

    private final Map<Service, StateTable> page;
    private final Map<Service, Set<String>> heard;
    private final Map<Place, Cell> changed;

    private Tables(Map<Service, StateTable> page, Map<Place, Cell> changed) {
        this.page = page;
        this.heard = new EnumMap<>(Service.class);
        page.forEach((service, table) -> heard.put(service, Set.copyOf(table.heard())));
        this.changed = changed;
    }

    static Tables ofThePage() {
        Map<Service, StateTable> page = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            page.put(service, StateTable.of(service.aggregate));
        }
        return new Tables(page, Map.of());
    }

    Tables with(Service service, String event, String state, Cell cell) {
        if (cell(service, event, state).equals(cell)) {
            throw new IllegalArgumentException("The table says so already: " + service + ", " + event + ", " + state);
        }
        Map<Place, Cell> more = new HashMap<>(changed);
        more.put(new Place(service, event, state), cell);
        return new Tables(page, more);
    }

    Cell cell(Service service, String event, String state) {
        Cell cell = changed.get(new Place(service, event, state));
        return cell != null ? cell : table(service).cell(event, state);
    }

    boolean hears(Service service, String event) {
        return heard.getOrDefault(service, Set.of()).contains(event);
    }

    /** Whether the event is handled in three parts: somewhere in its row stands a call. */
    boolean hasCall(Service service, String event) {
        return table(service).states().stream()
                .map(state -> cell(service, event, state))
                .anyMatch(cell -> cell instanceof Cell.Moves moves
                        && moves.outcomes().stream()
                                .anyMatch(outcome -> outcome.call().isPresent()));
    }

    private StateTable table(Service service) {
        StateTable table = page.get(service);
        if (table == null) {
            throw new IllegalStateException(service + " has no table");
        }
        return table;
    }

    private record Place(Service service, String event, String state) {}
}
