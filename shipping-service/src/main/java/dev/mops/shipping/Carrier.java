package dev.mops.shipping;

import dev.mops.events.order.Address;
import dev.mops.messaging.TryLater;
import java.time.Instant;

/**
 * The carrier: makes labels and fetches parcels. Never called inside a transaction. Each call may be repeated: its key
 * names the business act, and an act happens once however often it is asked for.
 *
 * <p>Every method throws {@link TryLater} if the carrier is away: only the order that asked waits until it is back.
 */
interface Carrier {

    /**
     * Makes a label and schedules its pickup. The same key is the same label, and gets the same answer.
     *
     * @throws IllegalStateException if the label was voided before it was asked for
     */
    Answer label(Request.MakeLabel label);

    /**
     * Takes a label and its pickup back. If it comes before its label, the label is refused when it is asked for.
     */
    Answer voidLabel(Request.VoidLabel label);

    /** What the carrier is asked to do. */
    sealed interface Request {

        /**
         * Make a label.
         *
         * @param key names the label
         * @param recipient where the parcel goes to
         */
        record MakeLabel(String key, Address recipient) implements Request {}

        /**
         * Take a label back.
         *
         * @param label the key of the label
         */
        record VoidLabel(String label) implements Request {}
    }

    /** What the carrier says. */
    sealed interface Answer {

        /**
         * The label is made, the pickup is scheduled.
         *
         * @param carrier who carries the parcel
         * @param trackingNumber the carrier's number of the parcel
         * @param pickupFrom when the carrier comes at the earliest
         * @param pickupTo when the carrier comes at the latest
         */
        record Made(String carrier, String trackingNumber, Instant pickupFrom, Instant pickupTo) implements Answer {}

        /**
         * The carrier can't deliver there.
         *
         * @param reason why, for people, without the address
         */
        record Undeliverable(String reason) implements Answer {}

        /** The label is taken back, or will be refused when it is asked for. */
        record Voided() implements Answer {}
    }
}
