package dev.mops.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Results that nobody has measured. */
final class Sample {

    static final Machine MACHINE = new Machine(
            "Some \"CPU\" <3 & more",
            2,
            24L << 30,
            "Linux 6.18 (Debian 12)",
            "25.0.3 (Somebody)",
            "18.6",
            "4.2.1",
            "ext4 on /dev/sda",
            "0123456789abcdef",
            true);

    static final Machine OTHER = new Machine(
            "Another CPU",
            8,
            64L << 30,
            "Linux 6.18 (Debian 12)",
            "25.0.3 (Somebody)",
            "18.6",
            "4.2.1",
            "ext4 on /dev/sda",
            "fedcba9876543210",
            false);

    static final Instant BEGIN = Instant.parse("2026-11-22T10:15:30Z");

    private Sample() {}

    static Figure limit(Double... values) {
        return rate("limits", Relative.YARDSTICK, "transactions/s", values);
    }

    static Figure rate(String part, String name, String unit, Double... values) {
        return new Figure(part, name, unit, true, List.of(values));
    }

    static Figure cost(String part, String name, String unit, Double... values) {
        return new Figure(part, name, unit, false, List.of(values));
    }

    static Result result(Machine machine, Figure... figures) {
        return new Result(Result.Shape.WHOLE, BEGIN, Duration.ofSeconds(2_292), machine, List.of(figures), List.of());
    }

    /** With figures of each kind that is drawn. */
    static Result whole() {
        return result(
                MACHINE,
                limit(5_000.0, 5_200.0, 5_100.0),
                cost("limits", "fsync, p50", "ms", 0.31, 0.3, 0.4),
                rate("platform", "saturation by HTTP", "orders/s", 1_234.5, 1_200.25, 1_300.75),
                cost("platform", "processor time of order-service for 1,000 orders", "s", 0.41, 0.4, 0.43),
                cost("platform", "memory of order-service", "MiB", 612.0, 611.0, 615.0),
                cost("platform", "processor time of postgres for 1,000 orders", "s", 0.81, 0.8, 0.83),
                cost("platform", "memory of postgres", "MiB", 212.0, 211.0, 215.0),
                cost("platform", "accepted at 10 orders/s, p50", "ms", 3.1, 3.0, 3.2),
                cost("platform", "placed to shipped at 10 orders/s, p50", "ms", 9.1, 9.0, 9.2),
                cost("platform", "placed to shipped at 10 orders/s, p99", "ms", 29.1, 27.0, 41.2),
                cost("platform", "placed to shipped at 10 orders/s, max", "ms", 129.1, 57.0, 1_041.2),
                cost("platform", "placed to shipped at 1,000 orders/s, p50", "ms", 19.1, 19.0, 19.2),
                rate("mixes", "one <hot> product & others", "orders/s", 900.0, 950.0, 1_000.0),
                cost("mixes", "processor time of postgres for 1,000 orders, ten lines", "s", 2.1, 2.0, 2.2));
    }
}
