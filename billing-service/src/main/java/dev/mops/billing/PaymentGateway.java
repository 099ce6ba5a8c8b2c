package dev.mops.billing;

import dev.mops.events.order.Money;

/**
 * The payment gateway: takes money, and gives it back. Never called inside a transaction. Each call may be repeated: its
 * key names the business act, and an act happens once however often it is asked for.
 *
 * <p>Every method throws {@link GatewayUnavailableException} if the gateway is away.
 */
interface PaymentGateway {

    /** Takes money. The same key is the same charge, and gets the same answer; one that was voided is declined. */
    Answer charge(Request.Charge charge);

    /**
     * Takes a charge back of which it is not known whether it was made. If it comes before its charge, the charge is
     * declined when it arrives.
     */
    Answer voidCharge(Request.VoidCharge voidCharge);

    /**
     * Gives the money of a charge back.
     *
     * @throws IllegalStateException if there is no approved charge, or it was given back already
     */
    Answer refund(Request.Refund refund);

    /** What the gateway is asked to do. */
    sealed interface Request {

        /**
         * Take money. Holds the payment token: it prints its key only.
         *
         * @param key names the charge
         * @param amount how much
         * @param token stands for the customer's means of payment
         */
        record Charge(String key, Money amount, String token) implements Request {

            @Override
            public String toString() {
                return "Charge[key=" + key + "]";
            }
        }

        /**
         * Take a charge back.
         *
         * @param charge the key of the charge
         */
        record VoidCharge(String charge) implements Request {}

        /**
         * Give the money of a charge back, all of it.
         *
         * @param key names the refund
         * @param charge the key of the charge
         */
        record Refund(String key, String charge) implements Request {}
    }

    /** What the gateway says. */
    sealed interface Answer {

        /** The money is taken. */
        record Approved() implements Answer {}

        /**
         * The gateway said no: no money is taken.
         *
         * @param reason why, for people
         */
        record Declined(String reason) implements Answer {}

        /** The charge is taken back, or will be declined when it arrives. */
        record Voided() implements Answer {}

        /** The money is given back. */
        record Refunded() implements Answer {}
    }
}
