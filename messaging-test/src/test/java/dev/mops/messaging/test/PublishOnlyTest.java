package dev.mops.messaging.test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.events.EventFamily;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.messaging.Outbox;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The kit in a service that handles no events. */
@MessagingTest(classes = PublishOnlyTest.Service.class)
class PublishOnlyTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private Outbox outbox;

    @Autowired
    private PlatformTransactionManager transactions;

    private final InventoryReserved event = new InventoryReserved(UUID.randomUUID());

    @Test
    void what_an_act_publishes_is_seen() {
        TransactionTemplate transaction = new TransactionTemplate(transactions);

        scenario.when(() -> transaction.executeWithoutResult(status -> outbox.publish(event)))
                .thenPublished(InventoryReserved.class)
                .thenPublishedNothing();
    }

    @Test
    void no_event_can_be_delivered_and_the_failure_says_why() {
        assertThatThrownBy(() -> scenario.when(event))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("No InventoryReserved can be delivered: the context has no bean of type EventHandlers,"
                        + " it only publishes");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Service {

        @Bean
        EventFamily<OrderEvent> published() {
            return OrderEvents.FAMILY;
        }
    }
}
