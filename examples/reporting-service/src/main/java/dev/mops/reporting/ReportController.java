package dev.mops.reporting;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The door for HTTP. */
@RestController
class ReportController {

    private final Sales sales;

    ReportController(Sales sales) {
        this.sales = sales;
    }

    /** How many orders were placed in each hour of UTC; the newest hours in which there were any, 1,000 at most. */
    @GetMapping("/orders-per-hour")
    @Transactional(readOnly = true)
    List<OrdersView> ordersPerHour() {
        return sales.hours().stream()
                .map(hour -> new OrdersView(hour.hour(), hour.orders()))
                .toList();
    }

    /**
     * The revenue of each product: what customers have paid for it and not got back. An order counts from order.paid on,
     * with the prices of its lines; from order.refunded on it does not.
     */
    @GetMapping("/revenue-per-product")
    @Transactional(readOnly = true)
    List<RevenueView> revenuePerProduct() {
        return sales.products().stream()
                .map(product -> new RevenueView(
                        product.sku(), product.quantity(), new Revenue(product.revenue(), product.currency())))
                .toList();
    }

    /**
     * Orders of an hour.
     *
     * @param hour its begin
     */
    record OrdersView(Instant hour, long orders) {}

    /**
     * Revenue of a product.
     *
     * @param quantity pieces that were paid for
     */
    record RevenueView(String sku, long quantity, Revenue revenue) {}

    /**
     * What a product brought.
     *
     * @param value in minor units of the currency, as large as it may be
     */
    record Revenue(BigInteger value, String currency) {}
}
