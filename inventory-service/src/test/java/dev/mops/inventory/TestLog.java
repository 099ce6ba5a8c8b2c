package dev.mops.inventory;

import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.messaging.test.TestTopic;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** The log of all orders, beside the service under test. */
@TestConfiguration(proxyBeanMethods = false)
class TestLog {

    @Bean
    TestTopic<OrderEvent> topic(@Value("${spring.kafka.bootstrap-servers}") String bootstrapServers) {
        return new TestTopic<>(OrderEvents.FAMILY, bootstrapServers);
    }
}
