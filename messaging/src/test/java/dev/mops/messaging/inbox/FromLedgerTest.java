package dev.mops.messaging.inbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.UnreadableEventException;
import dev.mops.messaging.AccountEvent.Withdrawn;
import dev.mops.messaging.AccountService;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.held.Head;
import dev.mops.messaging.held.Ledger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Between the reading of a head and its run others may be faster: operators, other instances. */
class FromLedgerTest {

    @Test
    void a_head_that_has_moved_since_it_was_read_is_neither_called_for_nor_run() {
        try (AccountService service = AccountService.named("moved")
                .with("mops.messaging.retry-delays", "1h")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            throw new IllegalStateException("fails as told");
                        })
                        .build())
                .start()) {
            service.publish(new Withdrawn("a", 1), new Withdrawn("a", 2));
            await().untilAsserted(() -> assertThat(service.count("held_event")).isEqualTo(2));
            Ledger ledger = service.bean(Ledger.class);
            FromLedger<Object> source = new FromLedger<>(ledger, Duration.ofSeconds(1));
            Item<Object> read = item(headOf(service, ledger));
            assertRuns(service, source, read, true);

            // As an operator does to one that is dead.
            service.inTransaction(() -> ledger.edit(headOf(service, ledger), "{}".getBytes(UTF_8)));

            assertRuns(service, source, read, false);
            Item<Object> edited = item(headOf(service, ledger));
            assertRuns(service, source, edited, true);

            service.inTransaction(() -> ledger.leave(List.of(headOf(service, ledger))));

            assertRuns(service, source, edited, false);
            assertRuns(service, source, item(headOf(service, ledger)), true);
        }
    }

    private static void assertRuns(AccountService service, FromLedger<Object> source, Item<Object> item, boolean runs) {
        service.inTransaction(() -> {
            assertThat(source.free(List.of(item))).hasSize(runs ? 1 : 0);
            assertThat(source.take(List.of(item), Map.of(), Set.of()).toHandle())
                    .hasSize(runs ? 1 : 0);
        });
    }

    private static Head headOf(AccountService service, Ledger ledger) {
        Long head = service.jdbc().queryForObject("SELECT head FROM held_key", Long.class);
        return ledger.head(Objects.requireNonNull(head)).orElseThrow();
    }

    private static Item<Object> item(Head head) {
        return new Item<>(
                head.id(),
                head.key(),
                head.record(),
                new Item.Content.Undecoded<>(new UnreadableEventException("taken all the same")),
                head);
    }
}
