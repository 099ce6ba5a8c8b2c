package dev.mops.messaging;

import com.zaxxer.hikari.HikariDataSource;
import dev.mops.events.EventFamily;
import dev.mops.messaging.topic.RetryTopics;
import dev.mops.messaging.topic.Topics;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.kafka.core.KafkaAdmin;

/** What outbox and inbox share: settings, tables, topics. */
@AutoConfiguration(
        after = {DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class, KafkaAutoConfiguration.class})
@EnableConfigurationProperties(MessagingProperties.class)
public final class MessagingAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    InstantSource messagingClock() {
        return InstantSource.system();
    }

    @Bean
    EventFamilies eventFamilies(ObjectProvider<EventHandlers<?>> handlers, ObjectProvider<EventFamily<?>> families) {
        return new EventFamilies(
                handlers.orderedStream().toList(), families.orderedStream().toList());
    }

    @Bean
    @DependsOnDatabaseInitialization
    MessagingSchema messagingSchema(
            DataSource dataSource,
            FlywayConfigurationCustomizer migrationsWithoutTransactionTimeout,
            Environment environment) {
        return new MessagingSchema(
                dataSource,
                migrationsWithoutTransactionTimeout,
                environment.getProperty("spring.flyway.enabled", Boolean.class, true));
    }

    /** A migration may take longer than a transaction of the service: it runs outside of the pool and its limits. */
    @Bean
    FlywayConfigurationCustomizer migrationsWithoutTransactionTimeout(JdbcConnectionDetails database) {
        return flyway -> {
            if (flyway.getDataSource() instanceof HikariDataSource) {
                flyway.dataSource(database.getJdbcUrl(), database.getUsername(), database.getPassword());
            }
        };
    }

    @Bean
    Topics topics(
            EventFamilies families,
            ObjectProvider<EventHandlers<?>> handlers,
            KafkaAdmin admin,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application) {
        String group = settings.groupOf(application);
        List<String> topics =
                families.all().stream().map(EventFamily::topic).distinct().toList();
        List<String> read =
                handlers.orderedStream().map(table -> table.family().topic()).toList();
        return new Topics(
                Stream.concat(topics.stream(), read.stream().map(topic -> RetryTopics.deadLetters(topic, group)))
                        .toList(),
                read.stream()
                        .flatMap(topic -> RetryTopics.retries(
                                topic, group, settings.retryDelays().size())
                                .stream())
                        .toList(),
                settings.partitions(),
                settings.replicationFactor(),
                admin.getConfigurationProperties());
    }

    @Bean
    static BeanPostProcessor transactionTimeouts(ObjectProvider<MessagingProperties> settings) {
        return new TransactionTimeouts(settings);
    }

    /** Limits the transactions of every pooled connection, and keeps values of rows out of what it throws. */
    private record TransactionTimeouts(ObjectProvider<MessagingProperties> settings) implements BeanPostProcessor {

        @Override
        public Object postProcessBeforeInitialization(Object bean, String beanName) {
            if (bean instanceof HikariDataSource pool) {
                // Its default quotes the whole statement of a batch, with names, addresses and tokens.
                pool.getDataSourceProperties().putIfAbsent("logServerErrorDetail", "false");
                long millis = settings.getObject().transactionTimeout().toMillis();
                pool.getDataSourceProperties()
                        .putIfAbsent(
                                "options",
                                "-c idle_in_transaction_session_timeout=%1$d -c transaction_timeout=%1$d"
                                        .formatted(millis));
            }
            return bean;
        }
    }
}
