package dev.mops.messaging;

import dev.mops.events.EventFamily;
import dev.mops.events.MajorChange;
import tools.jackson.databind.node.ObjectNode;

/** The events of the tests: what happens to a bank account, numbered so that order and number can be checked. */
public sealed interface AccountEvent {

    /** The key. */
    String account();

    /** Counts the events of an account, or names an amount. */
    long number();

    /** Money came in. */
    record Deposited(String account, long number) implements AccountEvent {}

    /** Money went out. */
    record Withdrawn(String account, long number) implements AccountEvent {}

    /** Another bank is to be asked for money. */
    record TransferRequested(String account, long number) implements AccountEvent {}

    /** The other bank has answered. */
    record TransferSettled(String account, long number) implements AccountEvent {}

    /** An event that no table of the tests handles unless it says so. */
    record StatementSent(String account, long number) implements AccountEvent {}

    /** The family on a topic of the test's own. */
    static EventFamily<AccountEvent> on(String topic) {
        return EventFamily.of(AccountEvent.class)
                .topic(topic)
                .key(AccountEvent::account)
                .event(Deposited.class, "account.deposited", "1.0")
                .event(Withdrawn.class, "account.withdrawn", "1.0")
                .event(TransferRequested.class, "account.transfer_requested", "1.0")
                .event(TransferSettled.class, "account.transfer_settled", "1.0")
                .event(StatementSent.class, "account.statement_sent", "1.0")
                .build();
    }

    /** The family of a deployment to come, which knows another major version of a deposit. */
    static EventFamily<AccountEvent> ofTheFuture(String topic) {
        return EventFamily.of(AccountEvent.class)
                .topic(topic)
                .key(AccountEvent::account)
                .event(Deposited.class, "account.deposited", "1.0", "2.0")
                .change("account.deposited", 2, new Currency())
                .event(Withdrawn.class, "account.withdrawn", "1.0")
                .event(TransferRequested.class, "account.transfer_requested", "1.0")
                .event(TransferSettled.class, "account.transfer_settled", "1.0")
                .event(StatementSent.class, "account.statement_sent", "1.0")
                .build();
    }

    /** Major version 2 of a deposit says in which currency it is. */
    final class Currency implements MajorChange {

        @Override
        public ObjectNode upcast(ObjectNode payload) {
            return payload.put("currency", "EUR");
        }

        @Override
        public ObjectNode downcast(ObjectNode payload) {
            payload.remove("currency");
            return payload;
        }
    }
}
