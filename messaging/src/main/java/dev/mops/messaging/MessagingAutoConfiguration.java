package dev.mops.messaging;

import com.zaxxer.hikari.HikariDataSource;
import dev.mops.events.EventFamily;
import dev.mops.messaging.topic.RetryTopics;
import dev.mops.messaging.topic.Topics;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.KafkaAdmin;

/** What outbox and inbox share: settings, tables, topics. */
@AutoConfiguration(
        after = {DataSourceAutoConfiguration.class, KafkaAutoConfiguration.class},
        afterName = "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration")
@EnableConfigurationProperties(MessagingProperties.class)
public final class MessagingAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    InstantSource messagingClock() {
        return InstantSource.system();
    }

    @Bean
    EventFamilies messagingEventFamilies(
            ObjectProvider<EventHandlers<?>> handlers,
            ObjectProvider<EventFamily<?>> families,
            MessagingProperties settings) {
        EventFamilies all = new EventFamilies(
                handlers.orderedStream().toList(), families.orderedStream().toList());
        // Now, and not at the first event.
        all.writeVersions(settings.writeVersion());
        return all;
    }

    /** Without Flyway: somebody else applies the tables. */
    @Bean
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    MessagingSchema messagingSchema(DataSource dataSource) {
        return new MessagingSchema(dataSource);
    }

    @Bean
    Topics messagingTopics(
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

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Flyway.class, FlywayConfigurationCustomizer.class})
    static class FlywayConfiguration {

        /** The migrations have the data source of the service's own, which may have another user. */
        @Bean
        @DependsOnDatabaseInitialization
        MessagingSchema messagingSchema(
                DataSource dataSource,
                ObjectProvider<Flyway> flyway,
                JdbcConnectionDetails database,
                MessagingProperties settings) {
            if (settings.migrate()) {
                Flyway service = flyway.getIfUnique();
                DataSource migrating = service == null
                        ? Flyway.configure()
                                .dataSource(database.getJdbcUrl(), database.getUsername(), database.getPassword())
                                .getDataSource()
                        : service.getConfiguration().getDataSource();
                new MessagingMigrations(new JdbcTemplate(dataSource)).migrate(migrating);
            }
            return new MessagingSchema(dataSource);
        }

        /** A migration may take longer than a transaction of the service: it runs outside of the pool and its limits. */
        @Bean
        FlywayConfigurationCustomizer messagingLeavesMigrationsUnlimited(
                ObjectProvider<DataSource> dataSource, JdbcConnectionDetails database) {
            return flyway -> {
                // A pool that the service has for its migrations alone stays as it is.
                if (Objects.equals(flyway.getDataSource(), dataSource.getIfUnique())) {
                    flyway.dataSource(database.getJdbcUrl(), database.getUsername(), database.getPassword());
                }
            };
        }
    }

    /** A pool of somebody else has to be set by the service. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HikariDataSource.class)
    static class HikariConfiguration {

        @Bean
        static BeanPostProcessor messagingTransactionTimeouts(
                ConfigurableListableBeanFactory beans, ObjectProvider<MessagingProperties> settings) {
            return new TransactionTimeouts(beans, settings);
        }
    }

    /**
     * Limits the transactions of the pool in which outbox and inbox stand, and keeps values of rows out of what it throws.
     * Other pools, such as one for migrations, are none of ours.
     */
    private record TransactionTimeouts(
            ConfigurableListableBeanFactory beans, ObjectProvider<MessagingProperties> settings)
            implements BeanPostProcessor {

        @Override
        public Object postProcessBeforeInitialization(Object bean, String beanName) {
            if (bean instanceof HikariDataSource pool && isOurs(beanName)) {
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

        /** Whether whoever asks for a data source without a name gets this one, as the module does. */
        private boolean isOurs(String beanName) {
            List<String> candidates = Stream.of(beans.getBeanNamesForType(DataSource.class, true, false))
                    .filter(name -> definitionOf(name)
                            .map(definition -> definition.isAutowireCandidate()
                                    && !(definition instanceof AbstractBeanDefinition known
                                            && !known.isDefaultCandidate()))
                            .orElse(true))
                    .toList();
            List<String> primary = candidates.stream()
                    .filter(name ->
                            definitionOf(name).map(BeanDefinition::isPrimary).orElse(false))
                    .toList();
            return (primary.isEmpty() ? candidates : primary).equals(List.of(beanName));
        }

        private Optional<BeanDefinition> definitionOf(String name) {
            return beans.containsBeanDefinition(name)
                    ? Optional.of(beans.getMergedBeanDefinition(name))
                    : Optional.empty();
        }
    }
}
