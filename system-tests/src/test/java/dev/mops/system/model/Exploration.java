package dev.mops.system.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All moments that can be reached, each once, nearest first: what is found wrong is found by its shortest history.
 *
 * @param moments how many different moments there are
 * @param ends in how many of them nothing is under way any more, by the order's status
 * @param wrong the first violation, with how it came about
 */
record Exploration(int moments, Map<String, Integer> ends, Optional<String> wrong) {

    static Exploration of(Model model, Moment beginning) {
        Map<Moment, Origin> reached = new HashMap<>();
        Deque<Moment> open = new ArrayDeque<>();
        Map<String, Integer> ends = new TreeMap<>();
        reached.put(beginning, new Origin(null, "the customer places the order"));
        open.add(beginning);
        while (!open.isEmpty()) {
            Moment now = open.remove();
            String doing = "";
            try {
                for (Model.Step step : model.after(now)) {
                    doing = step.label();
                    Promises.checkStep(now, step.next());
                    if (reached.putIfAbsent(step.next(), new Origin(now, step.label())) == null) {
                        open.add(step.next());
                    }
                }
                doing = "";
                if (now.isQuiet()) {
                    Promises.checkEnd(now, now.discards() < beginning.discards());
                    ends.merge(now.state(Service.ORDER), 1, Integer::sum);
                }
            } catch (Violation violation) {
                return new Exploration(
                        reached.size(), ends, Optional.of(history(reached, now, doing, violation.getMessage())));
            }
        }
        return new Exploration(reached.size(), ends, Optional.empty());
    }

    private static String history(Map<Moment, Origin> reached, Moment last, String doing, @Nullable String wrong) {
        List<String> lines = new ArrayList<>();
        lines.add("⇒ " + wrong);
        if (!doing.isEmpty()) {
            lines.add(doing);
        }
        Moment at = last;
        while (at != null) {
            Origin origin = reached.get(at);
            if (origin == null) {
                throw new IllegalStateException("Not reached: " + at);
            }
            lines.add(origin.step());
            at = origin.from();
        }
        return String.join("\n  ", lines.reversed());
    }

    /** How a moment was reached first. */
    private record Origin(@Nullable Moment from, String step) {}
}
