package dev.mops.bench;

import java.nio.file.Path;
import java.time.Duration;

/** What the platform's figures stand beside, of the same run: what the machine gives, and what a textbook chain carries. */
final class Baselines {

    private static final double ORDERS_PER_SECOND = 10;

    private Baselines() {}

    /**
     * Measures all of it, on servers of their own, while nothing else runs. The chain is tuned first, and with its
     * defaults afterwards: then its time goes by waiting, and it needs no more warm-up than its first orders.
     *
     * @param folder an empty one
     * @param limit how long each time of each limit takes
     * @param round how long each round of the chain takes; twice that with its defaults, which move in steps of seconds
     */
    static void measure(Path folder, Figures figures, int times, Duration limit, Duration round) throws Exception {
        try (Servers servers = start(folder, figures)) {
            Limits limits = new Limits(servers, figures, times, limit);
            limits.measure();
            figures.say("textbook chain, tuned");
            try (TextbookChain chain = TextbookChain.open(servers, "tuned", Shop.SIZE, TextbookChain.TUNED)) {
                limits.http(chain.emptyUrl());
                TextbookByHttp tuned = new TextbookByHttp(chain, "tuned", figures, times);
                tuned.warmUp(5, round);
                measure(tuned, round, round);
            }
            figures.say("textbook chain, with its defaults");
            try (TextbookChain chain = TextbookChain.open(servers, "defaults", Shop.SIZE, TextbookChain.DEFAULTS)) {
                TextbookByHttp defaults = new TextbookByHttp(chain, "defaults", figures, times);
                defaults.warmUp(0, round);
                measure(defaults, round.multipliedBy(2), round);
            }
        }
    }

    /** The limits alone, once: the chain would have no time to get warm. */
    static void measureLimits(Path folder, Figures figures, Duration limit) throws Exception {
        try (Servers servers = start(folder, figures)) {
            new Limits(servers, figures, 1, limit).measure();
        }
    }

    /** Of the limits those that a ratio is made of, once. */
    static void measureLeast(Path folder, Figures figures, Duration limit) throws Exception {
        try (Servers servers = start(folder, figures)) {
            new Limits(servers, figures, 1, limit).measureLeast();
        }
    }

    private static Servers start(Path folder, Figures figures) {
        figures.say("limits, in " + folder);
        return Servers.start(folder, Shop.SIZE);
    }

    private static void measure(TextbookByHttp chain, Duration saturation, Duration latency) throws Exception {
        chain.saturation(saturation);
        chain.latency(ORDERS_PER_SECOND, latency);
    }
}
