package dev.mops.bench;

import dev.mops.local.Usage;
import java.net.URI;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;

/** Four services, from an order placed by HTTP to its shipment in the order service's database. */
interface Chain {

    /** Where orders are placed. */
    URI ordersUrl();

    /** Waits until no order is in flight. */
    void drain() throws SQLException, InterruptedException;

    /**
     * When the orders from this one on were shipped, in microseconds of the database's clock: when the order service
     * committed that it has read so.
     */
    Map<UUID, Long> shippedSince(UUID first) throws SQLException;

    /** What the processes have taken since they started. */
    Map<String, Usage> usage();
}
