package dev.mops.messaging.inbox;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import dev.mops.messaging.held.Head;
import dev.mops.messaging.held.Ledger;
import dev.mops.messaging.held.LedgerKey;
import dev.mops.messaging.held.Wakeup;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs heads of the ledger again, and those that follow them: as many at once as are due. */
final class Heads {

    private static final Logger log = LoggerFactory.getLogger(Heads.class);

    // A head may be as large as a record can be, and all of these are in memory.
    private static final int AT_ONCE = 50;

    private final Ledger ledger;
    private final Map<String, Runner<?>> runners;

    Heads(Ledger ledger, List<Runner<?>> runners) {
        this.ledger = ledger;
        this.runners = runners.stream().collect(toMap(Runner::topic, Function.identity()));
    }

    /** Runs the heads that these wake-ups mean; a wake-up that does not agree with the ledger does nothing. */
    void wake(List<Wakeup> wakeups) {
        for (int from = 0; from < wakeups.size(); from += AT_ONCE) {
            List<Wakeup> some = wakeups.subList(from, Math.min(from + AT_ONCE, wakeups.size()));
            Set<LedgerKey> keys = some.stream().map(Wakeup::key).collect(toSet());
            run(ledger.heads(keys).stream()
                    .filter(head -> some.stream().anyMatch(wakeup -> wakeup.means(head)))
                    .toList());
        }
    }

    /** Runs the heads of these keys that are due. */
    void sweep(List<LedgerKey> keys) {
        for (int from = 0; from < keys.size(); from += AT_ONCE) {
            run(ledger.dueHeads(keys.subList(from, Math.min(from + AT_ONCE, keys.size()))));
        }
    }

    private void run(List<Head> first) {
        List<Head> heads = first.stream().filter(head -> !head.dead()).toList();
        while (!heads.isEmpty()) {
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
