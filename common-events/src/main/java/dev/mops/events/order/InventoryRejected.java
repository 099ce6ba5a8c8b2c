package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.UUID;

/**
 * Some line is short, so nothing was reserved: the order ends as rejected. Published by the inventory service.
 *
 * @param orderId the order
 * @param shortages the lines that are short
 */
public record InventoryRejected(UUID orderId, List<Shortage> shortages) implements OrderEvent {

    public InventoryRejected {
        requireNonNull(orderId, "orderId");
        shortages = List.copyOf(requireNonNull(shortages, "shortages"));
    }

    /**
     * A line that is short.
     *
     * @param sku the product, by its stock keeping unit
     * @param requested pieces ordered
     * @param available pieces that could have been reserved, 0 or more and fewer than requested
     */
    public record Shortage(String sku, int requested, int available) {

        public Shortage {
            requireNonNull(sku, "sku");
        }
    }
}
