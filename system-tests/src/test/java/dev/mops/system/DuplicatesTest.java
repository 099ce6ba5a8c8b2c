package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.system.Views.Order;
import dev.mops.system.Views.Payment;
import dev.mops.system.Views.Shipment;
import dev.mops.system.Views.Stock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** At least once is what brokers promise: every event comes twice. */
@SystemTest
class DuplicatesTest {

    private final Shop shop;
    private final OrdersTopic topic;
    private final Books books;

    DuplicatesTest(Shop shop) {
        this.shop = shop;
        this.topic = new OrdersTopic(shop.platform());
        this.books = new Books(shop.platform());
    }

    @Test
    void a_history_that_is_delivered_again_changes_nothing() {
        placeOrdersOfEveryKind().forEach(shop::awaitEnd);
        topic.awaitQuiet();
        Everything before = everything();

        topic.writeAgain(topic.records());
        topic.awaitQuiet();

        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void events_that_come_twice_on_their_way_take_effect_once() throws InterruptedException {
        AtomicBoolean wanted = new AtomicBoolean(true);
        CountDownLatch listening = new CountDownLatch(1);
        CompletableFuture<Void> echo = CompletableFuture.runAsync(() -> topic.echo(listening::countDown, wanted::get));
        assertThat(listening.await(30, TimeUnit.SECONDS)).isTrue();
        List<UUID> orders = placeOrdersOfEveryKind();
        try {
            orders.forEach(shop::awaitEnd);
            topic.awaitQuiet();
            // The last echoes come when all is quiet already.
            Shop.eventually()
                    .until(() -> topic.occurrences().entrySet().stream()
                            .filter(order -> orders.contains(order.getKey()))
                            .allMatch(order -> order.getValue().stream()
                                    .allMatch(id -> Collections.frequency(order.getValue(), id) >= 2)));
            topic.awaitQuiet();
        } finally {
            wanted.set(false);
        }
        echo.join();

        Map<UUID, List<UUID>> occurrences = topic.occurrences();
        assertThat(orders)
                .as("some event came twice before the last one of its order came")
                .anySatisfy(order -> assertThat(beforeTheLast(occurrences.getOrDefault(order, List.of())))
                        .satisfies(early -> assertThat(new HashSet<>(early)).hasSizeLessThan(early.size())));
        for (UUID order : orders) {
            assertThat(shop.order(order).types()).doesNotHaveDuplicates();
        }
        // One call each: who asks a second time hopes that the outside world knows the key.
        assertThat(books.charges().entrySet())
                .filteredOn(charge -> orders.contains(charge.getKey()))
                .extracting(charge -> charge.getValue().calls())
                .isNotEmpty()
                .allMatch(calls -> calls.matches("[01]/[01]/[01]"));
        assertThat(books.labels().entrySet())
                .filteredOn(label -> orders.contains(label.getKey()))
                .extracting(label -> label.getValue().calls())
                .isNotEmpty()
                .allMatch(calls -> calls.matches("[01]/[01]"));
    }

    /** What stands in front of the first occurrence of the event that occurs last for the first time. */
    private static List<UUID> beforeTheLast(List<UUID> occurrences) {
        return occurrences.subList(0, occurrences.indexOf(new LinkedHashSet<>(occurrences).getLast()));
    }

    private List<UUID> placeOrdersOfEveryKind() {
        Wish wish = Wish.of("CABLE-USBC-2", 1);
        List<UUID> orders = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            orders.add(shop.placeOrder(wish));
            orders.add(shop.placeOrder(wish.paidWith("tok_declined")));
            orders.add(shop.placeOrder(wish.sentTo("00000")));
            orders.add(shop.placeOrder(Wish.of("VINYL-SIGNED", 1_000)));
            UUID cancelled = shop.placeOrder(wish);
            assertThat(shop.cancel(cancelled)).isIn(202, 409);
            orders.add(cancelled);
        }
        // Its gateway takes 2 s: whatever is done to its first events is done before its last one comes.
        orders.add(shop.placeOrder(wish.paidWith("tok_slow")));
        return orders;
    }

    private Everything everything() {
        Map<UUID, Story> stories = new HashMap<>();
        shop.placed()
                .keySet()
                .forEach(id -> stories.put(
                        id,
                        new Story(
                                shop.order(id),
                                shop.payment(id).orElseThrow(),
                                shop.shipment(id).orElseThrow())));
        return new Everything(stories, books.charges(), books.labels(), shop.stock());
    }

    private record Story(Order order, Payment payment, Shipment shipment) {}

    private record Everything(
            Map<UUID, Story> stories,
            Map<UUID, Books.Charge> charges,
            Map<UUID, Books.Label> labels,
            List<Stock> stock) {}
}
