package dev.mops.order;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.EventMetadata;
import dev.mops.events.order.Address;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderLine;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

class PlaceOrderTest extends OrderServiceTest {

    @Test
    void an_order_is_accepted_at_the_prices_of_the_service() {
        String customer = customer();

        var answer = post(request(customer, line("LAPTOP-14", 2), line("CABLE-USBC-2", 3)))
                .expectStatus()
                .isAccepted()
                .expectHeader()
                .contentType(MediaType.APPLICATION_JSON)
                .expectBody()
                .jsonPath("$.customerId")
                .isEqualTo(customer)
                .jsonPath("$.status")
                .isEqualTo("PLACED")
                .jsonPath("$.cancellationRequested")
                .isEqualTo(false)
                .jsonPath("$.placedAt")
                .exists()
                .jsonPath("$.lines[0].sku")
                .isEqualTo("LAPTOP-14")
                .jsonPath("$.lines[0].quantity")
                .isEqualTo(2)
                .jsonPath("$.lines[0].unitPrice.value")
                .isEqualTo(129_900)
                .jsonPath("$.lines[0].unitPrice.currency")
                .isEqualTo("EUR")
                .jsonPath("$.lines[1].sku")
                .isEqualTo("CABLE-USBC-2")
                .jsonPath("$.total.value")
                .isEqualTo(2 * 129_900 + 3 * 1_490)
                .jsonPath("$.total.currency")
                .isEqualTo("EUR")
                .jsonPath("$.timeline.length()")
                .isEqualTo(1)
                .jsonPath("$.timeline[0].type")
                .isEqualTo("order.created")
                .jsonPath("$.timeline[0].source")
                .isEqualTo("/order-service")
                .jsonPath("$.timeline[0].eventId")
                .exists()
                .jsonPath("$.timeline[0].at")
                .exists()
                .returnResult();

        String location = String.valueOf(answer.getResponseHeaders().getLocation());
        assertThat(location).startsWith("/orders/");
        http.get()
                .uri(location)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .isEqualTo(new String(answer.getResponseBodyContent(), UTF_8));
    }

    @Test
    void the_other_services_learn_of_an_order_all_that_they_need() {
        String customer = customer();

        UUID orderId = placed(customer);

        await().untilAsserted(
                        () -> assertThat(topic.eventsOf(orderId.toString())).hasSize(1));
        var created = topic.eventsOf(orderId.toString()).getFirst();
        assertThat(created.event())
                .isEqualTo(new OrderCreated(
                        orderId,
                        customer,
                        List.of(new OrderLine("LAPTOP-14", 1, new Money(129_900, "EUR"))),
                        new Money(129_900, "EUR"),
                        "tok_approved",
                        new Address("Ada Lovelace", List.of("Unter den Linden 1"), "Berlin", "10117", "DE"),
                        null));
        assertThat(created.metadata()).extracting(EventMetadata::source).isEqualTo("/order-service");
        assertThat(created.metadata().id())
                .isEqualTo(order(orderId).timeline().getFirst().eventId());
    }

    @Test
    void all_lines_of_the_address_and_the_channel_are_told() {
        UUID orderId = orderIdOf(post(request(customer(), line("LAPTOP-14", 1))
                .replace("\"city\"", "\"additionalLines\":[\"Rear building\",\"3rd floor\"],\"city\"")
                .replaceFirst("\\{", "{\"channel\":\"web\",")));

        await().untilAsserted(
                        () -> assertThat(topic.eventsOf(orderId.toString())).hasSize(1));
        var created = topic.eventsOf(orderId.toString()).getFirst();
        assertThat(created.metadata().version()).hasToString("2.0");
        assertThat(created.event()).isInstanceOfSatisfying(OrderCreated.class, event -> {
            assertThat(event.shippingAddress().addressLines())
                    .containsExactly("Unter den Linden 1", "Rear building", "3rd floor");
            assertThat(event.channel()).isEqualTo("web");
        });
    }

    @Test
    void an_answer_holds_neither_address_nor_token() {
        String answer = post(request(customer(), line("LAPTOP-14", 1)))
                .expectBody(String.class)
                .returnResult()
                .getResponseBody();

        assertThat(answer).isNotNull().doesNotContain("Ada", "Linden", "tok_approved");
    }

    @Test
    void an_order_that_costs_more_than_can_be_counted_is_refused() {
        product("PRICELESS", Long.MAX_VALUE / 2, "EUR");

        post(request(customer(), line("PRICELESS", 3)))
                .expectStatus()
                .isEqualTo(HttpStatus.UNPROCESSABLE_CONTENT)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo("lines");
    }

    @Test
    void an_order_in_two_currencies_is_refused() {
        product("IMPORTED", 100, "USD");

        post(request(customer(), line("LAPTOP-14", 1), line("IMPORTED", 1)))
                .expectStatus()
                .isEqualTo(HttpStatus.UNPROCESSABLE_CONTENT)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo("lines");
    }

    @Test
    void products_are_listed_with_their_prices() {
        http.get()
                .uri("/products")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.length()")
                .value(Integer.class, count -> assertThat(count).isGreaterThanOrEqualTo(10))
                .jsonPath("$[?(@.sku == 'MOUSE-WL')].name")
                .isEqualTo("Mouse, wireless")
                .jsonPath("$[?(@.sku == 'MOUSE-WL')].price.value")
                .isEqualTo(3_900)
                .jsonPath("$[?(@.sku == 'MOUSE-WL')].price.currency")
                .isEqualTo("EUR");
    }

    private void product(String sku, long price, String currency) {
        jdbc.update(
                "INSERT INTO product (sku, name, price_value, price_currency) VALUES (?, ?, ?, ?)",
                sku,
                sku,
                price,
                currency);
    }
}
