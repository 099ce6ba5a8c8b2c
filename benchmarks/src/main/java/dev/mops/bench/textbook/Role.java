package dev.mops.bench.textbook;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a process is: what it hears, and what it says then. */
public enum Role {
    /** Places orders, and says so by itself. */
    ORDER("shipped", null),
    /** Reserves. */
    INVENTORY("placed", "reserved"),
    /** Charges. */
    BILLING("reserved", "paid"),
    /** Ships. */
    SHIPPING("paid", "shipped");

    private final String hears;
    private final @Nullable String says;

    Role(String hears, @Nullable String says) {
        this.hears = hears;
        this.says = says;
    }

    /** The event, and topic, that it hears. */
    public String hears() {
        return hears;
    }

    /** The event, and topic, that follows; none where the order ends. */
    Optional<String> says() {
        return Optional.ofNullable(says);
    }

    /** As settings and databases are called. */
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
