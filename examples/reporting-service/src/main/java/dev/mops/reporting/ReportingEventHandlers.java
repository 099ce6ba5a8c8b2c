package dev.mops.reporting;

import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderEvents;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.messaging.EventHandlers;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The door for events: what the reporting service hears. It publishes nothing, so that it can be fed with history. */
@Configuration(proxyBeanMethods = false)
class ReportingEventHandlers {

    @Bean
    EventHandlers<OrderEvent> handlers(ReportingService reports) {
        return EventHandlers.of(OrderEvents.FAMILY)
                .prepare(reports::lock)
                .on(OrderCreated.class, reports::placed)
                .on(OrderPaid.class, reports::moved)
                .on(OrderRefunded.class, reports::moved)
                .build();
    }
}
