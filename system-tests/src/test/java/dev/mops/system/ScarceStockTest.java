package dev.mops.system;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** More wishes than pieces. Who is told to come again when a hundred come at once, comes again. */
@SystemTest
class ScarceStockTest {

    private static final String SCARCE = "VINYL-SIGNED";

    private final Shop shop;

    ScarceStockTest(Shop shop) {
        this.shop = shop;
    }

    @Test
    void a_hundred_orders_at_once_get_exactly_what_is_there() {
        shop.receive(SCARCE, 30 - (int) shop.stock(SCARCE).available());

        List<UUID> orders =
                InParallel.each(Collections.nCopies(100, Wish.of(SCARCE, 1)), 100, shop::placeOrderWithPatience);

        Map<String, List<UUID>> byStatus =
                orders.stream().collect(groupingBy(order -> shop.awaitEnd(order).status()));
        assertThat(byStatus.get("SHIPPED")).hasSize(30);
        assertThat(byStatus.get("REJECTED")).hasSize(70);
    }

    @Test
    void orders_of_several_pieces_never_take_more_than_is_there() {
        shop.receive(SCARCE, 40);
        long available = shop.stock(SCARCE).available();
        Wish wish = Wish.of(SCARCE, 3).and("BACKPACK-20", 1);

        List<UUID> orders = InParallel.each(Collections.nCopies(40, wish), 40, shop::placeOrderWithPatience);

        long shipped = orders.stream()
                .filter(order -> shop.awaitEnd(order).status().equals("SHIPPED"))
                .count();
        assertThat(shipped).isEqualTo(available / 3);
    }
}
