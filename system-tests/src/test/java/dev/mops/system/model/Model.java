package dev.mops.system.model;

import dev.mops.messaging.test.StateTable.Cell;
import dev.mops.messaging.test.StateTable.Outcome;
import java.util.ArrayList;
import java.util.List;

/** Everything that can happen next to an order. Who acts, and how far, is open: each possibility is a step. */
final class Model {

    private final Tables tables;
    private final boolean ownEventsCountWhenWritten;

    Model(Tables tables) {
        this(tables, false);
    }

    /**
     * @param ownEventsCountWhenWritten what the platform must not do: a service takes an event of its own for happened when
     *     it writes it, before its place in the log is known
     */
    Model(Tables tables, boolean ownEventsCountWhenWritten) {
        this.tables = tables;
        this.ownEventsCountWhenWritten = ownEventsCountWhenWritten;
    }

    /** Something that can happen. */
    record Step(String label, Moment next) {}

    /** The steps that can follow. */
    List<Step> after(Moment now) {
        List<Step> steps = new ArrayList<>();
        customer(now, steps);
        for (Service service : Service.values()) {
            relay(now, service, steps);
            if (now.of(service).isCalling()) {
                call(now, service, steps);
            } else {
                read(now, service, steps);
                discard(now, service, now.of(service), steps);
            }
            arrivals(now, service, steps);
        }
        return steps.stream()
                .map(step -> new Step(step.label(), settled(step.next())))
                .toList();
    }

    /** What changes nothing is read at once: when it is read makes no difference to anybody, and the exploration is smaller. */
    private Moment settled(Moment now) {
        Moment settled = now;
        for (Service service : Service.values()) {
            Participant at = settled.of(service);
            while (!at.isCalling() && at.position() < now.log().size() && changesNothing(now, service, at)) {
                at = at.read(at.position() + 1);
            }
            settled = settled.with(service, at);
        }
        return settled;
    }

    /** The inbox knows what was handled before; a type that is not heard is skipped by its header. */
    private boolean changesNothing(Moment now, Service service, Participant at) {
        String event = now.log().get(at.position());
        return now.log().subList(0, at.position()).contains(event)
                || !tables.hears(service, event)
                || tables.cell(service, event, at.state()) instanceof Cell.Ignored;
    }

    private void customer(Moment now, List<Step> steps) {
        Participant order = now.of(Service.ORDER);
        if (!Service.ORDER.isFinal(order.state()) && !now.isPublished(Service.ORDER, "order.cancellation_requested")) {
            steps.add(new Step(
                    "the customer cancels", publish(now, Service.ORDER, order, "order.cancellation_requested")));
        }
    }

    /** The relay sends, hears of it and deletes; or it crashes in between, after one row or more, and sends them again. */
    private void relay(Moment now, Service service, List<Step> steps) {
        Participant at = now.of(service);
        int unacknowledged = at.unacknowledged();
        if (unacknowledged > 0) {
            steps.add(new Step(service + "'s relay begins again", now.with(service, at.unacknowledged(0))));
        } else if (!at.outbox().isEmpty()) {
            String event = at.outbox().getFirst();
            steps.add(new Step(service + " relays " + event, now.append(event).with(service, at.sent())));
        }
        if (unacknowledged < at.outbox().size() && (unacknowledged > 0 || now.crashes() > 0)) {
            String event = at.outbox().get(unacknowledged);
            Moment sent = now.append(event).with(service, at.unacknowledged(unacknowledged + 1));
            steps.add(new Step(
                    service + " relays " + event + ", and its relay will not hear of it",
                    unacknowledged > 0 ? sent : sent.crashed()));
        }
    }

    private void read(Moment now, Service service, List<Step> steps) {
        Participant at = now.of(service);
        if (at.position() == now.log().size()) {
            return;
        }
        String event = now.log().get(at.position());
        String label = service + " reads " + event + " in " + at.state();
        Participant behind = at.read(at.position() + 1);
        switch (tables.cell(service, event, at.state())) {
            case Cell.Ignored _, Cell.NotHeard _ -> steps.add(new Step(label + ": ignored", now.with(service, behind)));
            case Cell.Refused _, Cell.Undone _ -> throw new Violation(label + ", which can't be");
            case Cell.Moves moves ->
                moves.outcomes().forEach(outcome -> {
                    Participant moved = at.in(outcome.state());
                    String told = label + ": " + told(outcome);
                    if (outcome.call().isPresent()) {
                        String call = outcome.call().get();
                        steps.add(new Step(told, now.with(service, moved.intend(call))));
                    } else {
                        steps.add(new Step(told, moveOn(now, service, moved.read(behind.position()), outcome)));
                        if (tables.hasCall(service, event)) {
                            steps.add(new Step(told + ", and crashes behind the intent", now.with(service, moved)));
                        }
                    }
                });
        }
    }

    /** The event fails here whatever is tried, and an operator discards it, where the page does not tell to replay it. */
    private void discard(Moment now, Service service, Participant at, List<Step> steps) {
        if (now.discards() == 0 || at.position() == now.log().size()) {
            return;
        }
        String event = now.log().get(at.position());
        String label = service + " discards " + event + " in " + at.state();
        Participant behind = at.read(at.position() + 1);
        switch (tables.discarded(service, event, at.state())) {
            case Cell.Ignored _ ->
                steps.add(
                        new Step(label + ": ignored", now.with(service, behind).discarded()));
            case Cell.Moves moves ->
                moves.outcomes()
                        .forEach(outcome -> steps.add(new Step(
                                label + ": " + told(outcome),
                                moveOn(now, service, behind.in(outcome.state()), outcome)
                                        .discarded())));
            case Cell.Undone _ -> {}
            case Cell.Refused _, Cell.NotHeard _ -> throw new Violation(label + ", which can't be");
        }
    }

    /** A call that is due is made; a call that was answered is recorded. Before, between and behind, the process can crash. */
    private void call(Moment now, Service service, List<Step> steps) {
        Participant at = now.of(service);
        discard(now, service, at.forget(), steps);
        if (at.answered().isEmpty()) {
            String call = at.due();
            discard(now, service, at.forget().leave(call), steps);
            for (Book book : at.book().after(call)) {
                String answer = book.answer(call);
                steps.add(new Step(
                        service + " calls, and is answered " + answer, now.with(service, at.called(book, answer))));
            }
            if (now.crashes() > 0) {
                steps.add(new Step(
                        service + " crashes before the " + call + " is sent",
                        now.with(service, at.forget()).crashed()));
                steps.add(new Step(
                        service + " crashes before the " + call + " is answered",
                        now.with(service, at.forget().leave(call)).crashed()));
            }
            return;
        }
        String label = service + " records " + at.answered() + " in " + at.state();
        switch (tables.cell(service, at.answered(), at.state())) {
            case Cell.Ignored _ ->
                steps.add(new Step(
                        label + ": ignored", now.with(service, at.forget().read(at.position() + 1))));
            case Cell.Refused _, Cell.NotHeard _, Cell.Undone _ -> throw new Violation(label + ", which can't be");
            case Cell.Moves moves ->
                moves.outcomes()
                        .forEach(outcome -> steps.add(new Step(
                                label + ": " + told(outcome),
                                moveOn(
                                        now,
                                        service,
                                        at.forget().in(outcome.state()).read(at.position() + 1),
                                        outcome))));
        }
        steps.add(new Step(service + " crashes before it records " + at.answered(), now.with(service, at.forget())));
    }

    private void arrivals(Moment now, Service service, List<Step> steps) {
        Participant at = now.of(service);
        for (String call : at.late()) {
            for (Book book : at.book().after(call)) {
                steps.add(new Step(
                        "the " + call + " of a crashed " + service + " arrives: " + book.answer(call),
                        now.with(service, at.arrived(call, book))));
            }
        }
    }

    private Moment moveOn(Moment now, Service service, Participant moved, Outcome outcome) {
        return outcome.published()
                .map(event -> publish(now, service, moved, event))
                .orElseGet(() -> now.with(service, moved));
    }

    private Moment publish(Moment now, Service service, Participant at, String event) {
        if (now.isPublished(service, event)) {
            throw new Violation(service + " publishes " + event + " a second time");
        }
        Participant published = at.publish(event);
        if (ownEventsCountWhenWritten
                && tables.hears(service, event)
                && tables.cell(service, event, at.state()) instanceof Cell.Moves moves) {
            published = published.in(moves.outcomes().getFirst().state());
        }
        return now.with(service, published);
    }

    private static String told(Outcome outcome) {
        return outcome.state()
                + outcome.published().map(event -> " + " + event).orElse("")
                + outcome.call().map(call -> ", " + call).orElse("");
    }
}
