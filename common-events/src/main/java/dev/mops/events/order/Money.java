package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

/**
 * An amount of money.
 *
 * @param value in minor units of the currency (cents for EUR), never negative
 * @param currency ISO 4217 code, for example {@code EUR}
 */
public record Money(long value, String currency) {

    public Money {
        requireNonNull(currency, "currency");
        if (value < 0) {
            throw new IllegalArgumentException("value must not be negative: " + value);
        }
    }

    /**
     * This amount so many times.
     *
     * @throws ArithmeticException if the result does not fit
     */
    public Money times(int factor) {
        return new Money(Math.multiplyExact(value, factor), currency);
    }

    /**
     * The sum of both.
     *
     * @throws ArithmeticException if the result does not fit
     * @throws IllegalArgumentException if the currencies differ
     */
    public Money plus(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("currency " + currency + " and " + other.currency + " can't be added");
        }
        return new Money(Math.addExact(value, other.value), currency);
    }
}
