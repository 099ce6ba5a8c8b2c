package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * Label made, pickup scheduled: the order ends as shipped. Published by the shipping service; the stock leaves, the
 * payment is settled, and shipping itself takes the shipment for irrevocable from here on.
 *
 * @param orderId the order
 * @param shipmentId the shipment in the shipping service
 * @param carrier who carries it
 * @param trackingNumber the carrier's number of the parcel
 */
public record OrderShipped(UUID orderId, UUID shipmentId, String carrier, String trackingNumber) implements OrderEvent {

    public OrderShipped {
        requireNonNull(orderId, "orderId");
        requireNonNull(shipmentId, "shipmentId");
        requireNonNull(carrier, "carrier");
        requireNonNull(trackingNumber, "trackingNumber");
    }
}
