package dev.mops.messaging.inbox;

import dev.mops.messaging.EventFamilies;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.MessagingAutoConfiguration;
import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.MessagingSchema;
import dev.mops.messaging.Outbox;
import dev.mops.messaging.failure.FailureSwitches;
import dev.mops.messaging.held.Ledger;
import dev.mops.messaging.record.OutboxRecords;
import dev.mops.messaging.topic.Topics;
import dev.mops.messaging.trace.EventTraces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.transaction.PlatformTransactionManager;

/** The read path, of a service that handles events. */
@ConditionalOnBean(EventHandlers.class)
@AutoConfiguration(
        after = MessagingAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
public final class InboxAutoConfiguration {

    @Bean
    Ledger messagingLedger(
            ObjectProvider<EventHandlers<?>> tables,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application,
            JdbcTemplate jdbc,
            Outbox outbox,
            OutboxRecords outboxRecords,
            // Not used, but its tables must be there first.
            MessagingSchema schema) {
        // The tables are looked up when they are needed: their handlers may ask the ledger.
        return new Ledger(
                jdbc,
                settings.groupOf(application),
                settings,
                outboxRecords,
                () -> tables.orderedStream().toList(),
                outbox);
    }

    @Bean
    HistoryReplay messagingHistoryReplay(
            ObjectProvider<EventHandlers<?>> tables,
            EventFamilies families,
            KafkaAdmin admin,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application) {
        return new HistoryReplay(
                tables.orderedStream().toList(),
                families,
                settings.groupOf(application),
                settings,
                admin.getConfigurationProperties());
    }

    @Bean
    EventConsumers messagingEventConsumers(
            ObjectProvider<EventHandlers<?>> tables,
            ConsumerFactory<?, ?> consumers,
            HistoryReplay replay,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application,
            JdbcTemplate jdbc,
            JdbcConnectionDetails database,
            Ledger ledger,
            Topics topics,
            ObjectProvider<FailureSwitches> switches,
            PlatformTransactionManager transactions,
            InstantSource clock,
            ObjectProvider<MeterRegistry> meters,
            ObjectProvider<EventTraces> traces) {
        String group = settings.groupOf(application);
        return new EventConsumers(
                tables.orderedStream().toList(),
                group,
                consumers.getConfigurationProperties(),
                settings,
                replay,
                new Inbox(jdbc, group),
                new AuditTrail(jdbc, group),
                ledger,
                topics,
                new Database(database),
                switches.getIfAvailable(() -> FailureSwitches.OFF),
                transactions,
                clock,
                meters.getIfAvailable(() -> Metrics.globalRegistry),
                traces.getIfAvailable(() -> EventTraces.NONE));
    }

    @Bean
    ConsumerLag messagingConsumerLag(
            ObjectProvider<EventHandlers<?>> tables,
            KafkaAdmin admin,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application,
            InstantSource clock,
            ObjectProvider<MeterRegistry> meters) {
        return new ConsumerLag(
                tables.orderedStream().map(table -> table.family().topic()).toList(),
                settings.groupOf(application),
                admin.getConfigurationProperties(),
                clock,
                meters.getIfAvailable(() -> Metrics.globalRegistry));
    }

    /** Without the starter of the actuator there is no health. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static class HealthConfiguration {

        /** Up, however far behind: the topic keeps what was not read, and a restart would read no faster. */
        @Bean
        @ConditionalOnEnabledHealthIndicator("consumer")
        HealthIndicator consumerHealthIndicator(EventConsumers consumers, ConsumerLag lag) {
            return () -> {
                ConsumerLag.Sample sample = lag.sample();
                Health.Builder health = Health.up();
                if (sample.awaySince() != null) {
                    health.withDetail("kafkaAwaySince", sample.awaySince())
                            .withDetail("kafka", String.valueOf(sample.why()));
                }
                consumers.readings().forEach(reading -> health.withDetail(reading.topic(), details(reading, sample)));
                return health.build();
            };
        }

        private static Map<String, Object> details(EventConsumers.Reading reading, ConsumerLag.Sample sample) {
            Map<String, Object> details = new LinkedHashMap<>();
            Long lag = sample.byTopic().get(reading.topic());
            if (lag != null) {
                details.put("lag", lag);
            }
            details.put("running", reading.running());
            details.put("partitions", reading.partitions());
            details.put("waitingForDatabase", reading.waiting());
            return details;
        }
    }
}
