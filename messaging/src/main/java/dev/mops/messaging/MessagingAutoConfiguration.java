package dev.mops.messaging;

import com.zaxxer.hikari.HikariDataSource;
import dev.mops.events.EventFamily;
import dev.mops.messaging.topic.RetryTopics;
import dev.mops.messaging.topic.Topics;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
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

    /** The migrations have the data source of the service's own, which may have another user. */
    @Bean
    @DependsOnDatabaseInitialization
    MessagingSchema messagingSchema(
            DataSource dataSource,
            ObjectProvider<Flyway> flyway,
            JdbcConnectionDetails database,
            MessagingProperties settings) {
        MessagingSchema schema = new MessagingSchema(dataSource);
        if (settings.migrate()) {
            Flyway service = flyway.getIfUnique();
            schema.migrate(
                    service == null
                            ? Flyway.configure()
                                    .dataSource(database.getJdbcUrl(), database.getUsername(), database.getPassword())
                                    .getDataSource()
                            : service.getConfiguration().getDataSource());
        }
        return schema;
    }

    /** A migration may take longer than a transaction of the service: it runs outside of the pool and its limits. */
    @Bean
    FlywayConfigurationCustomizer migrationsWithoutTransactionTimeout(
            ObjectProvider<DataSource> dataSource, JdbcConnectionDetails database) {
        return flyway -> {
            DataSource migrating = flyway.getDataSource();
            // A pool that the service has for its migrations alone stays as it is.
            if (migrating instanceof HikariDataSource && migrating.equals(dataSource.getIfUnique())) {
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
                settings.topicRetention(),
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
