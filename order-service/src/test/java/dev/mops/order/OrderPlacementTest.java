package dev.mops.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.order.OrderLine;
import dev.mops.web.GroupCommit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.transaction.support.TransactionTemplate;

/** Orders that come at the same moment. */
class OrderPlacementTest extends OrderServiceTest {

    private static final String PARENT = "-00f067aa0ba902b7-01";

    @Autowired
    private TransactionTemplate transaction;

    private final ExecutorService customers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        customers.shutdownNow();
    }

    @Test
    void are_stored_together_each_with_its_own_answer_and_trace() throws Exception {
        List<Future<Placed>> asked = new ArrayList<>();
        transaction.executeWithoutResult(status -> {
            jdbc.execute("LOCK TABLE product IN ACCESS EXCLUSIVE MODE");
            // The first one is at work, and waits for the products; the others gather.
            asked.add(ask("LAPTOP-14"));
            awaitAsking(1);
            asked.add(ask("MOUSE-WL"));
            asked.add(ask("NO-SUCH-PRODUCT"));
            asked.add(ask("DESK-LAMP"));
            awaitAsking(4);
        });

        assertThat(asked.get(0).get().status()).isEqualTo(HttpStatus.ACCEPTED.value());
        assertThat(asked.get(2).get())
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(422))
                .satisfies(refused -> assertThat(refused.body())
                        .contains("lines[0].sku", "must be the SKU of a product")
                        .doesNotContain("MOUSE-WL", "DESK-LAMP"));
        Placed mouse = asked.get(1).get();
        Placed lamp = asked.get(3).get();
        assertThat(order(mouse.orderId()).lines()).extracting(OrderLine::sku).containsExactly("MOUSE-WL");
        assertThat(order(lamp.orderId()).lines()).extracting(OrderLine::sku).containsExactly("DESK-LAMP");
        assertThat(transactionOf(mouse))
                .isEqualTo(transactionOf(lamp))
                .isNotEqualTo(transactionOf(asked.get(0).get()));
        for (Placed placed : List.of(mouse, lamp)) {
            await().untilAsserted(() -> assertThat(
                            topic.eventsOf(placed.orderId().toString()))
                    .first()
                    .satisfies(created ->
                            assertThat(created.metadata().traceparent()).startsWith("00-" + placed.trace())));
        }
    }

    /** What became of a request that belongs to a trace of its own. */
    private record Placed(int status, String body, String trace) {

        UUID orderId() {
            return UUID.fromString(body.replaceFirst(".*?\"orderId\":\"([^\"]+)\".*", "$1"));
        }
    }

    private Future<Placed> ask(String sku) {
        String trace = UUID.randomUUID().toString().replace("-", "");
        return customers.submit(() -> {
            var answer = http.post()
                    .uri("/orders")
                    .contentType(MediaType.APPLICATION_JSON)
                    .header("traceparent", "00-" + trace + PARENT)
                    .body(request(customer(), line(sku, 1)))
                    .exchange()
                    .expectBody(String.class)
                    .returnResult();
            return new Placed(answer.getStatus().value(), String.valueOf(answer.getResponseBody()), trace);
        });
    }

    private static void awaitAsking(int count) {
        await().until(() -> Thread.getAllStackTraces().values().stream()
                        .filter(stack -> Arrays.stream(stack)
                                .anyMatch(frame -> frame.getClassName().equals(GroupCommit.class.getName())
                                        && frame.getMethodName().equals("ask")))
                        .count()
                == count);
    }

    private String transactionOf(Placed placed) {
        return String.valueOf(jdbc.queryForObject(
                "SELECT xmin::text FROM order_line WHERE order_id = ?", String.class, placed.orderId()));
    }
}
