package dev.mops.messaging.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.UnreadableEventException;
import dev.mops.messaging.AccountService;
import dev.mops.messaging.held.EventId;
import dev.mops.messaging.held.LedgerKey;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class ClaimTest {

    private static final EventId FIRST = new EventId("/elsewhere", new UUID(0, 1));
    private static final EventId MIDDLE = new EventId("/elsewhere", new UUID(0, 2));
    private static final EventId LAST = new EventId("/elsewhere", new UUID(0, 3));

    @Test
    void transactions_that_claim_the_same_events_in_opposite_order_do_not_deadlock() throws Exception {
        try (AccountService service = AccountService.named("claims").start()) {
            Inbox inbox = new Inbox(service.jdbc(), "claims");
            List<CompletableFuture<Set<EventId>>> claims = service.transaction().execute(holder -> {
                // While the middle is held, each of the others gets as far as its own order takes it.
                inbox.claim(items(List.of(MIDDLE)));
                var forward = claim(service, inbox, List.of(FIRST, MIDDLE, LAST));
                awaitWaiting(service, 1);
                var backward = claim(service, inbox, List.of(LAST, MIDDLE, FIRST));
                awaitWaiting(service, 2);
                holder.setRollbackOnly();
                return List.of(forward, backward);
            });

            assertThat(claims).hasSize(2);
            assertThat(claims.getFirst().get(30, TimeUnit.SECONDS)).containsExactlyInAnyOrder(FIRST, MIDDLE, LAST);
            assertThat(claims.getLast().get(30, TimeUnit.SECONDS)).isEmpty();
        }
    }

    private static CompletableFuture<Set<EventId>> claim(AccountService service, Inbox inbox, List<EventId> events) {
        return CompletableFuture.supplyAsync(
                () -> service.transaction().execute(status -> inbox.claim(items(events))),
                task -> Thread.ofPlatform().start(task));
    }

    private static List<Item<Object>> items(List<EventId> events) {
        var record = new ConsumerRecord<>("claims", 0, 0, new byte[0], new byte[0]);
        return events.stream()
                .map(id -> new Item<Object>(
                        id,
                        LedgerKey.of(record, id),
                        record,
                        new Item.Content.Undecoded<>(new UnreadableEventException("claimed all the same")),
                        null))
                .toList();
    }

    /** Asks on a thread, and so on a connection, that is not the holder's: its transaction would see one state for ever. */
    private static void awaitWaiting(AccountService service, int transactions) {
        await().untilAsserted(() -> assertThat(
                        service.count(
                                "pg_stat_activity WHERE datname = 'claims' AND wait_event_type = 'Lock' AND query LIKE '%inbox_event%'"))
                .isEqualTo(transactions));
    }
}
