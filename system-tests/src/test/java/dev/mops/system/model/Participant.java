package dev.mops.system.model;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A service at one moment.
 *
 * @param state its aggregate's state
 * @param position the place in the log that it reads next
 * @param outbox what it published and the relay did not yet delete, first things first
 * @param unacknowledged how many of the first rows the relay sent without hearing of it: it will send them again
 * @param due the call of the outside world that is intended and not made, else empty
 * @param answered the answer that is not yet recorded, else empty
 * @param late calls that a crashed process had sent and that may still arrive
 * @param book what stands in the books of its outside world
 */
record Participant(
        String state,
        int position,
        List<String> outbox,
        int unacknowledged,
        String due,
        String answered,
        List<String> late,
        Book book) {

    static Participant of(Service service) {
        return new Participant(service.beginning, 0, List.of(), 0, "", "", List.of(), Book.NOTHING);
    }

    Participant in(String state) {
        return new Participant(state, position, outbox, unacknowledged, due, answered, late, book);
    }

    Participant read(int next) {
        return new Participant(state, next, outbox, unacknowledged, due, answered, late, book);
    }

    Participant publish(String event) {
        List<String> more = new ArrayList<>(outbox);
        more.add(event);
        return new Participant(state, position, List.copyOf(more), unacknowledged, due, answered, late, book);
    }

    Participant sent() {
        return new Participant(
                state, position, outbox.subList(1, outbox.size()), unacknowledged, due, answered, late, book);
    }

    Participant unacknowledged(int rows) {
        return new Participant(state, position, outbox, rows, due, answered, late, book);
    }

    Participant intend(String call) {
        return new Participant(state, position, outbox, unacknowledged, call, "", late, book);
    }

    Participant called(Book book, String answer) {
        return new Participant(state, position, outbox, unacknowledged, "", answer, late, book);
    }

    /** A crash forgets what is not stored. */
    Participant forget() {
        return new Participant(state, position, outbox, unacknowledged, "", "", late, book);
    }

    Participant leave(String call) {
        TreeSet<String> more = new TreeSet<>(late);
        more.add(call);
        return new Participant(state, position, outbox, unacknowledged, due, answered, List.copyOf(more), book);
    }

    Participant arrived(String call, Book book) {
        List<String> fewer = late.stream().filter(other -> !other.equals(call)).toList();
        return new Participant(state, position, outbox, unacknowledged, due, answered, fewer, book);
    }

    boolean isCalling() {
        return !due.isEmpty() || !answered.isEmpty();
    }

    boolean isIdle(int logLength) {
        return position == logLength && outbox.isEmpty() && !isCalling() && late.isEmpty();
    }
}
