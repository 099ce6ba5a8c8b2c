package dev.mops.bench;

import dev.mops.bench.HttpLoad.Answer;
import dev.mops.local.ServiceProcess;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the platform carries where orders, or what they run on, are of another kind. All figures are orders that ended in a
 * second at saturation, in whatever way, from the first request until 98 % of them had ended in the order service's database:
 * the others are those that a failing handler holds up, which have a minute to wait. The first line is what all others are
 * measured against, in short rounds that take turns with theirs.
 *
 * <ul>
 *   <li><i>one line per order</i>, <i>ten lines</i>: of any of 10,000 products; <i>one hot product</i>: one line, always of
 *       the same product, whose row in the stock each order changes twice.
 *   <li><i>20 % declined</i>: the payment gateway says no; <i>undeliverable</i>: the carrier does; <i>cancelled</i>: the client
 *       that placed the order cancels it at once. What such an order gives back is done before the next round begins.
 *   <li><i>1 % failing handlers</i>: the payment gateway is away for the first three calls of one order in a hundred: its key
 *       is held, and tried again after 1 s, 10 s and 60 s.
 *   <li><i>instances of billing</i>: further ones on the same machine, after they have warmed up.
 *   <li><i>partitions</i>: of the topic; the consumers stay as shipped.
 *   <li><i>a backlog</i>: orders that were placed while shipping was down have three events each in the topic. They are all
 *       paid when shipping is started, with nothing compiled yet; the time counts from its readiness to the last shipment. It
 *       is there once: what is measured several times are the parts of it, the first third, the second and the last.
 * </ul>
 */
final class Mixes {

    static final String PART = "mixes";

    /** What all others are measured against. */
    static final String PLAIN = "one line per order, of 10,000 products";

    /** What the platform must be started with: limits that a backlog would meet, and a topic that changes. */
    static final List<String> SETTINGS = List.of("--mops.orders.max-in-flight=1000000", OrdersTopic.SETTING);

    private static final int CLIENTS = 64;
    private static final double COUNTED = 0.98;
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final double STEADY = 1.05;
    private static final int MOST_WARM_UPS = 6;
    // The last is what the platform is shipped with, and goes on with.
    private static final int[] PARTITIONS = {2, 6, 24, 12};
    private static final int SHIPPED_PARTITIONS = 12;
    private static final int EVENTS_UNTIL_PAID = 3;
    private static final Duration LONGEST_BACKLOG = Duration.ofMinutes(4);
    private static final String BILLING = "billing-service";
    private static final String SHIPPING = "shipping-service";

    private final Shop shop;
    private final Figures figures;
    private final Plan plan;

    Mixes(Shop shop, Figures figures, Plan plan) {
        this.shop = shop;
        this.figures = figures;
        this.plan = plan;
    }

    /**
     * How much is measured.
     *
     * @param times each figure is measured
     * @param round how long orders are placed, each time
     * @param backlog orders that are placed while shipping is down
     */
    record Plan(int times, Duration round, int backlog) {

        /** What a run that is to be kept takes. */
        static Plan full(int times) {
            return new Plan(times, Duration.ofSeconds(5), 67_000);
        }

        /** What shows whether something has changed. */
        static Plan quick() {
            return new Plan(1, Duration.ofSeconds(3), 6_700);
        }
    }

    /** Measures all of them on a platform that is warm, and leaves it as it was. */
    void measure() throws SQLException, InterruptedException {
        shop.awaitQuiet();
        orders();
        failing();
        instances();
        partitions();
        backlog();
    }

    /**
     * A kind of orders.
     *
     * @param orders their requests
     * @param then what follows an order, if anything
     */
    private record Mix(Supplier<byte @Nullable []> orders, Function<UUID, @Nullable String> then) {

        private static Mix of(Supplier<byte @Nullable []> orders) {
            return new Mix(orders, _ -> null);
        }
    }

    private static final Mix ALIKE = Mix.of(Shop.anyOrders());

    private void orders() throws SQLException, InterruptedException {
        Map<String, Mix> mixes = new LinkedHashMap<>();
        mixes.put(PLAIN, ALIKE);
        mixes.put("ten lines per order", Mix.of(() -> Shop.order("tok_approved", tenProducts())));
        mixes.put("one hot product", Mix.of(() -> Shop.order("tok_approved", 0)));
        mixes.put("20 % declined", Mix.of(() -> Shop.order(oneIn(5) ? "tok_declined" : "tok_approved", anyProduct())));
        mixes.put(
                "20 % cancelled",
                new Mix(Shop.anyOrders(), order -> oneIn(5) ? "/orders/" + order + "/cancellation" : null));
        mixes.put(
                "20 % undeliverable",
                Mix.of(() -> Shop.order("tok_approved", oneIn(5) ? "00000" : "10115", anyProduct())));
        for (Mix mix : mixes.values()) {
            round(mix, WARM_UP);
        }
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (int i = 0; i < plan.times; i++) {
            for (Map.Entry<String, Mix> mix : mixes.entrySet()) {
                values.computeIfAbsent(mix.getKey(), _ -> new ArrayList<>()).add(round(mix.getValue(), plan.round));
            }
        }
        values.forEach(this::figure);
    }

    private void failing() throws SQLException, InterruptedException {
        Mix mix = Mix.of(() -> Shop.order(oneIn(100) ? "tok_unavailable" : "tok_approved", anyProduct()));
        figure("1 % failing handlers", repeat(() -> round(mix, plan.round)));
        // The held ones have their time: they are not to disturb what is measured next.
        shop.drain();
        shop.awaitQuiet();
    }

    private void instances() throws SQLException, InterruptedException {
        for (int count : new int[] {2, 4}) {
            while (shop.platform().running(BILLING).size() < count) {
                shop.platform().another(BILLING).start();
            }
            awaitShared();
            warmUp();
            figure(count + " instances of billing", repeat(() -> round(ALIKE, plan.round)));
        }
        List<ServiceProcess> running = shop.platform().running(BILLING);
        running.subList(1, running.size()).forEach(ServiceProcess::stop);
        awaitShared();
    }

    /** Rounds until throughput no longer rises: the new instances have compiled nothing yet. */
    private void warmUp() throws SQLException, InterruptedException {
        double best = 0;
        boolean rises = true;
        for (int i = 0; i < MOST_WARM_UPS && rises; i++) {
            double now = round(ALIKE, plan.round);
            rises = now > STEADY * best;
            best = Math.max(best, now);
        }
    }

    private void awaitShared() throws InterruptedException {
        try (OrdersTopic topic = OrdersTopic.of(shop.platform())) {
            topic.awaitShared(SHIPPED_PARTITIONS);
        }
    }

    private void partitions() throws SQLException, InterruptedException {
        Map<Integer, List<Double>> values = new TreeMap<>();
        for (int partitions : PARTITIONS) {
            try (OrdersTopic topic = OrdersTopic.of(shop.platform())) {
                topic.replace(partitions);
            }
            round(ALIKE, WARM_UP);
            values.put(partitions, repeat(() -> round(ALIKE, plan.round)));
        }
        values.forEach((partitions, rates) -> figure(partitions + " partitions", rates));
    }

    private void backlog() throws SQLException, InterruptedException {
        String name = String.format(Locale.ROOT, "a backlog of %,d events", plan.backlog * EVENTS_UNTIL_PAID);
        Memory.tellLive(List.of(Memory.of(shop)), figures, PART, ", before a backlog");
        figure(name, workedOff());
        Memory.tellLive(List.of(Memory.of(shop)), figures, PART, ", after a backlog");
    }

    /** Orders shipped in a second from when shipping is ready to the last of the backlog, in each part of it. */
    private List<Double> workedOff() throws SQLException, InterruptedException {
        ServiceProcess shipping = shop.platform().service(SHIPPING);
        shipping.stop();
        HttpLoad load = new HttpLoad(shop.ordersUrl(), Shop.anyOrders());
        List<Answer> accepted = accepted(load.closed(CLIENTS, LONGEST_BACKLOG, plan.backlog));
        if (accepted.size() < plan.backlog) {
            throw new IllegalStateException("Only " + accepted.size() + " orders of a backlog of " + plan.backlog
                    + " were accepted in " + LONGEST_BACKLOG.toMinutes() + " minutes");
        }
        UUID first = first(accepted);
        shop.awaitLeft(first, 0, "PLACED", "RESERVED");
        Memory.tellLive(List.of(Memory.of(shop)), figures, PART, ", while a backlog waits");
        shipping.start();
        long ready = Clock.micros();
        shop.awaitLeft(first, 0, "PAID");
        long[] ends = Arrays.stream(shop.endsSince(first))
                // The consumers may be a little faster than the answer that it is ready.
                .filter(end -> end > ready)
                .toArray();
        shop.awaitQuiet();
        List<Double> perSecond = new ArrayList<>();
        long begin = ready;
        for (int i = 1; i <= plan.times; i++) {
            int from = (i - 1) * ends.length / plan.times;
            int to = i * ends.length / plan.times;
            perSecond.add((to - from) * 1e6 / (ends[to - 1] - begin));
            begin = ends[to - 1];
        }
        return perSecond;
    }

    /** Orders that ended in a second. */
    private double round(Mix mix, Duration duration) throws SQLException, InterruptedException {
        List<Answer> accepted =
                accepted(new HttpLoad(shop.ordersUrl(), mix.orders, mix.then).closed(CLIENTS, duration));
        UUID first = first(accepted);
        int counted = (int) Math.ceil(COUNTED * accepted.size());
        shop.awaitLeft(first, accepted.size() - counted, "PLACED", "RESERVED", "PAID");
        long begin = accepted.stream().mapToLong(Answer::intended).min().orElseThrow();
        double perSecond = counted * 1e6 / (shop.endsSince(first)[counted - 1] - begin);
        shop.awaitQuiet();
        return perSecond;
    }

    /** Those that created an order. */
    private List<Answer> accepted(List<Answer> answers) {
        Map<Integer, Long> others = answers.stream()
                .filter(answer -> answer.status() != Round.ACCEPTED)
                .collect(Collectors.groupingBy(Answer::status, TreeMap::new, Collectors.counting()));
        if (!others.isEmpty()) {
            figures.say("  of " + answers.size() + " requests, not accepted: " + others);
        }
        return answers.stream()
                .filter(answer -> answer.status() == Round.ACCEPTED && answer.created() != null)
                .toList();
    }

    private static UUID first(List<Answer> accepted) {
        return accepted.stream()
                .map(Answer::created)
                .min(Comparator.comparing(UUID::toString))
                .orElseThrow(() -> new IllegalStateException("No order was accepted"));
    }

    private interface Measured {
        double run() throws SQLException, InterruptedException;
    }

    private List<Double> repeat(Measured measured) throws SQLException, InterruptedException {
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < plan.times; i++) {
            values.add(measured.run());
        }
        return values;
    }

    private void figure(String name, List<Double> values) {
        figures.rate(PART, name, "orders/s", values);
    }

    private static boolean oneIn(int all) {
        return ThreadLocalRandom.current().nextInt(all) == 0;
    }

    private static int anyProduct() {
        return ThreadLocalRandom.current().nextInt(Shop.PRODUCTS);
    }

    private static int[] tenProducts() {
        int first = anyProduct();
        return IntStream.range(0, 10)
                .map(n -> (first + n * (Shop.PRODUCTS / 10)) % Shop.PRODUCTS)
                .toArray();
    }
}
