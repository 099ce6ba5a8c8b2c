package dev.mops.messaging;

import dev.mops.events.EventFamily;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The event families of this service: those that it handles and those that it declares to publish. */
public final class EventFamilies {

    private final List<EventFamily<?>> families;

    EventFamilies(Collection<EventHandlers<?>> handlers, Collection<EventFamily<?>> declared) {
        Set<EventFamily<?>> all = new LinkedHashSet<>();
        for (EventHandlers<?> table : handlers) {
            if (!all.add(table.family())) {
                throw new IllegalStateException(
                        "Two EventHandlers beans for " + table.family()
                                + ": a consumer group has one table for each family, since they would take each other's events");
            }
        }
        all.addAll(declared);
        this.families = List.copyOf(all);
    }

    /** All families. */
    public List<EventFamily<?>> all() {
        return families;
    }
}
