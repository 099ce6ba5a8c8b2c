package dev.mops.shipping;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A shipment as it is seen from outside. Carrier, tracking number, label and pickup are null while there is no label that
 * counts.
 *
 * @param labelUrl where the label is to be had, relative to this service
 * @param pickup when the carrier comes
 */
record ShipmentView(
        UUID shipmentId,
        UUID orderId,
        ShipmentStatus status,
        @Nullable String carrier,
        @Nullable String trackingNumber,
        @Nullable String labelUrl,
        @Nullable Pickup pickup) {

    static ShipmentView of(Shipment shipment) {
        Shipment.Label label = shipment.label().orElse(null);
        if (label == null) {
            return new ShipmentView(
                    shipment.shipmentId(), shipment.orderId(), shipment.status(), null, null, null, null);
        }
        return new ShipmentView(
                shipment.shipmentId(),
                shipment.orderId(),
                shipment.status(),
                label.carrier(),
                label.trackingNumber(),
                "/shipments/" + shipment.shipmentId() + "/label",
                new Pickup(label.pickupFrom(), label.pickupTo()));
    }

    /** Between these instants the carrier comes. */
    record Pickup(Instant from, Instant to) {}
}
