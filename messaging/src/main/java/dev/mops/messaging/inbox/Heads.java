package dev.mops.messaging.inbox;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import dev.mops.messaging.held.Head;
import dev.mops.messaging.held.Ledger;
import dev.mops.messaging.held.LedgerKey;
import dev.mops.messaging.held.Wakeup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs heads of the ledger again, and those that follow them: as many at once as are due. */
final class Heads {

    private static final Logger log = LoggerFactory.getLogger(Heads.class);

    // A head may be as large as a record can be, and all of these are in memory.
    static final int AT_ONCE = 50;

    // A key may have thousands of followers, and whoever runs them has to poll now and then. The sweeper goes on.
    private static final Duration LONGEST_RUN = Duration.ofMinutes(1);

    private final Ledger ledger;
    private final Map<String, Runner<?>> runners;

    // By a wake-up or by the sweeper, whoever was first: no lock is held while their calls are made.
    private final Set<LedgerKey> atWork = ConcurrentHashMap.newKeySet();

    Heads(Ledger ledger, List<Runner<?>> runners) {
        this.ledger = ledger;
        this.runners = runners.stream().collect(toMap(Runner::topic, Function.identity()));
    }

    /** Runs the heads that these wake-ups mean; a wake-up that does not agree with the ledger does nothing. */
    void wake(List<Wakeup> wakeups) {
        long begin = System.nanoTime();
        for (int from = 0; from < wakeups.size() && isInTime(begin); from += AT_ONCE) {
            List<Wakeup> some = wakeups.subList(from, Math.min(from + AT_ONCE, wakeups.size()));
            Set<LedgerKey> keys = some.stream().map(Wakeup::key).collect(toSet());
            run(
                    ledger.heads(keys).stream()
                            .filter(head -> some.stream().anyMatch(wakeup -> wakeup.means(head)))
                            .toList(),
                    begin);
        }
    }

    /** Runs the heads of these keys that are due. */
    void sweep(List<LedgerKey> keys) {
        long begin = System.nanoTime();
        for (int from = 0; from < keys.size() && isInTime(begin); from += AT_ONCE) {
            run(ledger.dueHeads(keys.subList(from, Math.min(from + AT_ONCE, keys.size()))), begin);
        }
    }

    private static boolean isInTime(long begin) {
        return System.nanoTime() - begin < LONGEST_RUN.toNanos();
    }

    private void run(List<Head> first, long begin) {
        List<Head> mine = first.stream()
                .filter(head -> !head.dead() && atWork.add(head.key()))
                .toList();
        try {
            runAll(mine, begin);
        } finally {
            mine.forEach(head -> atWork.remove(head.key()));
        }
    }

    private void runAll(List<Head> first, long begin) {
        List<Head> heads = first;
        while (!heads.isEmpty() && isInTime(begin)) {
            heads.stream().collect(groupingBy(head -> head.record().topic())).forEach((topic, ofTopic) -> {
                Runner<?> runner = runners.get(topic);
                if (runner == null) {
                    log.warn("{} held keys of {} wait for a service that handles it", ofTopic.size(), topic);
                } else {
                    runner.run(ofTopic);
                }
            });
            // Those that waited behind what has left; a head that failed again is due later.
            heads = ledger.dueHeads(heads.stream().map(Head::key).toList()).stream()
                    .filter(head -> runners.containsKey(head.record().topic()))
                    .toList();
        }
    }

    /** Runs heads of one topic. */
    record Runner<E>(String topic, Items<E> items, BatchProcessor<E> processor) {

        void run(List<Head> heads) {
            processor.process(heads.stream().map(items::of).toList());
        }
    }
}
