package dev.mops.system.chaos;

import dev.mops.messaging.test.StateTable;
import dev.mops.messaging.test.StateTable.Cell;
import dev.mops.messaging.test.StateTable.Outcome;
import dev.mops.system.chaos.History.Wish;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where the events of one order lead an aggregate, if they take effect in this order and once each: as the published table says. */
final class Fold {

    private final StateTable table;
    private final StateTable discards;
    private final String beginning;
    private final Set<String> heard;
    private final Set<String> published = new HashSet<>();

    Fold(String aggregate, String beginning) {
        this.table = StateTable.of(aggregate);
        this.discards = StateTable.of(aggregate + ", discarded");
        this.beginning = beginning;
        this.heard = new HashSet<>(table.heard());
        for (String event : table.events()) {
            for (String state : table.states()) {
                if (table.cell(event, state) instanceof Cell.Moves moves) {
                    moves.outcomes().forEach(outcome -> outcome.published().ifPresent(published::add));
                }
            }
        }
    }

    /** Whether the service handles events of this type. */
    boolean hears(String type) {
        return heard.contains(type);
    }

    /** Whether the service publishes events of this type when it handles another. */
    boolean publishes(String type) {
        return published.contains(type);
    }

    /** An event on its way through one service. */
    record Step(String type, boolean isDiscarded) {}

    /** Where an aggregate is, and what was published on the way, in its order. */
    record End(String state, List<String> published) {

        private End after(Outcome outcome) {
            List<String> more = new ArrayList<>(published);
            outcome.published().ifPresent(more::add);
            return new End(outcome.state(), List.copyOf(more));
        }
    }

    /** All ends to which these events can lead. None where one of them can't take effect. */
    Set<End> ends(List<Step> steps, Wish wish) {
        Set<End> ends = Set.of(new End(beginning, List.of()));
        for (Step step : steps) {
            Set<End> next = new LinkedHashSet<>();
            for (End end : ends) {
                next.addAll(step.isDiscarded() ? discarded(end, step.type()) : after(end, step.type(), wish));
            }
            ends = next;
        }
        return ends;
    }

    private Set<End> after(End end, String event, Wish wish) {
        return switch (table.cell(event, end.state())) {
            case Cell.Ignored _, Cell.NotHeard _, Cell.Undone _ -> Set.of(end);
            case Cell.Refused _ -> Set.of();
            case Cell.Moves moves -> {
                Set<End> next = new LinkedHashSet<>();
                for (Outcome outcome : moves.outcomes()) {
                    End moved = end.after(outcome);
                    if (outcome.call().isPresent()) {
                        answers(outcome.call().get(), wish).forEach(answer -> next.addAll(after(moved, answer, wish)));
                    } else {
                        next.add(moved);
                    }
                }
                yield next;
            }
        };
    }

    /** What the outside world can answer this customer. */
    private List<String> answers(String call, Wish wish) {
        String impossible =
                switch (call) {
                    case "charge" ->
                        Set.of("tok_approved", "tok_slow", "tok_unavailable").contains(wish.paymentToken())
                                ? "charge: declined"
                                : "charge: approved";
                    case "label" -> wish.postalCode().equals("00000") ? "label: made" : "label: undeliverable";
                    default -> "";
                };
        return table.events().stream()
                .filter(event -> event.startsWith(call + ": ") && !event.equals(impossible))
                .toList();
    }

    /**
     * An operator took the event out of the way, and the service closed what waits for it. Whether its intent had been
     * recorded before it failed is open.
     */
    private Set<End> discarded(End end, String event) {
        Set<End> before = new LinkedHashSet<>(Set.of(end));
        if (table.cell(event, end.state()) instanceof Cell.Moves moves) {
            moves.outcomes().stream()
                    .filter(outcome -> outcome.call().isPresent())
                    .forEach(outcome -> before.add(end.after(outcome)));
        }
        Set<End> ends = new LinkedHashSet<>();
        for (End from : before) {
            if (discards.cell(event, from.state()) instanceof Cell.Moves moves) {
                moves.outcomes().forEach(outcome -> ends.add(from.after(outcome)));
            } else {
                ends.add(from);
            }
        }
        return ends;
    }
}
