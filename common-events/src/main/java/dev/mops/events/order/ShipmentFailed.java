package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * The carrier can't deliver there: the order ends as undeliverable. Published by the shipping service; inventory
 * releases the stock, billing refunds.
 *
 * @param orderId the order
 * @param shipmentId the shipment in the shipping service
 * @param reason the carrier's reason, for people, without the address, cut to what the schema takes
 */
public record ShipmentFailed(UUID orderId, UUID shipmentId, String reason) implements OrderEvent {

    private static final int MAX_REASON_LENGTH = 200;

    public ShipmentFailed {
        requireNonNull(orderId, "orderId");
        requireNonNull(shipmentId, "shipmentId");
        reason = ForeignText.fitting(requireNonNull(reason, "reason"), MAX_REASON_LENGTH);
    }
}
