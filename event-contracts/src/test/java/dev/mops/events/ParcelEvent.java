package dev.mops.events;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A family whose event has three versions: 1.1 added {@code note}, 2.0 made {@code lines} of {@code street}. */
public sealed interface ParcelEvent {

    EventFamily<ParcelEvent> FAMILY = EventFamily.of(ParcelEvent.class)
            .topic("parcels")
            .key(ParcelEvent::parcel)
            .event(ParcelSent.class, "parcel.sent", "1.0", "1.1", "2.0")
            .change("parcel.sent", 2, new Lines())
            .build();

    String parcel();

    record ParcelSent(
            String parcel, List<String> lines, @Nullable String note) implements ParcelEvent {

        public ParcelSent {
            requireNonNull(parcel, "parcel");
            lines = List.copyOf(requireNonNull(lines, "lines"));
        }
    }

    final class Lines implements MajorChange {

        @Override
        public ObjectNode upcast(ObjectNode payload) {
            String street = payload.remove("street").asString();
            payload.putArray("lines").add(street);
            return payload;
        }

        @Override
        public ObjectNode downcast(ObjectNode payload) {
            ArrayNode lines = (ArrayNode) payload.remove("lines");
            payload.put(
                    "street",
                    String.join(
                            ", ",
                            lines.valueStream().map(line -> line.asString()).toList()));
            return payload;
        }
    }
}
