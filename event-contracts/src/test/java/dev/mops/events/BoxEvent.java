package dev.mops.events;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The family of this module's tests. */
sealed interface BoxEvent {

    EventFamily<BoxEvent> FAMILY = EventFamily.of(BoxEvent.class)
            .topic("boxes")
            .key(event -> event.boxId().toString())
            .event(BoxOpened.class, "box.opened", "1.0")
            .event(BoxClosed.class, "box.closed", "1.0")
            .build();

    UUID boxId();

    record BoxOpened(
            UUID boxId,
            String owner,
            int weight,
            List<String> items,
            @Nullable String note) implements BoxEvent {

        public BoxOpened {
            requireNonNull(boxId, "boxId");
            requireNonNull(owner, "owner");
            items = List.copyOf(requireNonNull(items, "items"));
        }
    }

    record BoxClosed(UUID boxId) implements BoxEvent {

        public BoxClosed {
            requireNonNull(boxId, "boxId");
        }
    }
}
