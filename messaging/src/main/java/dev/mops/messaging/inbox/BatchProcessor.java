package dev.mops.messaging.inbox;

import dev.mops.events.EventMetadata;
import dev.mops.messaging.CurrentEvent;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.EventHandlers.Step;
import dev.mops.messaging.failure.FailureSwitches;
import dev.mops.messaging.held.EventId;
import dev.mops.messaging.held.Failure;
import dev.mops.messaging.held.Failure.Kind;
import dev.mops.messaging.held.MovedException;
import dev.mops.messaging.inbox.HandlerFailedException.Stage;
import dev.mops.messaging.inbox.Item.Content;
import dev.mops.messaging.trace.EventLog;
import dev.mops.messaging.trace.EventTraces;
import dev.mops.messaging.trace.EventTraces.Work;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Turns a batch into effects, in one transaction: take, prepare, handle each event in log order, publish, commit. Events
 * with a call of the outside world have their intent recorded and their call made before it.
 *
 * <p>If something throws, the transaction is rolled back and a smaller part runs, at whose end the event that failed is
 * held; then the parts grow again. So each event runs a few times at most, however many fail, and a batch in which nothing
 * fails is one transaction.
 */
final class BatchProcessor<E> {

    private static final Logger log = LoggerFactory.getLogger(BatchProcessor.class);
    private static final int TRIES_ALONE = 3;
    private static final int TRIES_IN_CONTENTION = 5;

    private final EventHandlers<E> handlers;
    private final Source<E> source;
    private final OutsideCalls calls;
    private final TransactionOperations transaction;
    private final Database database;
    private final FailureSwitches switches;
    private final EventMeters meters;
    private final EventTraces traces;

    BatchProcessor(
            EventHandlers<E> handlers,
            Source<E> source,
            OutsideCalls calls,
            TransactionOperations transaction,
            Database database,
            FailureSwitches switches,
            EventMeters meters,
            EventTraces traces) {
        this.handlers = handlers;
        this.source = source;
        this.calls = calls;
        this.transaction = transaction;
        this.database = database;
        this.switches = switches;
        this.meters = meters;
        this.traces = traces;
    }

    /**
     * Processes a batch: each of its events takes effect or is held.
     *
     * @throws RuntimeException if the database is away; what was committed before stays so
     */
    void process(List<Item<E>> batch) {
        Run run = new Run(batch);
        for (Item<E> item : batch) {
            if (item.content() instanceof Content.Undecoded<E> undecoded) {
                Failure failure = Failure.of(Kind.HOPELESS, undecoded.why(), false);
                log.warn(
                        "The record {}-{}@{} can't be read: {}",
                        item.record().topic(),
                        item.record().partition(),
                        item.record().offset(),
                        failure.message());
                run.failures.put(item.id(), failure);
            }
        }
        int from = 0;
        int size = batch.size();
        while (from < batch.size()) {
            List<Item<E>> part = batch.subList(from, Math.min(from + size, batch.size()));
            try {
                run.callOutside(part);
                Taken<E> taken = attempt(part, attempt -> transaction.execute(status -> run.handle(part, attempt)));
                meters.committed(Objects.requireNonNull(taken));
                run.contentions = 0;
                from += part.size();
                size = 2 * part.size();
            } catch (RuntimeException | Error e) {
                size = run.sizeAfter(e, part);
            }
        }
    }

    private static <E> int indexOf(EventId event, List<Item<E>> part) {
        for (int i = 0; i < part.size(); i++) {
            if (part.get(i).id().equals(event)) {
                return i;
            }
        }
        throw new IllegalStateException("The event " + event + " failed, and is not of this batch");
    }

    /** Runs a part of a handler as the handling of its event; what it throws names the event. */
    private void guarded(Attempt attempt, Item<?> item, Stage stage, Runnable part) {
        Work work =
                switch (stage) {
                    case HANDLE -> Work.HANDLE;
                    case INTEND -> Work.INTEND;
                    case CALL -> Work.CALL;
                    case RECORD -> Work.RECORD;
                };
        long begin = System.nanoTime();
        try {
            attempt.on(item.event().envelope().metadata(), work, part);
        } catch (RuntimeException | Error e) {
            throw new HandlerFailedException(item, stage, e);
        } finally {
            meters.ran(item.event().envelope().metadata().type(), System.nanoTime() - begin);
        }
    }

    private <T extends @Nullable Object> T attempt(List<Item<E>> part, Function<Attempt, T> transaction) {
        List<EventMetadata> events = part.stream()
                .filter(item -> item.content() instanceof Content.Decoded)
                .map(item -> item.event().envelope().metadata())
                .toList();
        return Attempt.run(traces, handlers.family().topic(), events, transaction);
    }

    private List<E> events(List<Item<E>> items) {
        return items.stream().map(item -> item.event().envelope().event()).toList();
    }

    /** What is known of a batch while its parts run. */
    private final class Run {

        private final List<Item<E>> batch;

        /** Why events can't be handled: they are held. */
        private final Map<EventId, Failure> failures = new HashMap<>();

        /** What the outside world has said; empty where no call was due. */
        private final Map<EventId, Optional<Object>> outcomes = new HashMap<>();

        /** Those that were free for a call, whatever came of it. */
        private final Set<EventId> called = new HashSet<>();

        private final Set<EventId> calledAgain = new HashSet<>();
        private final Map<EventId, Integer> triesAlone = new HashMap<>();
        private int contentions;

        Run(List<Item<E>> batch) {
            this.batch = batch;
        }

        Taken<E> handle(List<Item<E>> part, Attempt attempt) {
            Taken<E> taken = source.take(part, failures, called);
            List<Item<E>> items = taken.toHandle();
            if (items.isEmpty()) {
                return taken;
            }
            handlers.prepare(events(items));
            items.forEach(item -> handle(item, attempt));
            source.handled(items);
            return taken;
        }

        private void handle(Item<E> item, Attempt attempt) {
            E event = item.event().envelope().event();
            EventMetadata metadata = item.event().envelope().metadata();
            switch (item.event().step()) {
                case Step.Handle<E> handle ->
                    guarded(attempt, item, Stage.HANDLE, () -> {
                        switches.pass(metadata);
                        handle.handler().accept(event, metadata);
                    });
                case Step.Call<E> call -> {
                    Optional<Object> outcome = outcomes.get(item.id());
                    if (outcome == null) {
                        throw new MovedException("The event " + item.id() + " was not free, and is now");
                    }
                    outcome.ifPresent(present -> guarded(
                            attempt, item, Stage.RECORD, () -> call.record().accept(event, present)));
                }
            }
        }

        /** Intends and makes the calls of a part: those that were not made yet, for events that would be taken now. */
        void callOutside(List<Item<E>> part) {
            Map<EventId, Item<E>> withCall = new LinkedHashMap<>();
            for (Item<E> item : part) {
                if (item.hasCall() && !failures.containsKey(item.id()) && !outcomes.containsKey(item.id())) {
                    withCall.putIfAbsent(item.id(), item);
                }
            }
            if (withCall.isEmpty()) {
                return;
            }
            Map<EventId, OutsideCalls.Call> requests = new LinkedHashMap<>();
            Map<EventId, Item<E>> due = new LinkedHashMap<>();
            List<Item<E>> asking = List.copyOf(withCall.values());
            CurrentEvent.intend(() -> attempt(
                    asking,
                    attempt -> transaction.execute(status -> {
                        Set<EventId> free = source.free(asking);
                        asking.stream()
                                .filter(item -> free.contains(item.id()))
                                .forEach(item -> due.put(item.id(), item));
                        if (!due.isEmpty()) {
                            handlers.prepare(events(List.copyOf(due.values())));
                            due.values().forEach(item -> intend(item, requests, attempt));
                        }
                        return null;
                    })));
            called.addAll(due.keySet());
            OutsideCalls.Answers answers = calls.make(requests);
            due.keySet().forEach(event -> {
                if (!requests.containsKey(event)) {
                    outcomes.put(event, Optional.empty());
                }
            });
            answers.outcomes().forEach((event, outcome) -> outcomes.put(event, Optional.of(outcome)));
            due.forEach((event, item) -> {
                Throwable failed = answers.failures().get(event);
                if (failed != null) {
                    HandlerFailedException named = new HandlerFailedException(item, Stage.CALL, failed);
                    if (Failures.of(failed) == Failures.DATABASE_AWAY) {
                        throw named;
                    }
                    fail(named);
                }
            });
        }

        private void intend(Item<E> item, Map<EventId, OutsideCalls.Call> requests, Attempt attempt) {
            if (item.event().step() instanceof Step.Call<E> call) {
                guarded(attempt, item, Stage.INTEND, () -> {
                    EventMetadata metadata = item.event().envelope().metadata();
                    switches.pass(metadata);
                    Optional<Object> request =
                            call.intend().apply(item.event().envelope().event());
                    request.ifPresent(present -> requests.put(
                            item.id(),
                            new OutsideCalls.Call(metadata, () -> call.call().apply(present))));
                });
            }
        }

        /**
         * What to run next after a failure: so many events, from the first one of the part.
         *
         * @throws RuntimeException the failure, if it is none of an event
         */
        int sizeAfter(Throwable thrown, List<Item<E>> part) {
            if (Thread.currentThread().isInterrupted()) {
                // The consumer is told to end: that is no event's fault.
                throw unchecked(thrown);
            }
            HandlerFailedException named = Failures.named(thrown);
            EventId event = named != null
                    ? named.event()
                    : part.size() == 1 ? part.getFirst().id() : null;
            Failures kind = Failures.of(thrown);
            if (kind == Failures.CONTENTION && ++contentions <= TRIES_IN_CONTENTION) {
                return part.size();
            }
            contentions = 0;
            if (event != null && failures.containsKey(event)) {
                // It can't even be held: nothing may pass it.
                throw unchecked(thrown);
            }
            if (kind == Failures.DATABASE_AWAY) {
                return sizeAfterOutage(thrown, named, part);
            }
            if (event == null) {
                return part.size() / 2;
            }
            if (named != null
                    && named.stage() == Stage.RECORD
                    && outcomes.remove(event) != null
                    && calledAgain.add(event)) {
                // The state may have moved since the call: it is decided again.
                return part.size();
            }
            if (named == null) {
                fail(event, thrown, false);
            } else {
                fail(named);
            }
            return indexOf(event, part) + 1;
        }

        /** If the database is there for others, this event may be what breaks its session: alone it has to show it. */
        private int sizeAfterOutage(Throwable thrown, @Nullable HandlerFailedException named, List<Item<E>> part) {
            if (thrown instanceof CannotCreateTransactionException || !database.answers()) {
                throw unchecked(thrown);
            }
            log.warn("The session of {} events was ended, though the database is there", part.size(), thrown);
            if (part.size() > 1) {
                return named == null ? part.size() / 2 : Math.max(1, indexOf(named.event(), part));
            }
            EventId event = part.getFirst().id();
            if (triesAlone.merge(event, 1, Integer::sum) >= TRIES_ALONE) {
                fail(event, thrown, false);
            }
            return 1;
        }

        private void fail(HandlerFailedException named) {
            // Names type and key, too.
            say(named.event(), () -> log.warn("{}", named.getMessage()));
            fail(
                    named.event(),
                    named.getCause() == null ? named : named.getCause(),
                    named.stage() == Stage.CALL || named.stage() == Stage.RECORD);
        }

        private void fail(EventId event, Throwable cause, boolean calling) {
            Kind kind =
                    switch (Failures.of(cause)) {
                        case OUTSIDE_AWAY -> Kind.OUTSIDE_AWAY;
                        case UNREADABLE -> Kind.HOPELESS;
                        case DATABASE_AWAY, CONTENTION, ORDINARY -> Kind.ORDINARY;
                    };
            if (kind == Kind.OUTSIDE_AWAY) {
                say(event, () -> log.warn("The event {} waits for the outside world: {}", event, cause.toString()));
            } else {
                say(event, () -> log.warn("The event {} failed and is held", event, cause));
            }
            boolean answered = outcomes.getOrDefault(event, Optional.empty()).isPresent();
            failures.put(event, Failure.of(kind, cause, calling || answered));
        }

        /** Writes a line of the log for an event. */
        private void say(EventId event, Runnable line) {
            batch.stream()
                    .filter(item -> item.id().equals(event) && item.content() instanceof Content.Decoded)
                    .findFirst()
                    .ifPresentOrElse(
                            item -> EventLog.run(item.event().envelope().metadata(), line), line);
        }

        private static RuntimeException unchecked(Throwable thrown) {
            if (thrown instanceof Error error) {
                throw error;
            }
            return (RuntimeException) thrown;
        }
    }
}
