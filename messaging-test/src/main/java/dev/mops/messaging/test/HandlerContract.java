package dev.mops.messaging.test;

import dev.mops.events.EventDefinition;
import dev.mops.events.EventFamily;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.EventHandlers.Step;
import dev.mops.messaging.test.Histories.History;
import dev.mops.messaging.test.Kit.Held;
import dev.mops.messaging.test.Kit.Incoming;
import dev.mops.messaging.test.Kit.Outgoing;
import dev.mops.messaging.test.Tables.Snapshot;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What every handler has to hold, whatever it does: each history of events leads to the same rows and the same outgoing
 * events however it is delivered. It runs
 *
 * <ul>
 *   <li>one by one, and once more at another time,
 *   <li>all in one batch, and cut into two at every place,
 *   <li>with each event twice, and the whole history again behind it,
 *   <li>with each call of the outside world made twice, since a crash came before its outcome was recorded,
 *   <li>with a crash before each commit, one by one and in one batch,
 *   <li>with a restart in the middle, which forgets what is in memory.
 * </ul>
 *
 * <p>No event of a history may fail, one by one: a handler that always fails leads to the same, too. Only where the history
 * says that it can be {@linkplain Histories#refusedWith refused}, it may, and then has to fail in all ways.
 *
 * <p>The clock is moved in between. So it fails where a handler is not idempotent, keeps something in memory, or lets the
 * time of day or chance decide. The time is what the context's {@code Clock} and {@code InstantSource} say; a handler that
 * asks {@code Instant.now()} fails only if it stores the answer.
 *
 * @param <E> the root of the family
 */
public final class HandlerContract<E> {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int MOST_SHOWN = 20;

    private static final String ONE_BY_ONE = "one by one";
    private static final String RESTARTED = "with a restart in the middle";

    // No whole number of days, hours or minutes, so that the date and the time of day are others, too.
    private static final Duration BETWEEN_RUNS = Duration.parse("P3DT7H11M13S");
    private static final Duration BETWEEN_DELIVERIES = Duration.parse("PT17M19S");

    private final EventHandlers<E> handlers;
    private final @Nullable Histories<E> histories;
    private final Consumer<List<E>> seeding;
    private final Set<String> ignored;

    private HandlerContract(
            EventHandlers<E> handlers,
            @Nullable Histories<E> histories,
            Consumer<List<E>> seeding,
            Set<String> ignored) {
        this.handlers = handlers;
        this.histories = histories;
        this.seeding = seeding;
        this.ignored = ignored;
    }

    /**
     * Verifies handlers on histories.
     *
     * @throws AssertionError if a history fails, or leads elsewhere when it is delivered in another way
     */
    public static <E> void verify(EventHandlers<E> handlers, Histories<E> histories) {
        of(handlers).over(histories).verify();
    }

    /** The contract of these handlers, a bean of the context of a {@link MessagingTest}. */
    public static <E> HandlerContract<E> of(EventHandlers<E> handlers) {
        return new HandlerContract<>(handlers, null, events -> {}, Set.of());
    }

    /** Runs these histories, too. */
    public HandlerContract<E> over(Histories<E> more) {
        return new HandlerContract<>(handlers, histories == null ? more : histories.and(more), seeding, ignored);
    }

    /** Runs this history, too. */
    public HandlerContract<E> given(List<? extends E> history) {
        return over(Histories.given(history));
    }

    /** Runs so many histories of a generator, too. */
    public HandlerContract<E> generated(int count, Function<RandomGenerator, List<? extends E>> generator) {
        return over(Histories.generated(count, generator));
    }

    /** Fills the tables with what must be there before a history. */
    public HandlerContract<E> seeding(Consumer<List<E>> seeding) {
        return new HandlerContract<>(handlers, histories, seeding, ignored);
    }

    /**
     * Does not compare what may differ: an id that is drawn, a time that is kept.
     *
     * @param names columns as {@code table.column}, fields of outgoing events as {@code event.type.field}
     */
    public HandlerContract<E> ignoring(String... names) {
        Set<String> all = new HashSet<>(ignored);
        all.addAll(Arrays.asList(names));
        return new HandlerContract<>(handlers, histories, seeding, all);
    }

    /**
     * Runs the histories.
     *
     * @throws AssertionError if one fails, or leads elsewhere when it is delivered in another way
     */
    public void verify() {
        if (histories == null || histories.all().isEmpty()) {
            throw new IllegalStateException("There is no history to run the handlers on");
        }
        Kit kit = Kit.of(handlers);
        refuseUnknownNames(kit);
        List<Halted<E>> halted = new ArrayList<>();
        for (History<E> history : histories.all()) {
            halted.add(verify(kit, history));
        }
        // One restart for all: it is what takes its time.
        try (ConfigurableApplicationContext restarted = named(halted.getLast().history(), RESTARTED, kit::restarted)) {
            Kit after = restarted.getBean(Kit.class);
            for (Halted<E> each : halted) {
                Outcome outcome = named(
                        each.history(), RESTARTED, () -> run(after, each.tables(), run -> run.oneByOne(each.rest())));
                compare(each.history(), each.expected(), RESTARTED, outcome);
            }
        }
        kit.reset();
    }

    /**
     * A history that ran up to its middle.
     *
     * @param tables what they hold there
     * @param rest what is still to come
     * @param expected what it leads to
     */
    private record Halted<E>(History<E> history, Snapshot tables, List<Incoming> rest, Outcome expected) {}

    private Halted<E> verify(Kit kit, History<E> history) {
        Snapshot start = named(history, ONE_BY_ONE, () -> {
            kit.reset();
            seeding.accept(history.events());
            return kit.tables().snapshot();
        });
        List<Incoming> events = named(
                history,
                ONE_BY_ONE,
                () -> history.events().stream().map(kit::incoming).toList());

        Outcome expected = named(history, ONE_BY_ONE, () -> run(kit, start, run -> run.oneByOne(events)));
        refuseFailures(kit, history);
        ways(history, events)
                .forEach((name, way) ->
                        compare(history, expected, name, named(history, name, () -> run(kit, start, way))));

        int middle = events.size() / 2;
        return named(history, RESTARTED, () -> {
            kit.tables().restore(start);
            new Run(kit).oneByOne(events.subList(0, middle));
            return new Halted<>(history, kit.tables().snapshot(), events.subList(middle, events.size()), expected);
        });
    }

    /** What is thrown on the way says no less than a difference does. */
    private <T> T named(History<E> history, String way, Supplier<T> part) {
        try {
            return part.get();
        } catch (RuntimeException | Error e) {
            throw new AssertionError(headline("can't go on", history, way) + "\nThrown: " + e, e);
        }
    }

    /** All but the first, which the others are compared with. */
    private Map<String, Consumer<Run>> ways(History<E> history, List<Incoming> events) {
        Map<String, Consumer<Run>> ways = new LinkedHashMap<>();
        ways.put("once more, at another time", run -> run.oneByOne(events));
        ways.put("all in one batch", run -> run.deliver(events));
        ways.put("each event twice", run -> {
            events.forEach(event -> run.deliver(List.of(event, event)));
            run.deliver(events);
        });
        // Before the crashes, which bring about a second call, too: this one names it.
        ways.put("with each call made twice", run -> {
            for (int i = 0; i < events.size(); i++) {
                if (callsOutside(history.events().get(i))) {
                    run.deliverCallingTwice(events.get(i));
                } else {
                    run.deliver(List.of(events.get(i)));
                }
            }
        });
        ways.put(
                "with a crash before each commit", run -> events.forEach(event -> run.deliverCrashing(List.of(event))));
        ways.put("with a crash before each commit of one batch", run -> run.deliverCrashing(events));
        for (int i = 1; i < events.size(); i++) {
            int place = i;
            ways.put("cut behind event " + place, run -> {
                run.deliver(events.subList(0, place));
                run.deliver(events.subList(place, events.size()));
            });
        }
        return ways;
    }

    private boolean callsOutside(E event) {
        return handlers.handles(handlers.family().definitionOf(event.getClass()).type())
                && handlers.stepOf(event) instanceof Step.Call;
    }

    private Outcome run(Kit kit, Snapshot start, Consumer<Run> way) {
        kit.tables().restore(start);
        Run run = new Run(kit);
        way.accept(run);
        return run.outcome();
    }

    /** One run of a history. */
    private final class Run {

        private final Kit kit;

        Run(Kit kit) {
            this.kit = kit;
            kit.clock().jump(BETWEEN_RUNS);
        }

        void deliver(List<Incoming> events) {
            kit.clock().jump(BETWEEN_DELIVERIES);
            kit.deliver(events);
        }

        void oneByOne(List<Incoming> events) {
            events.forEach(event -> deliver(List.of(event)));
        }

        /** Before its first commit, then before its second, … and each time all is delivered again. */
        void deliverCrashing(List<Incoming> events) {
            int commits = 0;
            while (kit.crashes().crash(commits, () -> deliver(events))) {
                commits++;
            }
        }

        /** The intent is committed, the call is made, and its outcome is lost. */
        void deliverCallingTwice(Incoming event) {
            if (kit.crashes().crash(1, () -> deliver(List.of(event)))) {
                deliver(List.of(event));
            }
        }

        Outcome outcome() {
            kit.retryHeld();
            Map<String, List<String>> sections = new TreeMap<>();
            kit.tables().state(ignored).forEach((table, rows) -> sections.put("rows of " + table, rows));
            // Between keys there is no order.
            for (Outgoing event : kit.published(0)) {
                sections.computeIfAbsent("published for " + event.key(), key -> new ArrayList<>())
                        .add(event.type() + " " + withoutIgnored(event));
            }
            kit.held()
                    .forEach(event -> sections.computeIfAbsent("held of " + event.key(), key -> new ArrayList<>())
                            .add(event.type() + " " + event.state()
                                    + (event.error() == null ? "" : " " + event.error())));
            return new Outcome(sections);
        }
    }

    private JsonNode withoutIgnored(Outgoing event) {
        JsonNode payload = JSON.readTree(event.json());
        if (payload instanceof ObjectNode object) {
            String prefix = event.type() + ".";
            ignored.stream()
                    .filter(name -> name.startsWith(prefix))
                    .forEach(name -> object.remove(name.substring(prefix.length())));
        }
        return payload;
    }

    private void refuseFailures(Kit kit, History<E> history) {
        List<Held> failed = kit.held().stream()
                .filter(event -> event.error() != null
                        && !event.error().equals(history.refusal().orElse("")))
                .toList();
        if (!failed.isEmpty()) {
            StringBuilder message = headline("fail", history, ONE_BY_ONE).append("\nFailed:");
            failed.forEach(event -> message.append("\n  ").append(event));
            throw new AssertionError(message.toString());
        }
    }

    /** What a history has led to: lines under headings. */
    private record Outcome(Map<String, List<String>> sections) {

        List<String> of(String section) {
            return sections.getOrDefault(section, List.of());
        }
    }

    private void compare(History<E> history, Outcome expected, String way, Outcome actual) {
        if (expected.equals(actual)) {
            return;
        }
        StringBuilder message = headline("lead elsewhere", history, way);
        message.append("\nDifference (- ")
                .append(ONE_BY_ONE)
                .append(", + ")
                .append(way)
                .append("):");
        Set<String> sections = new TreeSet<>(expected.sections().keySet());
        sections.addAll(actual.sections().keySet());
        int shown = 0;
        for (String section : sections) {
            List<String> before = expected.of(section);
            List<String> after = actual.of(section);
            if (!before.equals(after) && shown < MOST_SHOWN) {
                message.append("\n  ").append(section).append(":");
                List<String> lines = difference(before, after);
                lines.stream()
                        .limit(MOST_SHOWN)
                        .forEach(line -> message.append("\n    ").append(line));
                shown += lines.size();
            }
        }
        throw new AssertionError(message.toString());
    }

    private StringBuilder headline(String what, History<E> history, String way) {
        StringBuilder message = new StringBuilder()
                .append("The handlers of ")
                .append(handlers.family().topic())
                .append(" ")
                .append(what)
                .append(" when a history is delivered ")
                .append(way)
                .append(".\nHistory (")
                .append(history.origin())
                .append("):");
        for (int i = 0; i < history.events().size(); i++) {
            message.append("\n  ")
                    .append(i + 1)
                    .append(". ")
                    .append(history.events().get(i));
        }
        return message;
    }

    /** What is in one only; all of both where only the order differs. */
    private static List<String> difference(List<String> before, List<String> after) {
        List<String> gone = new ArrayList<>(before);
        after.forEach(gone::remove);
        List<String> come = new ArrayList<>(after);
        before.forEach(come::remove);
        List<String> lines = new ArrayList<>();
        boolean isOrder = gone.isEmpty() && come.isEmpty();
        (isOrder ? before : gone).forEach(line -> lines.add("- " + line));
        (isOrder ? after : come).forEach(line -> lines.add("+ " + line));
        return lines;
    }

    private void refuseUnknownNames(Kit kit) {
        Set<String> known = new TreeSet<>(kit.tables().columns());
        for (EventFamily<?> family : kit.families()) {
            for (EventDefinition<?> definition : family.definitions()) {
                RecordComponent[] fields = definition.payload().getRecordComponents();
                for (RecordComponent field : Objects.requireNonNull(fields, definition.type())) {
                    known.add(definition.type() + "." + field.getName());
                }
            }
        }
        Set<String> unknown = new TreeSet<>(ignored);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "No column of the service and no field of an event is called " + unknown + ": there are " + known);
        }
    }
}
