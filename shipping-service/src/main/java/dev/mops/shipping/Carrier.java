package dev.mops.shipping;

import dev.mops.events.order.Address;
import java.time.Instant;

/**
 * Who carries the parcels: outside, so it may be slow, away, or asked twice. A key names what is done for the business,
 * and the same key has the same effect and the same answer, however often it comes.
 */
interface Carrier {

    /**
     * Makes a label and schedules its pickup.
     *
     * @throws IllegalStateException if the key was voided before
     */
    LabelAnswer label(MakeLabel request);

    /** Voids the label of this key with its pickup, also if the label has not been asked for yet: it is never made then. */
    Voided voidLabel(String key);

    /** What the carrier is asked. */
    sealed interface Request {}

    /**
     * To make a label.
     *
     * @param key names the label
     * @param address where the parcel goes to
     */
    record MakeLabel(String key, Address address) implements Request {}

    /**
     * To void a label.
     *
     * @param key under which the label was asked for
     */
    record VoidLabel(String key) implements Request {}

    /** What the carrier answers. */
    sealed interface Answer {}

    /** What it answers when a label is to be made. */
    sealed interface LabelAnswer extends Answer {}

    /**
     * The label is made, the pickup scheduled.
     *
     * @param carrier who carries it
     * @param trackingNumber the carrier's number of the parcel
     * @param pickupFrom when the parcel must be ready
     * @param pickupTo when it is gone at the latest
     */
    record Made(String carrier, String trackingNumber, Instant pickupFrom, Instant pickupTo) implements LabelAnswer {}

    /**
     * The carrier can't deliver there.
     *
     * @param reason for people, without the address
     */
    record Undeliverable(String reason) implements LabelAnswer {}

    /** There is no label, and there will be none. */
    record Voided() implements Answer {}
}
