package dev.mops.messaging.inbox;

import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.MessagingAutoConfiguration;
import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.MessagingSchema;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.transaction.PlatformTransactionManager;

/** The read path. */
@AutoConfiguration(
        after = MessagingAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
public final class InboxAutoConfiguration {

    @Bean
    EventConsumers eventConsumers(
            ObjectProvider<EventHandlers<?>> tables,
            ConsumerFactory<?, ?> consumers,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application,
            JdbcTemplate jdbc,
            PlatformTransactionManager transactions,
            ObjectProvider<MeterRegistry> meters,
            // Not used, but its tables must be there first.
            MessagingSchema schema) {
        String group = settings.consumerGroup() == null ? application : settings.consumerGroup();
        return new EventConsumers(
                tables.orderedStream().toList(),
                group,
                consumers.getConfigurationProperties(),
                settings,
                jdbc,
                transactions,
                meters.getIfAvailable(() -> Metrics.globalRegistry));
    }
}
