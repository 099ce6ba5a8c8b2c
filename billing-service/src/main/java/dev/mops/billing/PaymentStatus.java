package dev.mops.billing;

import dev.mops.billing.PaymentGateway.Answer;
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

/** How far a payment is. The table stands in {@code docs/state-tables.md}. */
enum PaymentStatus {
    /** No row yet; never stored. */
    NEW,
    OPEN,
    /** A charge was asked for, or is about to be; whether it was made is not known. */
    CHARGING,
    PAID,
    DECLINED,
    /** The charge whose answer is not known is being taken back. */
    VOIDING,
    VOIDED,
    REFUNDING,
    REFUNDED,
    /** The order has shipped: no refund from here on. */
    SETTLED;

    /** Whether the gateway may yet be asked to charge. */
    boolean mayCharge() {
        return switch (this) {
            case NEW, OPEN, CHARGING -> true;
            case PAID, DECLINED, VOIDING, VOIDED, REFUNDING, REFUNDED, SETTLED -> false;
        };
    }

    /**
     * The status after an event was read from the log: the first final one wins.
     *
     * @throws IllegalStateException if the event can't be in this state
     */
    PaymentStatus on(OrderEvent event) {
        return switch (event) {
            case OrderCreated _ -> this == NEW ? OPEN : this;
            case InventoryReserved _ ->
                switch (this) {
                    case NEW -> throw impossible(event);
                    case OPEN -> CHARGING;
                    case CHARGING, PAID, DECLINED, VOIDING, VOIDED, REFUNDING, REFUNDED, SETTLED -> this;
                };
            case OrderShipped _ ->
                switch (this) {
                    case NEW -> throw impossible(event);
                    case PAID -> SETTLED;
                    case OPEN, CHARGING, DECLINED, VOIDING, VOIDED, REFUNDING, REFUNDED, SETTLED -> this;
                };
            case InventoryRejected _, PaymentDeclined _, ShipmentFailed _, CancellationRequested _ ->
                switch (this) {
                    // A tombstone, so that the order's beginning is ignored when it comes late.
                    case NEW -> VOIDED;
                    case OPEN -> VOIDED;
                    case CHARGING -> VOIDING;
                    case PAID -> REFUNDING;
                    case DECLINED, VOIDING, VOIDED, REFUNDING, REFUNDED, SETTLED -> this;
                };
            case OrderPaid _, InventoryReleased _, OrderRefunded _, OrderHeldUp _, OrderResumed _ -> this;
        };
    }

    /**
     * The status after an operator discarded an event: nothing is asked of the gateway, and nothing that was not asked yet
     * will be.
     */
    PaymentStatus onDiscard(OrderEvent event) {
        return switch (event) {
            case OrderCreated _ -> this == NEW ? DECLINED : this;
            case InventoryReserved _ ->
                switch (this) {
                    case NEW, OPEN -> DECLINED;
                    // Whether the charge was made is not known: it is taken back once order.payment_declined is heard.
                    case CHARGING -> VOIDING;
                    case PAID, DECLINED, VOIDING, VOIDED, REFUNDING, REFUNDED, SETTLED -> this;
                };
            case OrderShipped _ -> this == PAID ? SETTLED : this;
            case InventoryRejected _, PaymentDeclined _, ShipmentFailed _, CancellationRequested _ ->
                this == NEW || this == OPEN ? VOIDED : this;
            case OrderPaid _, InventoryReleased _, OrderRefunded _, OrderHeldUp _, OrderResumed _ -> this;
        };
    }

    /**
     * The status after an answer of the gateway.
     *
     * @throws IllegalStateException if the state has moved since the gateway was asked
     */
    PaymentStatus on(Answer answer) {
        PaymentStatus asked =
                switch (answer) {
                    case Answer.Approved _, Answer.Declined _ -> CHARGING;
                    case Answer.Voided _ -> VOIDING;
                    case Answer.Refunded _ -> REFUNDING;
                };
        if (this != asked) {
            throw impossible(answer);
        }
        return switch (answer) {
            case Answer.Approved _ -> PAID;
            case Answer.Declined _ -> DECLINED;
            case Answer.Voided _ -> VOIDED;
            case Answer.Refunded _ -> REFUNDED;
        };
    }

    private IllegalStateException impossible(Object cause) {
        return new IllegalStateException(
                "A payment in " + this + " can't take " + cause.getClass().getSimpleName());
    }
}
