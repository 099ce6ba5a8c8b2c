package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.ServiceProcess;
import dev.mops.system.Views.Order;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Two instances of the order service, and a customer who talks to both. */
@SystemTest
@Tag(SystemTest.PROCESSES)
@TestInstance(Lifecycle.PER_CLASS)
class SecondInstanceTest {

    private static final List<String> WAY = List.of("PLACED", "RESERVED", "PAID", "SHIPPED");

    private final Shop shop;
    private final ServiceProcess second;

    SecondInstanceTest(Shop shop) {
        this.shop = shop;
        this.second = shop.platform().another("order-service");
    }

    @BeforeAll
    void start() {
        second.start();
    }

    @AfterAll
    void stop() {
        second.stop();
    }

    @Test
    void neither_instance_ever_shows_a_status_older_than_one_it_showed_before() {
        List<Looks> looks = InParallel.each(
                Collections.nCopies(30, Wish.of("WEBCAM-4K", 1)), 4, wish -> watchUntilShipped(shop.placeOrder(wish)));

        assertThat(looks)
                .extracting(Looks::atFirst)
                .as("orders on their way, seen at the first")
                .anyMatch(seen -> seen > 0);
        assertThat(looks).extracting(Looks::atSecond).as("and at the second").anyMatch(seen -> seen > 0);
    }

    @Test
    void one_idempotency_key_at_both_instances_at_once_is_one_order() {
        Wish wish = Wish.of("WEBCAM-4K", 1);

        List<HttpResponse<String>> answers = InParallel.each(
                List.of(url(), second.url(), url(), second.url()),
                4,
                instance -> shop.tryToPlaceOrder(instance, wish, "twice-at-once"));

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(202);
        assertThat(answers.stream().map(answer -> shop.accepted(answer, wish)))
                .containsOnly(shop.accepted(answers.getFirst(), wish));
    }

    @Test
    void an_order_placed_at_one_instance_is_cancelled_at_the_other() {
        Wish wish = Wish.of("WEBCAM-4K", 1).paidWith("tok_slow");
        UUID order = shop.accepted(shop.tryToPlaceOrder(second.url(), wish, "here-and-there"), wish);

        assertThat(shop.cancel(order)).isEqualTo(202);

        assertThat(Shop.eventually().until(() -> shop.order(second.url(), order), Order::isFinal))
                .extracting(Order::status)
                .isEqualTo("CANCELLED");
    }

    /** Looks at both in turn until both have shown the end. */
    private Looks watchUntilShipped(UUID orderId) {
        Watch first = new Watch(url(), orderId);
        Watch other = new Watch(second.url(), orderId);
        Shop.eventually().until(() -> {
            boolean firstEnded = first.seesTheEnd();
            boolean otherEnded = other.seesTheEnd();
            return firstEnded && otherEnded;
        });
        return new Looks(first.onTheWay, other.onTheWay);
    }

    private URI url() {
        return shop.url("order-service");
    }

    /** How often each instance showed an order that had not ended. */
    private record Looks(int atFirst, int atSecond) {}

    private final class Watch {

        private final URI instance;
        private final UUID orderId;
        private int step;
        private int events;
        private int onTheWay;

        Watch(URI instance, UUID orderId) {
            this.instance = instance;
            this.orderId = orderId;
        }

        boolean seesTheEnd() {
            Order order = shop.order(instance, orderId);
            assertThat(WAY.indexOf(order.status()))
                    .as("%s showed %s before", instance, WAY.get(step))
                    .isGreaterThanOrEqualTo(step);
            assertThat(order.timeline()).hasSizeGreaterThanOrEqualTo(events);
            step = WAY.indexOf(order.status());
            events = order.timeline().size();
            if (!order.isFinal()) {
                onTheWay++;
            }
            return order.isFinal();
        }
    }
}
