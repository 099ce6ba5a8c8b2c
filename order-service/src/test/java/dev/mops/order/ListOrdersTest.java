package dev.mops.order;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListOrdersTest extends OrderServiceTest {

    private final String customer = customer();

    @Test
    void a_customers_orders_come_in_pages_newest_first() {
        List<UUID> oldestFirst =
                IntStream.range(0, 5).mapToObj(n -> placed(customer)).toList();
        placed(customer());

        OrderPage first = page("/orders?customerId={customer}&size=2", customer);
        OrderPage last = page("/orders?customerId={customer}&size=2&page=2", customer);
        OrderPage beyond = page("/orders?customerId={customer}&size=2&page=3", customer);

        assertThat(ids(first)).containsExactly(oldestFirst.get(4), oldestFirst.get(3));
        assertThat(first.page()).isZero();
        assertThat(first.size()).isEqualTo(2);
        assertThat(first.totalItems()).isEqualTo(5);
        assertThat(first.totalPages()).isEqualTo(3);
        assertThat(ids(last)).containsExactly(oldestFirst.getFirst());
        assertThat(beyond.items()).isEmpty();
        assertThat(beyond.totalItems()).isEqualTo(5);
    }

    @Test
    void orders_are_filtered_by_status() {
        UUID shipped = placed(customer);
        UUID open = placed(customer);
        published(shipped(shipped));
        awaitStatus(shipped, OrderStatus.SHIPPED);

        assertThat(ids(page("/orders?customerId={customer}&status=SHIPPED", customer)))
                .containsExactly(shipped);
        assertThat(ids(page("/orders?customerId={customer}&status=PLACED", customer)))
                .containsExactly(open);
        assertThat(ids(page("/orders?customerId={customer}&status=PAID", customer)))
                .isEmpty();
        assertThat(page("/orders?status=SHIPPED").items())
                .isNotEmpty()
                .allSatisfy(item -> assertThat(item.status()).isEqualTo(OrderStatus.SHIPPED));
    }

    @Test
    void without_filters_the_newest_orders_of_all_customers_are_listed() {
        UUID one = placed(customer);
        UUID two = placed(customer());

        assertThat(ids(page("/orders"))).startsWith(two, one);
        assertThat(page("/orders").size()).isEqualTo(20);
    }

    @Test
    void an_item_says_who_ordered_when_for_how_much_and_how_far_it_is() {
        UUID orderId = placed(customer);

        http.get()
                .uri("/orders?customerId={customer}", customer)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.items[0].orderId")
                .isEqualTo(orderId.toString())
                .jsonPath("$.items[0].customerId")
                .isEqualTo(customer)
                .jsonPath("$.items[0].status")
                .isEqualTo("PLACED")
                .jsonPath("$.items[0].total.value")
                .isEqualTo(129_900)
                .jsonPath("$.items[0].total.currency")
                .isEqualTo("EUR")
                .jsonPath("$.items[0].placedAt")
                .exists();
    }

    private OrderPage page(String uri, Object... variables) {
        return requireNonNull(http.get()
                .uri(uri, variables)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(OrderPage.class)
                .returnResult()
                .getResponseBody());
    }

    private static List<UUID> ids(OrderPage page) {
        return page.items().stream().map(OrderPage.Item::orderId).toList();
    }
}
