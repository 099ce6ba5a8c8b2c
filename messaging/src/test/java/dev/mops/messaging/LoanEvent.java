package dev.mops.messaging;

import dev.mops.events.EventFamily;

/** A second family of the tests: what happens to a loan. */
sealed interface LoanEvent {

    /** The key. */
    String loan();

    /** The bank lends. */
    record Granted(String loan, long number) implements LoanEvent {}

    /** A group of its own within the family. */
    sealed interface Paid extends LoanEvent {

        /** The part alone, as if it were a family. */
        static EventFamily<Paid> on(String topic) {
            return EventFamily.of(Paid.class)
                    .topic(topic)
                    .key(Paid::loan)
                    .event(PaidBack.class, "loan.paid_back", "1.0")
                    .build();
        }
    }

    /** All of it has come back. */
    record PaidBack(String loan) implements Paid {}

    /** The family on a topic of the test's own. */
    static EventFamily<LoanEvent> on(String topic) {
        return EventFamily.of(LoanEvent.class)
                .topic(topic)
                .key(LoanEvent::loan)
                .event(Granted.class, "loan.granted", "1.0")
                .event(PaidBack.class, "loan.paid_back", "1.0")
                .build();
    }
}
