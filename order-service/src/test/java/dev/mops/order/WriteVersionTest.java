package dev.mops.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.Envelope;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** The release that reads order.created/2.0 and does not write it yet. */
@TestPropertySource(properties = "mops.messaging.write-version.order.created=1")
class WriteVersionTest extends OrderServiceTest {

    @Test
    void an_order_is_published_in_the_major_before_and_read_as_the_newest() {
        UUID orderId = orderIdOf(post(request(customer(), line("LAPTOP-14", 1))
                .replace("\"city\"", "\"additionalLines\":[\"Rear building\",\"3rd floor\"],\"city\"")
                .replaceFirst("\\{", "{\"channel\":\"web\",")));

        await().untilAsserted(
                        () -> assertThat(topic.eventsOf(orderId.toString())).hasSize(1));
        Envelope<OrderEvent> created = topic.eventsOf(orderId.toString()).getFirst();
        assertThat(created.metadata().version()).hasToString("1.1");
        // They stood in one street on their way.
        OrderCreated read = (OrderCreated) created.event();
        assertThat(read.shippingAddress().addressLines())
                .isEqualTo(List.of("Unter den Linden 1, Rear building, 3rd floor"));
        assertThat(read.channel()).isEqualTo("web");
    }
}
