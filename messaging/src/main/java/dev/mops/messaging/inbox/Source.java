package dev.mops.messaging.inbox;

import dev.mops.messaging.held.EventId;
import dev.mops.messaging.held.Failure;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where items come from, and what becomes of them there. Everything runs in the transaction of the items. */
interface Source<E> {

    /** Those of these that would be taken now: a call for any other would be one that nobody records. */
    Set<EventId> free(List<Item<E>> items);

    /**
     * Takes items: none of them is taken again by anybody if the transaction commits.
     *
     * @param failures of those that can't be handled: they are held
     * @param called those for which {@link #free} said so: what came of it has to be recorded
     */
    Taken<E> take(List<Item<E>> items, Map<EventId, Failure> failures, Set<EventId> called);

    /** These were handled. */
    void handled(List<Item<E>> items);
}
