package dev.mops.system;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the services answer, as far as the tests look at it. */
final class Views {

    private Views() {}

    record Order(UUID orderId, String customerId, String status, boolean cancellationRequested, List<Entry> timeline) {

        private static final Set<String> FINAL =
                Set.of("SHIPPED", "REJECTED", "DECLINED", "UNDELIVERABLE", "CANCELLED");

        boolean isFinal() {
            return FINAL.contains(status);
        }

        List<String> types() {
            return timeline.stream().map(Entry::type).toList();
        }
    }

    record Entry(UUID eventId, String type, String source) {}

    record OrderPage(List<Item> items, long totalItems) {}

    record Item(UUID orderId, String status) {}

    record Money(long value, String currency) {}

    record Payment(UUID paymentId, String status, @Nullable Money amount, boolean refunded) {}

    record Shipment(
            UUID shipmentId,
            String status,
            @Nullable String carrier,
            @Nullable String trackingNumber,
            @Nullable String labelUrl) {}

    record Stock(String sku, long onHand, long reserved, long available) {}
}
