package dev.mops.bench;

import dev.mops.bench.HttpLoad.Answer;
import dev.mops.local.Usage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Orders that were placed one after another by HTTP, and what became of them, until none was in flight.
 *
 * @param accepted orders
 * @param refused answers with another status, by status
 * @param perSecond orders shipped in a second, from the first request to the last shipment
 * @param steadyPerSecond the same without the first and the last tenth of the shipments, and so without the first order's way
 * @param answers from when a request was due to its answer, in milliseconds
 * @param shipments from when a request was due to the commit of its shipment in the order service's database, in milliseconds
 * @param cpu processor seconds of each process for 1,000 orders
 * @param memory resident bytes of each process afterwards
 */
record Round(
        int accepted,
        Map<Integer, Long> refused,
        double perSecond,
        double steadyPerSecond,
        Spread answers,
        Spread shipments,
        Map<String, Double> cpu,
        Map<String, Long> memory) {

    static final int ACCEPTED = 202;

    /** Clients that each place their next order once the one before is accepted. */
    static Round closed(Chain chain, int clients, Duration duration, Supplier<byte @Nullable []> orders)
            throws SQLException, InterruptedException {
        return closed(chain, clients, duration, Long.MAX_VALUE, orders);
    }

    /** The same, of at most so many orders: of a chain that takes more than it carries, the end can be waited for. */
    static Round closed(Chain chain, int clients, Duration duration, long most, Supplier<byte @Nullable []> orders)
            throws SQLException, InterruptedException {
        return run(chain, orders, load -> load.closed(clients, duration, most));
    }

    /** Orders that are placed at their times, whatever became of those before. */
    static Round open(Chain chain, double perSecond, Duration duration, Supplier<byte @Nullable []> orders)
            throws SQLException, InterruptedException {
        return run(chain, orders, load -> load.open(perSecond, duration));
    }

    private interface Loading {
        List<Answer> run(HttpLoad load) throws InterruptedException;
    }

    private static Round run(Chain chain, Supplier<byte @Nullable []> orders, Loading loading)
            throws SQLException, InterruptedException {
        Map<String, Usage> before = chain.usage();
        List<Answer> answers = loading.run(new HttpLoad(chain.ordersUrl(), orders));
        chain.drain();
        Map<String, Usage> after = chain.usage();
        List<Answer> accepted =
                answers.stream().filter(answer -> answer.status() == ACCEPTED).toList();
        Map<Integer, Long> refused = answers.stream()
                .map(Answer::status)
                .filter(status -> status != ACCEPTED)
                .collect(Collectors.groupingBy(status -> status, TreeMap::new, Collectors.counting()));
        if (accepted.isEmpty()) {
            throw new IllegalStateException("No order was accepted: " + refused);
        }
        UUID first = accepted.stream()
                .map(Answer::created)
                .min(Comparator.comparing(UUID::toString))
                .orElseThrow();
        Map<UUID, Long> shipped = chain.shippedSince(first);
        long begin = accepted.stream().mapToLong(Answer::intended).min().orElseThrow();
        long end = shipped.values().stream().mapToLong(Long::longValue).max().orElse(begin + 1);
        return new Round(
                accepted.size(),
                refused,
                shipped.size() * 1e6 / (end - begin),
                steadyPerSecond(
                        shipped.values().stream().mapToLong(Long::longValue).toArray()),
                Spread.ofMicros(accepted.stream()
                        .mapToLong(answer -> answer.answered() - answer.intended())
                        .toArray()),
                Spread.ofMicros(accepted.stream()
                        .flatMap(answer -> Optional.ofNullable(shipped.get(answer.created())).stream()
                                .map(at -> at - answer.intended()))
                        .mapToLong(Long::longValue)
                        .toArray()),
                after.keySet().stream()
                        .collect(Collectors.toMap(
                                process -> process,
                                process -> Shop.cpu(before, after, process).toMillis() / (double) accepted.size(),
                                (one, _) -> one,
                                TreeMap::new)),
                after.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                process -> process.getValue().residentBytes(),
                                (one, _) -> one,
                                TreeMap::new)));
    }

    /**
     * Whatever its speed, a chain that loses orders has no figures.
     *
     * @throws IllegalStateException if an order that was accepted was not shipped
     */
    void demandShipped() {
        if (shipments.count() != accepted) {
            throw new IllegalStateException(
                    "Of %d orders that were accepted %d were shipped".formatted(accepted, shipments.count()));
        }
    }

    /** How many of these times there were in a second, without the first and the last tenth of them. */
    static double steadyPerSecond(long[] micros) {
        long[] sorted = Arrays.stream(micros).sorted().toArray();
        int from = sorted.length / 10;
        int to = sorted.length - 1 - from;
        return to <= from ? Double.NaN : (to - from) * 1e6 / (sorted[to] - sorted[from]);
    }
}
