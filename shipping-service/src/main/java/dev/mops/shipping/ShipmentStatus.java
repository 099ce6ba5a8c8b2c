package dev.mops.shipping;

import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.InventoryRejected;
import dev.mops.events.order.InventoryReleased;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderHeldUp;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.OrderResumed;
import dev.mops.events.order.OrderShipped;
import dev.mops.events.order.PaymentDeclined;
import dev.mops.events.order.ShipmentFailed;
import dev.mops.shipping.Carrier.Answer;

/** How far a shipment is. The table stands in {@code docs/state-tables.md}. */
enum ShipmentStatus {
    /** No row yet; never stored. */
    NEW,
    PENDING,
    /** The carrier is asked for a label. */
    LABELLING,
    LABELLED,
    SHIPPED,
    FAILED,
    /** The carrier is asked to void the label. */
    VOIDING,
    VOIDED;

    /**
     * The status after an event was read from the log.
     *
     * @throws IllegalStateException if the event can't come in this status
     */
    ShipmentStatus on(OrderEvent event) {
        return switch (event) {
            case OrderCreated _ -> this == NEW ? PENDING : this;
            case OrderPaid _ ->
                switch (this) {
                    case NEW -> throw impossible(event);
                    case PENDING -> LABELLING;
                    case LABELLING, LABELLED, SHIPPED, FAILED, VOIDING, VOIDED -> this;
                };
            case OrderShipped _ ->
                switch (this) {
                    case NEW -> throw impossible(event);
                    case LABELLED -> SHIPPED;
                    case PENDING, LABELLING, SHIPPED, FAILED, VOIDING, VOIDED -> this;
                };
            case InventoryRejected _, PaymentDeclined _, ShipmentFailed _, CancellationRequested _ ->
                switch (this) {
                    // Nothing was asked of the carrier: VOIDED is a tombstone, so that the late order is ignored.
                    case NEW, PENDING -> VOIDED;
                    case LABELLING, LABELLED -> VOIDING;
                    case SHIPPED, FAILED, VOIDING, VOIDED -> this;
                };
            case InventoryReserved _, InventoryReleased _, OrderRefunded _, OrderHeldUp _, OrderResumed _ -> this;
        };
    }

    /**
     * The status after an operator discarded an event: nothing is asked of the carrier, and nothing that was not asked yet
     * will be.
     */
    ShipmentStatus onDiscard(OrderEvent event) {
        return switch (event) {
            case OrderCreated _ -> this == NEW ? FAILED : this;
            case OrderPaid _ ->
                switch (this) {
                    case NEW, PENDING -> FAILED;
                    // Whether the label was made is not known: it is voided once order.shipment_failed is heard.
                    case LABELLING -> VOIDING;
                    case LABELLED, SHIPPED, FAILED, VOIDING, VOIDED -> this;
                };
            case OrderShipped _ -> this == LABELLED ? SHIPPED : this;
            case InventoryRejected _, PaymentDeclined _, ShipmentFailed _, CancellationRequested _ ->
                this == NEW || this == PENDING ? VOIDED : this;
            case InventoryReserved _, InventoryReleased _, OrderRefunded _, OrderHeldUp _, OrderResumed _ -> this;
        };
    }

    /**
     * The status after the carrier answered.
     *
     * @throws IllegalStateException if nothing is open that the answer could be for: the state has moved since
     */
    ShipmentStatus on(Answer answer) {
        return switch (answer) {
            case Answer.Made _ when this == LABELLING -> LABELLED;
            case Answer.Undeliverable _ when this == LABELLING -> FAILED;
            case Answer.Voided _ when this == VOIDING -> VOIDED;
            case Answer.Made _, Answer.Undeliverable _, Answer.Voided _ ->
                throw new IllegalStateException("The carrier answered %s, but the shipment is %s"
                        .formatted(answer.getClass().getSimpleName(), this));
        };
    }

    /** Whether the label counts. */
    boolean hasLabel() {
        return switch (this) {
            case LABELLED, SHIPPED -> true;
            case NEW, PENDING, LABELLING, FAILED, VOIDING, VOIDED -> false;
        };
    }

    /** Whether the order ended before it had shipped. */
    boolean isTakenBack() {
        return switch (this) {
            case VOIDING, VOIDED -> true;
            case NEW, PENDING, LABELLING, LABELLED, SHIPPED, FAILED -> false;
        };
    }

    /** Whether nothing will ship, so that nobody needs the address any more. */
    boolean isAddressForgotten() {
        return this == FAILED || isTakenBack();
    }

    private IllegalStateException impossible(OrderEvent event) {
        return new IllegalStateException("%s came for the order %s, but its shipment is %s"
                .formatted(event.getClass().getSimpleName(), event.orderId(), this));
    }
}
