package dev.mops.messaging.catalog;

import dev.mops.messaging.EventFamilies;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.MessagingAutoConfiguration;
import dev.mops.messaging.MessagingProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** The endpoint that says what is handled and published here. Without the starter of the actuator there is none. */
@AutoConfiguration(after = MessagingAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
public final class CatalogAutoConfiguration {

    @Bean
    @ConditionalOnAvailableEndpoint
    EventsEndpoint messagingEventsEndpoint(
            ObjectProvider<EventHandlers<?>> tables,
            EventFamilies families,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application) {
        return new EventsEndpoint(
                settings.groupOf(application), tables.orderedStream().toList(), families, settings);
    }
}
