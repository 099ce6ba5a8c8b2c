package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.events.EventDefinition;
import dev.mops.events.EventFamily;
import dev.mops.events.EventVersion;
import dev.mops.messaging.AccountEvent.Deposited;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which families a service may have. */
class EventFamiliesTest {

    private static final EventFamily<AccountEvent> ACCOUNTS = AccountEvent.on("accounts");
    private static final EventFamily<LoanEvent> LOANS = LoanEvent.on("loans");

    @Test
    void families_of_their_own_root_and_topic_are_all_there_once_though_one_is_handled_and_declared() {
        assertThat(new EventFamilies(List.of(handling(ACCOUNTS)), List.of(LOANS, ACCOUNTS)).all())
                .containsExactly(ACCOUNTS, LOANS);
    }

    @Test
    void two_families_of_one_topic_are_refused_with_the_names_of_both() {
        assertThatThrownBy(() -> new EventFamilies(List.of(handling(ACCOUNTS)), List.of(LoanEvent.on("accounts"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(
                        "The family of " + AccountEvent.class.getName() + " on accounts",
                        "The family of " + LoanEvent.class.getName() + " on accounts",
                        "the same topic");
    }

    @Test
    void two_families_of_one_root_are_refused_with_the_names_of_both() {
        assertThatThrownBy(() -> new EventFamilies(List.of(), List.of(ACCOUNTS, AccountEvent.on("others"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(
                        AccountEvent.class.getName() + " on accounts",
                        AccountEvent.class.getName() + " on others",
                        "the same root");
    }

    @Test
    void a_family_whose_root_is_a_part_of_anothers_is_refused_with_the_names_of_both() {
        assertThatThrownBy(() -> new EventFamilies(List.of(), List.of(LoanEvent.Paid.on("paid"), LOANS)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(
                        LoanEvent.Paid.class.getName() + " on paid",
                        LoanEvent.class.getName() + " on loans",
                        "one is part of the other");
    }

    @Test
    void two_tables_for_one_family_are_refused_with_its_name() {
        assertThatThrownBy(() -> new EventFamilies(List.of(handling(ACCOUNTS), handling(ACCOUNTS)), List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("Two EventHandlers beans", ACCOUNTS.toString());
    }

    @Test
    void what_is_published_is_what_the_table_declares_and_all_of_a_family_that_is_a_bean() {
        EventHandlers<AccountEvent> table = EventHandlers.of(ACCOUNTS)
                .on(Deposited.class, event -> {})
                .publishes(Deposited.class)
                .build();

        EventFamilies families = new EventFamilies(List.of(table), List.of(LOANS));

        assertThat(families.publishedOf(ACCOUNTS)).containsExactly("account.deposited");
        assertThat(families.publishedOf(LOANS))
                .containsExactlyInAnyOrderElementsOf(
                        LOANS.definitions().stream().map(EventDefinition::type).toList());
        assertThat(new EventFamilies(List.of(table), List.of(ACCOUNTS)).publishedOf(ACCOUNTS))
                .hasSize(ACCOUNTS.definitions().size());
    }

    @Test
    void a_type_is_written_in_a_version_that_it_has() {
        EventFamilies families = new EventFamilies(List.of(), List.of(ACCOUNTS, LOANS));
        String type = ACCOUNTS.definitions().getFirst().type();

        assertThat(families.writeVersions(Map.of(type, 1))).isEqualTo(Map.of(type, EventVersion.of("1.0")));
        assertThatThrownBy(() -> families.writeVersions(Map.of(type, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mops.messaging.write-version." + type + " must be the major of one of [1.0], not 2");
        assertThatThrownBy(() -> families.writeVersions(Map.of("account.lost", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "mops.messaging.write-version.account.lost is of no event type of this service: ");
    }

    private static EventHandlers<AccountEvent> handling(EventFamily<AccountEvent> family) {
        return EventHandlers.of(family).on(Deposited.class, event -> {}).build();
    }
}
