package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

/**
 * Where an order goes to. Personal data: it does not print itself.
 *
 * @param name the recipient
 * @param street with the house number
 * @param city the town
 * @param postalCode as the country writes it
 * @param country ISO 3166-1 alpha-2 code, for example {@code DE}
 */
public record Address(String name, String street, String city, String postalCode, String country) {

    public Address {
        requireNonNull(name, "name");
        requireNonNull(street, "street");
        requireNonNull(city, "city");
        requireNonNull(postalCode, "postalCode");
        requireNonNull(country, "country");
    }

    @Override
    public String toString() {
        return "Address[…]";
    }
}
