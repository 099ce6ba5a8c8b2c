package dev.mops.messaging.inbox;

import dev.mops.events.Envelope;
import dev.mops.events.EventMetadata;
import dev.mops.messaging.CurrentEvent;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.EventHandlers.Step;
import dev.mops.messaging.inbox.Batch.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Turns a batch into effects, in one transaction: claim, prepare, handle each event in log order, publish, commit. Events
 * with a call of the outside world have their intent recorded and their call made before it.
 */
final class BatchProcessor<E> {

    private final EventHandlers<E> handlers;
    private final Inbox inbox;
    private final OutsideCalls calls;
    private final TransactionOperations transaction;

    BatchProcessor(EventHandlers<E> handlers, Inbox inbox, OutsideCalls calls, TransactionOperations transaction) {
        this.handlers = handlers;
        this.inbox = inbox;
        this.calls = calls;
        this.transaction = transaction;
    }

    /**
     * Processes a batch whole or not at all.
     *
     * @return how many of its events took effect now
     */
    int process(Batch<E> batch) {
        Map<EventMetadata, Optional<Object>> outcomes = callOutside(batch);
        Integer handled = transaction.execute(status -> handle(batch, outcomes));
        return handled == null ? 0 : handled;
    }

    private int handle(Batch<E> batch, Map<EventMetadata, Optional<Object>> outcomes) {
        Set<Inbox.EventId> claimed = inbox.claim(batch.ids());
        List<Item<E>> fresh = new ArrayList<>();
        for (Item<E> item : batch.items()) {
            // Removing drops the second delivery within one batch, too.
            if (claimed.remove(item.id())) {
                fresh.add(item);
            }
        }
        if (fresh.isEmpty()) {
            return 0;
        }
        handlers.prepare(events(fresh));
        for (Item<E> item : fresh) {
            guarded(item, () -> apply(item, outcomes));
        }
        return fresh.size();
    }

    private void apply(Item<E> item, Map<EventMetadata, Optional<Object>> outcomes) {
        E event = item.envelope().event();
        EventMetadata metadata = item.envelope().metadata();
        switch (item.step()) {
            case Step.Handle<E> handle -> handle.handler().accept(event, metadata);
            case Step.Call<E> call -> {
                Optional<Object> outcome = outcomes.get(metadata);
                if (outcome == null) {
                    throw new IllegalStateException("The event was claimed by another consumer, and is no more");
                }
                outcome.ifPresent(present -> call.record().accept(event, present));
            }
        }
    }

    /** Intends and makes the calls of a batch: the outcome for each event that is not claimed, empty where no call was due. */
    private Map<EventMetadata, Optional<Object>> callOutside(Batch<E> batch) {
        List<Item<E>> withCall = batch.items().stream()
                .filter(item -> item.step() instanceof Step.Call)
                .toList();
        if (withCall.isEmpty()) {
            return Map.of();
        }
        // A call for an event that took effect before would be a call that nobody records.
        Set<Inbox.EventId> claimed =
                inbox.claimed(withCall.stream().map(Item::id).toList());
        List<Item<E>> due =
                withCall.stream().filter(item -> !claimed.contains(item.id())).toList();
        if (due.isEmpty()) {
            return Map.of();
        }
        Map<EventMetadata, Supplier<Object>> requests = CurrentEvent.intend(() -> transaction.execute(status -> {
            handlers.prepare(events(due));
            return intend(due);
        }));
        Map<EventMetadata, Optional<Object>> outcomes = new HashMap<>();
        due.forEach(item -> outcomes.put(item.envelope().metadata(), Optional.empty()));
        if (requests != null) {
            calls.make(requests).forEach((event, outcome) -> outcomes.put(event, Optional.of(outcome)));
        }
        return outcomes;
    }

    private Map<EventMetadata, Supplier<Object>> intend(List<Item<E>> due) {
        Map<EventMetadata, Supplier<Object>> requests = new LinkedHashMap<>();
        for (Item<E> item : due) {
            if (item.step() instanceof Step.Call<E> call) {
                guarded(item, () -> {
                    Optional<Object> request =
                            call.intend().apply(item.envelope().event());
                    request.ifPresent(present -> requests.put(
                            item.envelope().metadata(), () -> call.call().apply(present)));
                });
            }
        }
        return requests;
    }

    /** Runs a part of a handler as the handling of its event; what it throws names the event. */
    private void guarded(Item<E> item, Runnable part) {
        EventMetadata metadata = item.envelope().metadata();
        try {
            CurrentEvent.run(metadata, part);
        } catch (RuntimeException | Error e) {
            throw new HandlerFailedException(metadata, e);
        }
    }

    private List<E> events(List<Item<E>> items) {
        return items.stream().map(Item::envelope).map(Envelope::event).toList();
    }
}
