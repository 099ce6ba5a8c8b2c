package dev.mops.order;

import dev.mops.events.order.Address;
import dev.mops.web.FieldError;
import dev.mops.web.Printable;
import dev.mops.web.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The request to place an order. Holds a payment token and personal data: it does not print itself.
 *
 * @param customerId who orders
 * @param lines what, each SKU in one line
 * @param paymentToken stands for the means of payment at the payment gateway
 * @param shippingAddress where it goes to
 * @param channel through what the order comes, for example {@code web}
 */
record PlaceOrderRequest(
        @NotBlank @Size(max = 100) @Printable String customerId,

        @NotNull @Size(min = 1, max = 100) List<@NotNull @Valid Line> lines,

        @NotBlank @Size(max = 200) @Printable String paymentToken,

        @NotNull @Valid ShippingAddress shippingAddress,

        @Pattern(regexp = "[a-z0-9-]{1,30}", message = "must be 1 to 30 of a to z, 0 to 9 and -") @Nullable String channel) {

    @Override
    public String toString() {
        return "PlaceOrderRequest[…]";
    }

    /**
     * A line.
     *
     * @param sku the product
     * @param quantity pieces
     */
    record Line(
            @NotBlank @Size(max = 64) @Printable String sku,

            @Min(1) @Max(1000) int quantity) {}

    /**
     * Where an order goes to. Personal data: it does not print itself.
     *
     * @param street the first line of the address
     * @param additionalLines what else stands above the town
     * @param country ISO 3166-1 alpha-2
     */
    record ShippingAddress(
            @NotBlank @Size(max = 200) @Printable String name,

            @NotBlank @Size(max = 200) @Printable String street,

            @Size(max = 2) @Nullable List<@NotBlank @Size(max = 200) @Printable String> additionalLines,

            @NotBlank @Size(max = 200) @Printable String city,

            @NotBlank @Size(max = 20) @Printable String postalCode,

            @NotNull @Pattern(regexp = "[A-Z]{2}", message = "must be an ISO 3166-1 country code of two capital letters") String country) {

        // Version 1 of order.created, which can be written instead of the newest, has all lines in one of this length.
        private static final int LONGEST_STREET = 200;

        /**
         * The address of the event.
         *
         * @throws ProblemException 422 if its lines are too long together
         */
        Address toAddress() {
            List<String> lines = Stream.concat(
                            Stream.of(street), additionalLines == null ? Stream.of() : additionalLines.stream())
                    .toList();
            if (String.join(", ", lines).length() > LONGEST_STREET) {
                throw ProblemException.unprocessable(List.of(new FieldError(
                        "shippingAddress.additionalLines",
                        "must not be longer than " + LONGEST_STREET + " characters together with the street")));
            }
            return new Address(name, lines, city, postalCode, country);
        }

        @Override
        public String toString() {
            return "ShippingAddress[…]";
        }
    }
}
