package dev.mops.bench.messaging;

import dev.mops.events.EventFamily;

/** What happens to a clock: events that are as small as events can be. */
sealed interface TickEvent {

    /** The family on a topic of this name: each measurement has one of its own. */
    static EventFamily<TickEvent> family(String topic) {
        return EventFamily.of(TickEvent.class)
                .topic(topic)
                .key(TickEvent::clock)
                .event(Ticked.class, "clock.ticked", "1.0")
                .build();
    }

    String clock();

    /**
     * A clock ticked.
     *
     * @param clock its name, the key
     * @param number counts the ticks of a measurement
     */
    record Ticked(String clock, long number) implements TickEvent {}
}
