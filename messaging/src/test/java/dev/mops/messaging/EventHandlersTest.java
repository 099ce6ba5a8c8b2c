package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mops.events.EventFamily;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventHandlersTest {

    private static final EventFamily<AccountEvent> FAMILY = AccountEvent.on("handlers");

    @Test
    void a_table_knows_what_it_handles() {
        EventHandlers<AccountEvent> table = EventHandlers.of(FAMILY)
                .on(Deposited.class, event -> {})
                .on(TransferRequested.class, event -> Optional.of(1), request -> request, (event, outcome) -> {})
                .build();

        assertThat(table.types()).containsExactlyInAnyOrder("account.deposited", "account.transfer_requested");
        assertThat(table.handles("account.deposited")).isTrue();
        assertThat(table.handles("account.withdrawn")).isFalse();
        assertThat(table.handles("unheard.of")).isFalse();
        assertThat(table.callsOutside()).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.stepOf(new Withdrawn("a", 1)))
                .withMessage("Withdrawn is not handled here");
    }

    @Test
    void a_type_is_handled_once() {
        var table = EventHandlers.of(FAMILY).on(Deposited.class, event -> {});

        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.on(Deposited.class, (event, metadata) -> {}))
                .withMessage("account.deposited is handled twice");
    }

    @Test
    void a_table_knows_what_is_published_in_order() {
        var table = EventHandlers.of(FAMILY)
                .on(Deposited.class, event -> {})
                .publishes(Withdrawn.class, Deposited.class)
                .publishes(TransferRequested.class);

        assertThat(table.build().publishes())
                .containsExactly("account.deposited", "account.transfer_requested", "account.withdrawn");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.publishes(Withdrawn.class))
                .withMessage("account.withdrawn is declared twice to be published");
    }

    @Test
    void a_type_of_another_family_is_refused() {
        // The compiler refuses it, too; who casts around the compiler hears it at the start.
        @SuppressWarnings({"unchecked", "rawtypes"})
        EventHandlers.Builder<Object> table = (EventHandlers.Builder) EventHandlers.of(FAMILY);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.on(String.class, text -> {}))
                .withMessageContaining("java.lang.String is no event of the family AccountEvent on handlers");
    }

    @Test
    void a_table_that_handles_nothing_is_refused() {
        var table = EventHandlers.of(FAMILY).prepare(events -> {});

        assertThatIllegalStateException().isThrownBy(table::build).withMessageContaining("handle nothing");
    }

    @Test
    void a_second_prepare_is_refused() {
        var table = EventHandlers.of(FAMILY).prepare(events -> {});

        assertThatIllegalStateException().isThrownBy(() -> table.prepare(events -> {}));
    }

    @Test
    void a_family_has_one_table() {
        EventHandlers<AccountEvent> table =
                EventHandlers.of(FAMILY).on(Deposited.class, event -> {}).build();

        assertThatIllegalStateException()
                .isThrownBy(() -> new EventFamilies(List.of(table, table), List.of()))
                .withMessageContaining("Two EventHandlers beans for EventFamily[AccountEvent on handlers]");
        assertThat(new EventFamilies(List.of(table), List.of(FAMILY)).all()).containsExactly(FAMILY);
    }
}
