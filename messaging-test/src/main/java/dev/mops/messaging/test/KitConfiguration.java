package dev.mops.messaging.test;

import static java.util.stream.Collectors.toMap;

import dev.mops.messaging.EventFamilies;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.MessagingSchema;
import dev.mops.messaging.inbox.Deliveries;
import dev.mops.messaging.test.KitContextFactory.KitContext;
import dev.mops.test.TestPostgres;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;

/** What a context of a {@link MessagingTest} has beside the service: its database, a clock that jumps, and no Kafka. */
@Configuration(proxyBeanMethods = false)
class KitConfiguration {

    @Bean
    JdbcConnectionDetails kitPostgres(KitContext context) {
        return TestPostgres.connectionTo(context.jdbcUrl());
    }

    @Bean
    @Primary
    KitClock kitClock(KitContext context) {
        return context.clock();
    }

    /** Topics, relay and consumers are there, and are not started; nor is what else listens to Kafka. */
    @Bean(name = "lifecycleProcessor")
    DefaultLifecycleProcessor lifecycleProcessor() {
        return new DefaultLifecycleProcessor() {

            @Override
            protected Map<String, Lifecycle> getLifecycleBeans() {
                return super.getLifecycleBeans().entrySet().stream()
                        .filter(bean -> !bean.getValue().getClass().getName().startsWith("dev.mops.messaging.")
                                && !bean.getValue().getClass().getName().startsWith("org.springframework.kafka."))
                        .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
            }
        };
    }

    @Bean
    static Crashes crashes() {
        return new Crashes();
    }

    @Bean
    static BeanPostProcessor crashingTransactions(ObjectProvider<Crashes> crashes) {
        return new CrashingTransactions(crashes);
    }

    @Bean
    @DependsOnDatabaseInitialization
    Kit kit(
            KitContext context,
            DataSource dataSource,
            JdbcTemplate jdbc,
            // None in a service that only publishes.
            ObjectProvider<Deliveries> deliveries,
            ObjectProvider<EventHandlers<?>> handlers,
            EventFamilies families,
            Crashes crashes,
            KitClock clock,
            // Not used, but its tables must be there first.
            MessagingSchema schema) {
        List<EventHandlers<?>> tables = handlers.orderedStream().toList();
        return new Kit(
                context.configuration(),
                new Tables(dataSource),
                jdbc,
                deliveries,
                tables,
                families.all(),
                crashes,
                clock);
    }

    @Bean
    Scenario scenario(Kit kit) {
        return new Scenario(kit);
    }

    /** Lets a crash come between a transaction and its commit. */
    private record CrashingTransactions(ObjectProvider<Crashes> crashes) implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return bean instanceof PlatformTransactionManager transactions
                    ? crashes.getObject().before(transactions)
                    : bean;
        }
    }
}
