package dev.mops.messaging.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.events.test.OrderHistories;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.test.Till.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.CannotCreateTransactionException;

/** A handler that is right passes, and each that is broken in one way is caught. */
@MessagingTest(classes = Till.Service.class)
class HandlerContractTest {

    @Autowired
    private EventHandlers<OrderEvent> handlers;

    @Autowired
    private JdbcTemplate jdbc;

    @Autowired
    private Till till;

    @BeforeEach
    void forget() {
        till.forget();
    }

    @AfterEach
    void mend() {
        Till.fault = Fault.NONE;
    }

    @Test
    void handlers_that_keep_the_contract_pass_also_where_they_refuse_an_event() {
        HandlerContract.of(handlers)
                .over(Histories.<OrderEvent>given(List.of(new InventoryReserved(UUID.randomUUID())))
                        .refusedWith(IllegalStateException.class))
                .generated(2, OrderHistories::of)
                .generated(1, HandlerContractTest::paid)
                .verify();

        assertThat(jdbc.queryForList("SELECT order_id FROM bill", String.class))
                .as("what was there before the first event")
                .containsExactly("00000000-0000-0000-0000-000000000001");
    }

    @Test
    void a_handler_that_always_fails_is_caught() {
        Till.fault = Fault.ALWAYS_FAILS;

        assertThatThrownBy(() -> HandlerContract.verify(handlers, Histories.generated(1, HandlerContractTest::paid)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(
                        "The handlers of orders fail when a history is delivered one by one.",
                        "(seed 1, again with -Dmops.histories.seed=1)",
                        "1. OrderCreated[",
                        "Failed:\n  order.inventory_reserved",
                        "IllegalStateException: The till is locked");
    }

    @Test
    void an_event_that_may_be_refused_fails_with_no_other_error() {
        assertThatThrownBy(() -> HandlerContract.verify(
                        handlers,
                        Histories.<OrderEvent>given(List.of(new InventoryReserved(UUID.randomUUID())))
                                .refusedWith(IllegalArgumentException.class)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("(as given)", "IllegalStateException: There is no bill");
    }

    @Test
    void a_time_that_decides_is_caught() {
        assertCaught(Fault.TIME_DECIDES, "once more, at another time", "rows of receipt");
    }

    @Test
    void a_look_past_the_own_transaction_is_caught() {
        assertCaught(Fault.READS_PAST_ITS_TRANSACTION, "all in one batch", "rows of receipt");
    }

    @Test
    void an_event_that_is_taken_out_of_the_inbox_is_caught() {
        assertCaught(Fault.CLEARS_THE_INBOX, "each event twice", "rows of receipt");
    }

    @Test
    void a_call_of_the_outside_world_without_an_idempotency_key_is_caught() {
        assertCaught(Fault.CALL_WITHOUT_KEY, "with each call made twice", "rows of payout");
    }

    @Test
    void an_effect_outside_of_the_transaction_is_caught() {
        assertCaught(Fault.OWN_TRANSACTION, "with a crash before each commit", "rows of receipt");
    }

    @Test
    void an_effect_outside_of_the_transaction_of_a_batch_is_caught() {
        assertCaught(
                Fault.OWN_TRANSACTION_IN_A_BATCH, "with a crash before each commit of one batch", "rows of receipt");
    }

    @Test
    void a_batch_that_is_taken_for_the_whole_history_is_caught() {
        assertCaught(Fault.CACHE_OF_A_BATCH, "cut behind event 1", "rows of receipt");
    }

    @Test
    void a_state_that_is_only_in_memory_is_caught() {
        assertCaught(Fault.STATE_IN_MEMORY, "with a restart in the middle", "rows of receipt");
    }

    @Test
    void a_cache_that_knows_what_is_there_no_more_is_caught() {
        assertCaught(Fault.STALE_CACHE, "once more, at another time", "rows of bill");
    }

    @Test
    void chance_that_decides_is_caught() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> contractOf(Fault.CHANCE_DECIDES).verify())
                .withMessageContaining("rows of receipt");
    }

    @Test
    void time_never_goes_back_not_even_at_the_restart() {
        Till.TIMES.clear();

        contractOf(Fault.NONE).verify();

        assertThat(Till.TIMES).hasSizeGreaterThan(10).isSorted();
    }

    @Test
    void a_failure_names_the_history_its_seed_the_way_and_the_difference() {
        Till.fault = Fault.CALL_WITHOUT_KEY;

        assertThatThrownBy(() -> HandlerContract.verify(handlers, Histories.generated(2, HandlerContractTest::paid)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(
                        "The handlers of orders",
                        "delivered with each call made twice.",
                        "(seed 1, again with -Dmops.histories.seed=1)",
                        "1. OrderCreated[",
                        "Difference (- one by one, + with each call made twice)",
                        "rows of payout:\n    + {\"order_id\"");
    }

    @Test
    void what_is_thrown_on_the_way_names_the_history_its_seed_and_the_way() {
        Till.fault = Fault.LOSES_THE_DATABASE;

        assertThatThrownBy(() -> HandlerContract.verify(handlers, Histories.generated(1, HandlerContractTest::paid)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(
                        "The handlers of orders can't go on when a history is delivered once more, at another time.",
                        "(seed 1, again with -Dmops.histories.seed=1)",
                        "1. OrderCreated[",
                        "Thrown: ",
                        "The till has lost its database")
                .hasCauseInstanceOf(CannotCreateTransactionException.class);
    }

    @Test
    void what_is_thrown_before_the_first_event_does_so_too() {
        AssertionError thrown = new AssertionError("There is no change");

        assertThatThrownBy(() -> HandlerContract.of(handlers)
                        .generated(1, HandlerContractTest::paid)
                        .seeding(history -> {
                            throw thrown;
                        })
                        .verify())
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("(seed 1, again with", "Thrown: java.lang.AssertionError: There is no change")
                .hasCause(thrown);
    }

    @Test
    void what_is_to_be_ignored_must_be_there() {
        assertThatThrownBy(() -> HandlerContract.of(handlers)
                        .given(List.of(new InventoryReserved(UUID.randomUUID())))
                        .ignoring("bill.paid", "order.paid.amount", "bill.payd", "order.paid.sum")
                        .verify())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[bill.payd, order.paid.sum]");
    }

    @Test
    void what_is_ignored_may_differ() {
        Till.fault = Fault.TIME_DECIDES;

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> HandlerContract.of(handlers)
                        .given(paid(new SplittableRandom(1)))
                        .ignoring("bill.paid")
                        .verify())
                .withMessageContaining("as given")
                .withMessageNotContaining("rows of bill");
    }

    private void assertCaught(Fault fault, String way, String section) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> contractOf(fault).verify())
                .withMessageContaining("lead elsewhere when a history is delivered " + way + ".")
                .withMessageContaining(section);
    }

    private HandlerContract<OrderEvent> contractOf(Fault fault) {
        Till.fault = fault;
        return HandlerContract.of(handlers).generated(1, HandlerContractTest::paid);
    }

    /** Three orders, so that chance does not take the same turn in each of ten runs. */
    private static List<OrderEvent> paid(RandomGenerator random) {
        List<OrderEvent> history = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            history.add(
                    OrderHistories.created(new UUID(random.nextLong(), random.nextLong()), "coffee-beans-1kg", i + 1));
        }
        for (OrderEvent created : List.copyOf(history)) {
            history.add(new InventoryReserved(created.orderId()));
        }
        UUID first = history.getFirst().orderId();
        history.add(new ShipmentFailed(first, first, "The carrier does not deliver there"));
        return history;
    }
}
