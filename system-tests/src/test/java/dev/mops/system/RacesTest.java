package dev.mops.system;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.system.Views.Order;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Customers who cancel at any moment while their orders go on. The audit after the class proves for each that it shipped,
 * charged, with a live label; or that it is cancelled, with money and stock back and no label; never a mixture.
 */
@SystemTest
class RacesTest {

    private static final int RACES = 200;
    private static final int AT_ONCE = 8;
    private static final long SEED = 20_261_121L;

    private final Shop shop;

    RacesTest(Shop shop) {
        this.shop = shop;
    }

    @Test
    void a_cancellation_races_the_shipment_and_one_of_both_wins() {
        // How far an order is when its customer changes his mind: events seen, and further looks.
        Random random = new Random(SEED);
        List<Moment> moments = random.ints(RACES, 0, 4)
                .mapToObj(events -> new Moment(events, random.nextInt(4)))
                .toList();

        Map<String, Long> outcomes = InParallel.each(moments, AT_ONCE, this::race).stream()
                .collect(groupingBy(outcome -> outcome, TreeMap::new, counting()));

        System.out.println("Races of cancellation against shipment, seed " + SEED + ": " + outcomes);
        assertThat(outcomes).containsKeys("202 CANCELLED", "202 SHIPPED");
        assertThat(outcomes.keySet()).isSubsetOf("202 CANCELLED", "202 SHIPPED", "409 SHIPPED");
    }

    private String race(Moment moment) {
        UUID orderId = shop.placeOrder(Wish.of("LAPTOP-14", 1));
        if (moment.events() > 0) {
            Shop.eventually().until(() -> shop.order(orderId).timeline().size(), seen -> seen >= moment.events());
            for (int i = 0; i < moment.looks(); i++) {
                shop.order(orderId);
            }
        }
        int answer = shop.cancel(orderId);
        Order end = shop.awaitEnd(orderId);
        return answer + " " + end.status();
    }

    private record Moment(int events, int looks) {}
}
