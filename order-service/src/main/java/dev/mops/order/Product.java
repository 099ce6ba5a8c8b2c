package dev.mops.order;

import dev.mops.events.order.Money;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** What can be ordered, at its price. */
@Entity
class Product {

    @Id
    private String sku;

    private String name;
    private long priceValue;
    private String priceCurrency;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected Product() {}

    String sku() {
        return sku;
    }

    String name() {
        return name;
    }

    Money price() {
        return new Money(priceValue, priceCurrency);
    }
}
