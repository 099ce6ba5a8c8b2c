package dev.mops.events.order;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Where an order goes to. Personal data: it does not print itself.
 *
 * @param name the recipient
 * @param addressLines street and house number, and what else the country writes above the town: one to three lines
 * @param city the town
 * @param postalCode as the country writes it
 * @param country ISO 3166-1 alpha-2 code, for example {@code DE}
 */
public record Address(String name, List<String> addressLines, String city, String postalCode, String country) {

    public Address {
        requireNonNull(name, "name");
        addressLines = List.copyOf(requireNonNull(addressLines, "addressLines"));
        requireNonNull(city, "city");
        requireNonNull(postalCode, "postalCode");
        requireNonNull(country, "country");
    }

    @Override
    public String toString() {
        return "Address[…]";
    }
}
