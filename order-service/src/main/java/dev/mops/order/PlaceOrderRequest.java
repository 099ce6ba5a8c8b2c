package dev.mops.order;

import dev.mops.events.order.Address;
import dev.mops.web.Printable;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;

/**
 * The request to place an order. Holds a payment token and personal data: it does not print itself.
 *
 * @param customerId who orders
 * @param lines what, each SKU in one line
 * @param paymentToken stands for the means of payment at the payment gateway
 * @param shippingAddress where it goes to
 */
record PlaceOrderRequest(
        @NotBlank @Size(max = 100) @Printable String customerId,

        @NotNull @Size(min = 1, max = 100) List<@NotNull @Valid Line> lines,

        @NotBlank @Size(max = 200) @Printable String paymentToken,

        @NotNull @Valid ShippingAddress shippingAddress) {

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
     * @param country ISO 3166-1 alpha-2
     */
    record ShippingAddress(
            @NotBlank @Size(max = 200) @Printable String name,

            @NotBlank @Size(max = 200) @Printable String street,

            @NotBlank @Size(max = 200) @Printable String city,

            @NotBlank @Size(max = 20) @Printable String postalCode,

            @NotNull @Pattern(regexp = "[A-Z]{2}", message = "must be an ISO 3166-1 country code of two capital letters") String country) {

        Address toAddress() {
            return new Address(name, street, city, postalCode, country);
        }

        @Override
        public String toString() {
            return "ShippingAddress[…]";
        }
    }
}
