package dev.mops.events.order;

import dev.mops.events.MajorChange;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code order.created/2.0}: the {@code street} of the shipping address became its {@code addressLines}.
 *
 * <p>Back, the lines stand behind one another, which a carrier takes for one line. They are no longer together than a
 * street may be: the order service sees to it.
 */
final class AddressLines implements MajorChange {

    @Override
    public ObjectNode upcast(ObjectNode payload) {
        ObjectNode address = (ObjectNode) payload.get("shippingAddress");
        JsonNode street = address.remove("street");
        address.putArray("addressLines").add(street);
        return payload;
    }

    @Override
    public ObjectNode downcast(ObjectNode payload) {
        ObjectNode address = (ObjectNode) payload.get("shippingAddress");
        JsonNode lines = address.remove("addressLines");
        address.put("street", lines.valueStream().map(JsonNode::asString).collect(Collectors.joining(", ")));
        return payload;
    }
}
