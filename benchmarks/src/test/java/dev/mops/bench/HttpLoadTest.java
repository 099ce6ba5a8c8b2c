package dev.mops.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.mops.bench.HttpLoad.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpLoadTest {

    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void a_closed_load_ends_with_the_most_requests_that_it_may_send() throws Exception {
        assertThat(load().closed(3, Duration.ofMinutes(1), 7)).hasSize(7);
        assertThat(requests).hasValue(7);
    }

    @Test
    void more_clients_than_requests_do_not_send_more() throws Exception {
        List<Answer> answers = load().closed(64, Duration.ofMinutes(1), 5);

        assertThat(answers).hasSize(5).allMatch(answer -> answer.status() == 200);
        assertThat(requests).hasValue(5);
    }

    @Test
    void what_follows_a_created_one_is_sent_beside_the_requests_of_the_load() throws Exception {
        UUID created = UUID.randomUUID();
        Queue<String> followed = new ConcurrentLinkedQueue<>();
        server.createContext("/orders", exchange -> {
            exchange.getResponseHeaders().add("Location", "/orders/" + created);
            exchange.sendResponseHeaders(202, -1);
            exchange.close();
        });
        server.createContext("/orders/" + created, exchange -> {
            followed.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            exchange.sendResponseHeaders(202, -1);
            exchange.close();
        });

        List<Answer> answers = new HttpLoad(
                        address("/orders"), () -> new byte[] {'{', '}'}, id -> "/orders/" + id + "/cancellation")
                .closed(2, Duration.ofMinutes(1), 5);

        assertThat(answers).hasSize(10).allMatch(answer -> answer.status() == 202);
        assertThat(answers)
                .filteredOn(answer -> created.equals(answer.created()))
                .hasSize(5);
        assertThat(followed).hasSize(5).containsOnly("POST /orders/" + created + "/cancellation");
    }

    private HttpLoad load() {
        return new HttpLoad(address("/"), () -> null);
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }
}
