package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SampleOrdersTest {

    private final List<String> said = new ArrayList<>();
    private HttpServer server;
    private URI url;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        FakeService.orders(server);
        server.start();
        url = URI.create("http://localhost:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void each_order_is_followed_to_its_end_and_counted() {
        boolean allFinal = new SampleOrders(url, url, false, said::add).place(3);

        assertThat(allFinal).isTrue();
        assertThat(said)
                .filteredOn(line -> line.startsWith("4711  SHIPPED after"))
                .hasSize(3);
        assertThat(said).contains("3 orders: 3 SHIPPED");
        assertThat(said).anyMatch(line -> line.startsWith("Placed to shipped: p50"));
        assertThat(said).anyMatch(line -> line.startsWith("By the events:     p50 42 ms, max 42 ms"));
    }

    @Test
    void watched_orders_show_each_move() {
        new SampleOrders(url, url, true, said::add).place(1);

        assertThat(said.getFirst()).matches("4711  PLACED \\d+ ms");
        assertThat(said.get(1)).matches("4711  PLACED \\d+ ms → SHIPPED \\d+ ms");
    }

    @Test
    void the_product_with_the_largest_stock_is_ordered_first() {
        server.removeContext("/products");
        server.createContext(
                "/products",
                exchange -> FakeService.answer(exchange, 200, "[{\"sku\":\"SCARCE\"},{\"sku\":\"PLENTY\"}]"));
        server.createContext(
                "/stock",
                exchange -> FakeService.answer(
                        exchange, 200, "[{\"sku\":\"SCARCE\",\"available\":1},{\"sku\":\"PLENTY\",\"available\":99}]"));

        assertThat(new SampleOrders(url, url, false, said::add).anySku()).contains("PLENTY");
    }

    @Test
    void a_service_that_does_not_answer_is_one_line_that_says_what_to_do() {
        server.stop(0);

        assertThatThrownBy(() -> new SampleOrders(url, url, false, said::add).place(1))
                .isInstanceOf(LocalPlatformException.class)
                .hasMessageContaining("does not answer")
                .hasMessageContaining("./mops up");
    }
}
