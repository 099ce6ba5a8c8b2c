package dev.mops.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The textbook chain, measured as the platform is, from {@code POST /orders} to the shipment in the order service's
 * database. It takes orders much faster than it ships them: as many are placed as it ships in the time of a round, by
 * clients that do not wait for shipments, and the round ends when the last one is shipped. So a round takes about its time
 * whatever the machine, and all the work of its orders is in it.
 */
final class TextbookByHttp {

    private static final int CLIENTS = 64;
    private static final int FIRST_ORDERS = 300;
    private static final Duration LONGEST_LOAD = Duration.ofSeconds(60);
    private static final double STEADY = 1.05;

    private final TextbookChain chain;
    private final String part;
    private final Figures figures;
    private final int times;
    private double perSecond;

    /** @param variant how the chain is set, for the names of the figures */
    TextbookByHttp(TextbookChain chain, String variant, Figures figures, int times) {
        this.chain = chain;
        this.part = "textbook chain, " + variant;
        this.figures = figures;
        this.times = times;
    }

    /** Rounds until throughput no longer rises, but not more than so many after a first small one. */
    void warmUp(int most, Duration duration) throws SQLException, InterruptedException {
        round(FIRST_ORDERS);
        boolean rises = true;
        for (int i = 0; i < most && rises; i++) {
            double before = perSecond;
            round(ordersOf(duration));
            rises = perSecond > STEADY * before;
        }
    }

    private void round(int orders) throws SQLException, InterruptedException {
        Round round = saturated(orders);
        perSecond = Math.max(perSecond, round.steadyPerSecond());
        figures.say("  warm-up: " + Figures.number(round.perSecond()) + " orders/s");
    }

    private int ordersOf(Duration duration) {
        return (int) Math.max(FIRST_ORDERS, perSecond * duration.toMillis() / 1_000);
    }

    private Round saturated(int orders) throws SQLException, InterruptedException {
        return Round.closed(chain, CLIENTS, LONGEST_LOAD, orders, Shop.anyOrders());
    }

    /**
     * As many orders as it carries. With its defaults the first order is on its way for seconds, in which the chain waits
     * and could carry more: the second figure leaves that out, and is the kinder one.
     */
    void saturation(Duration duration) throws SQLException, InterruptedException {
        int orders = ordersOf(duration);
        List<Round> rounds = repeat(() -> saturated(orders));
        figures.rate(part, "saturation by HTTP", "orders/s", each(rounds, Round::perSecond));
        figures.rate(
                part,
                "saturation by HTTP, without the first and last tenth",
                "orders/s",
                each(rounds, Round::steadyPerSecond));
        figures.cost(
                part,
                "processor time of all processes for 1,000 orders",
                "s",
                each(
                        rounds,
                        round -> round.cpu().values().stream()
                                .mapToDouble(Double::doubleValue)
                                .sum()));
        figures.cost(
                part,
                "memory of all processes",
                "MiB",
                each(
                        rounds,
                        round -> round.memory().values().stream()
                                        .mapToLong(Long::longValue)
                                        .sum()
                                / 1_048_576.0));
    }

    /** How long orders take while so many a second come. */
    void latency(double perSecond, Duration duration) throws SQLException, InterruptedException {
        List<Round> rounds = repeat(() -> Round.open(chain, perSecond, duration, Shop.anyOrders()));
        for (double share : new double[] {0.5, 0.99}) {
            figures.cost(
                    part,
                    "placed to shipped at %.0f orders/s, p%.0f".formatted(perSecond, share * 100),
                    "ms",
                    each(rounds, round -> round.shipments().at(share)));
        }
    }

    private interface Measured {
        Round run() throws SQLException, InterruptedException;
    }

    private List<Round> repeat(Measured measured) throws SQLException, InterruptedException {
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Round round = measured.run();
            if (!round.refused().isEmpty()) {
                figures.say("  of " + round.accepted() + " accepted; others: " + round.refused());
            }
            rounds.add(round);
        }
        return rounds;
    }

    private static List<Double> each(List<Round> rounds, Function<Round, Double> value) {
        return rounds.stream().map(value).toList();
    }
}
