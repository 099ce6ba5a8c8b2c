package dev.mops.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The four services, from {@code POST /orders} to the shipment in the order service's database. */
final class PlatformByHttp {

    static final String PART = "platform";

    static final String SATURATION = "saturation by HTTP";

    private static final int CLIENTS = 128;
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    // Compiled code stops getting faster: each round is compared with the best one before.
    private static final double STEADY = 1.05;
    // It comes in steps, with rounds between them in which the compiler itself takes the processor.
    private static final int PATIENCE = 6;

    private final Shop shop;
    private final Figures figures;
    private final int times;

    PlatformByHttp(Shop shop, Figures figures, int times) {
        this.shop = shop;
        this.figures = figures;
        this.times = times;
    }

    /** Rounds until throughput no longer rises, or the time is over. */
    void warmUp(Duration atMost) throws SQLException, InterruptedException {
        double best = 0;
        int without = 0;
        long end = System.nanoTime() + atMost.toNanos();
        while (without < PATIENCE && System.nanoTime() < end) {
            Round round = Round.closed(shop, CLIENTS, WARM_UP, Shop.anyOrders());
            figures.say("  warm-up: " + Figures.number(round.perSecond()) + " orders/s " + refused(round));
            without = round.perSecond() > STEADY * best ? 0 : without + 1;
            best = Math.max(best, round.perSecond());
        }
    }

    /** As many orders as it carries. Returns the median of what it shipped in a second. */
    double saturation(Duration duration) throws SQLException, InterruptedException {
        List<Double> events = new ArrayList<>();
        List<Round> rounds = repeat(() -> {
            long before = shop.published();
            Round round = Round.closed(shop, CLIENTS, duration, Shop.anyOrders());
            events.add(round.perSecond() * (shop.published() - before) / round.accepted());
            return round;
        });
        List<Double> perSecond = rounds.stream().map(Round::perSecond).toList();
        figures.rate(PART, SATURATION, "orders/s", perSecond);
        figures.rate(PART, "events of these orders", "events/s", events);
        for (String process : rounds.getFirst().cpu().keySet()) {
            figures.cost(
                    PART,
                    "processor time of " + process + " for 1,000 orders",
                    "s",
                    each(rounds, round -> round.cpu().getOrDefault(process, 0.0)));
            figures.cost(
                    PART,
                    "memory of " + process,
                    "MiB",
                    each(rounds, round -> round.memory().getOrDefault(process, 0L) / 1_048_576.0));
        }
        return Spread.of(perSecond).median();
    }

    /** How long orders take while so many a second come. */
    void latency(String load, double perSecond, Duration duration) throws SQLException, InterruptedException {
        List<Round> rounds = repeat(() -> Round.open(shop, perSecond, duration, Shop.anyOrders()));
        figures.cost(
                PART,
                "accepted at " + load + ", p50",
                "ms",
                each(rounds, round -> round.answers().median()));
        figures.cost(
                PART,
                "accepted at " + load + ", p99",
                "ms",
                each(rounds, round -> round.answers().at(0.99)));
        for (double share : new double[] {0.5, 0.9, 0.99}) {
            figures.cost(
                    PART,
                    "placed to shipped at %s, p%.0f"
                            .formatted(load, share * 100)
                            .toLowerCase(Locale.ROOT),
                    "ms",
                    each(rounds, round -> round.shipments().at(share)));
        }
        figures.cost(
                PART,
                "placed to shipped at " + load + ", max",
                "ms",
                each(rounds, round -> round.shipments().max()));
    }

    private interface Measured {
        Round run() throws SQLException, InterruptedException;
    }

    private List<Round> repeat(Measured measured) throws SQLException, InterruptedException {
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Round round = measured.run();
            round.demandShipped();
            if (!round.refused().isEmpty()) {
                figures.say("  " + refused(round));
            }
            rounds.add(round);
        }
        return rounds;
    }

    private static List<Double> each(List<Round> rounds, Function<Round, Double> value) {
        return rounds.stream().map(value).toList();
    }

    private static String refused(Round round) {
        return round.refused().isEmpty() ? "" : "of " + round.accepted() + " accepted; others: " + round.refused();
    }
}
