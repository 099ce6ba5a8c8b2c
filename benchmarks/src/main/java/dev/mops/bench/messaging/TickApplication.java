package dev.mops.bench.messaging;

import dev.mops.bench.messaging.TickEvent.Ticked;
import dev.mops.events.EventFamily;
import dev.mops.messaging.EventHandlers;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;

/** The service. It publishes ticks; where {@code bench.handles} is true it handles them, too. */
@SpringBootApplication(proxyBeanMethods = false)
class TickApplication {

    @Bean
    LongAdder handled() {
        return new LongAdder();
    }

    /** The empty handler: it counts, so that the end can be waited for without a look at the database. */
    @Bean
    @ConditionalOnBooleanProperty("bench.handles")
    EventHandlers<TickEvent> ticks(@Value("${bench.topic}") String topic, LongAdder handled) {
        return EventHandlers.of(TickEvent.family(topic))
                .on(Ticked.class, _ -> handled.increment())
                .publishes(Ticked.class)
                .build();
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "bench.handles", havingValue = false)
    EventFamily<TickEvent> publishedTicks(@Value("${bench.topic}") String topic) {
        return TickEvent.family(topic);
    }
}
