package dev.mops.system;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a customer wants.
 *
 * @param lines pieces by SKU
 * @param paymentToken one of the simulated gateway's
 * @param postalCode where it goes to; the simulated carrier does not deliver to 00000
 */
record Wish(Map<String, Integer> lines, String paymentToken, String postalCode) {

    static Wish of(String sku, int quantity) {
        return new Wish(Map.of(sku, quantity), "tok_approved", "10115");
    }

    Wish and(String sku, int quantity) {
        Map<String, Integer> more = new TreeMap<>(lines);
        more.put(sku, quantity);
        return new Wish(Map.copyOf(more), paymentToken, postalCode);
    }

    Wish paidWith(String token) {
        return new Wish(lines, token, postalCode);
    }

    Wish sentTo(String code) {
        return new Wish(lines, paymentToken, code);
    }
}
