package dev.mops.bench.textbook;

import java.util.List;

/** The request to place an order: the platform's. */
record PlaceOrder(String customerId, List<Line> lines, String paymentToken, Address shippingAddress) {

    record Line(String sku, int quantity) {}

    record Address(String name, String street, String city, String postalCode, String country) {}
}
