package dev.mops.messaging.failure;

import dev.mops.messaging.MessagingAutoConfiguration;
import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.MessagingSchema;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.web.bind.annotation.RestController;

/** Failures on demand: without the setting, no event ever asks for one. */
@AutoConfiguration(after = MessagingAutoConfiguration.class)
public final class FailureAutoConfiguration {

    @Bean
    @ConditionalOnBooleanProperty("mops.messaging.failure-switches")
    StoredFailureSwitches messagingFailureSwitches(
            JdbcTemplate jdbc,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application,
            PlatformTransactionManager transactions,
            // Not used, but its tables must be there first.
            MessagingSchema schema) {
        return new StoredFailureSwitches(jdbc, settings.groupOf(application), transactions);
    }

    /** Also where they are not allowed, to say so. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass({WebEndpoint.class, RestController.class, ConditionalOnAvailableEndpoint.class})
    static class EndpointConfiguration {

        @Bean
        @ConditionalOnAvailableEndpoint
        FailureEndpoint messagingFailureEndpoint(ObjectProvider<StoredFailureSwitches> switches) {
            return new FailureEndpoint(switches.getIfAvailable());
        }
    }
}
