package dev.mops.messaging.deadletter;

import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.MessagingSchema;
import dev.mops.messaging.OutboxAge;
import dev.mops.messaging.inbox.InboxAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** What is held and what waits in the outbox, as metrics and as details of health. */
@AutoConfiguration(
        after = InboxAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
public final class HeldAutoConfiguration {

    private static final Duration OLD_OUTBOX = Duration.ofSeconds(30);

    @Bean
    HeldMetrics messagingHeldMetrics(
            JdbcTemplate jdbc,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application,
            OutboxAge outbox,
            ObjectProvider<MeterRegistry> meters,
            // Not used, but its tables must be there first.
            MessagingSchema schema) {
        return new HeldMetrics(
                () -> HeldSample.take(jdbc, settings.groupOf(application), outbox),
                meters.getIfAvailable(() -> Metrics.globalRegistry));
    }

    /** Without the starter of the actuator there is no health. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static class HealthConfiguration {

        /** Named after the module, as which it is shown. Up, whatever is held: a restart would mend nothing. */
        @Bean
        @ConditionalOnEnabledHealthIndicator("messaging")
        HealthIndicator messagingHealthIndicator(JdbcTemplate jdbc, HeldMetrics metrics) {
            return new AbstractHealthIndicator("The database does not answer") {
                @Override
                protected void doHealthCheck(Health.Builder health) {
                    jdbc.execute("SELECT 1");
                    health.up();
                    HeldSample held = metrics.sample();
                    if (held == null) {
                        health.withDetail("held", "not counted yet, or it can't be: the log says why");
                        return;
                    }
                    health.withDetail("retrying", held.retrying())
                            .withDetail("dead", held.dead())
                            .withDetail("followers", held.followers())
                            .withDetail("oldestRetryingSeconds", Math.round(held.oldestRetryingSeconds()))
                            .withDetail("oldestDeadSeconds", Math.round(held.oldestDeadSeconds()))
                            .withDetail("deadByType", held.deadByType())
                            .withDetail("outboxDepth", held.outboxDepth())
                            .withDetail("outboxAgeSeconds", held.outboxAge().toSeconds())
                            .withDetail("outboxIsOld", held.outboxAge().compareTo(OLD_OUTBOX) > 0);
                }
            };
        }
    }
}
