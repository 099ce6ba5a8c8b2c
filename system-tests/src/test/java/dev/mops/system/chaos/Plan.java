package dev.mops.system.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * What is done to the platform, and when: the same for the same seed and length. What it hits differs from run to run.
 *
 * @param faults by their time
 */
record Plan(long seed, Duration length, List<Fault> faults) {

    /** So often at least, in every plan. */
    static final int AT_LEAST = 3;

    private static final List<String> SERVICES =
            List.of("order-service", "inventory-service", "billing-service", "shipping-service");
    private static final List<String> HOW_TO_FAIL = List.of("throw", "slow", "unavailable");

    /** Faults of one lane come one after the other, those of different lanes at the same time. */
    enum Lane {
        OUTAGES(9),
        REBALANCES(25),
        EVENTS(5);

        private final int secondsBetween;

        Lane(int secondsBetween) {
            this.secondsBetween = secondsBetween;
        }
    }

    /** What is done. */
    enum Kind {
        KILL_SERVICE(Lane.OUTAGES),
        KILL_KAFKA(Lane.OUTAGES),
        KILL_POSTGRES(Lane.OUTAGES),
        PAUSE(Lane.OUTAGES),
        CUT_PORT(Lane.OUTAGES),
        REBALANCE(Lane.REBALANCES),
        FAIL(Lane.EVENTS),
        POISON(Lane.EVENTS),
        DUPLICATES(Lane.EVENTS),
        REPLAY(Lane.EVENTS),
        DISCARD(Lane.EVENTS);

        final Lane lane;

        Kind(Lane lane) {
            this.lane = lane;
        }
    }

    /**
     * One fault.
     *
     * @param at not before, from the beginning
     * @param target a service, or kafka
     * @param lasting how long it is so
     * @param how the failure, of failures
     * @param dice what else is open is decided by this
     */
    record Fault(Duration at, Kind kind, String target, Duration lasting, String how, long dice) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%7.1f s  %-13s %-18s %4.1f s  %s",
                    at.toMillis() / 1000.0,
                    kind,
                    target,
                    lasting.toMillis() / 1000.0,
                    how);
        }
    }

    /** The plan of a seed. */
    static Plan of(long seed, Duration length) {
        Random random = new Random(seed);
        List<Fault> faults = new ArrayList<>();
        for (Lane lane : Lane.values()) {
            List<Kind> kinds = Arrays.stream(Kind.values())
                    .filter(kind -> kind.lane == lane)
                    .toList();
            // A deck has each kind once.
            int decks = Math.max(AT_LEAST, (int) (length.toSeconds() / lane.secondsBetween / kinds.size()));
            List<Kind> order = new ArrayList<>();
            for (int i = 0; i < decks; i++) {
                List<Kind> deck = new ArrayList<>(kinds);
                Collections.shuffle(deck, random);
                order.addAll(deck);
            }
            long slot = length.toMillis() / order.size();
            for (int i = 0; i < order.size(); i++) {
                Duration at = Duration.ofMillis(i * slot + random.nextLong(slot));
                faults.add(fault(at, order.get(i), random));
            }
        }
        faults.sort((one, other) -> one.at().compareTo(other.at()));
        return new Plan(seed, length, List.copyOf(faults));
    }

    private static Fault fault(Duration at, Kind kind, Random random) {
        String service = SERVICES.get(random.nextInt(SERVICES.size()));
        String target =
                switch (kind) {
                    case KILL_KAFKA, CUT_PORT -> "kafka";
                    case KILL_POSTGRES -> "postgres";
                    case PAUSE -> random.nextInt(5) == 0 ? "kafka" : service;
                    case DUPLICATES -> "orders";
                    default -> service;
                };
        // Some pauses are longer than a consumer's session of 6 s: its partitions go to nobody, or to a second
        // instance.
        Duration lasting = Duration.ofMillis(
                switch (kind) {
                    case PAUSE, CUT_PORT -> random.nextLong(500, 8_000);
                    case KILL_SERVICE, KILL_KAFKA, KILL_POSTGRES -> random.nextLong(0, 2_000);
                    case REBALANCE -> random.nextLong(1_000, 6_000);
                    default -> 0;
                });
        String how = kind == Kind.FAIL ? HOW_TO_FAIL.get(random.nextInt(HOW_TO_FAIL.size())) : "";
        return new Fault(at, kind, target, lasting, how, random.nextLong());
    }

    /** The faults of a lane, in their order. */
    List<Fault> of(Lane lane) {
        return faults.stream().filter(fault -> fault.kind().lane == lane).toList();
    }

    @Override
    public String toString() {
        return faults.stream().map(Fault::toString).collect(Collectors.joining("\n"));
    }
}
