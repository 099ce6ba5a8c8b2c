package dev.mops.messaging.outbox;

import dev.mops.messaging.EventFamilies;
import dev.mops.messaging.MessagingAutoConfiguration;
import dev.mops.messaging.MessagingProperties;
import dev.mops.messaging.MessagingSchema;
import dev.mops.messaging.topic.Topics;
import dev.mops.messaging.trace.EventTraces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.orm.jpa.EntityManagerFactoryUtils;

/** The write path. */
@AutoConfiguration(
        after = MessagingAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
public final class OutboxAutoConfiguration {

    /** Families and relay are looked up at the first publication: they depend on the handlers, which publish. */
    @Bean
    TransactionalOutbox messagingOutbox(
            ObjectProvider<EventFamilies> families,
            MessagingProperties settings,
            @Value("${spring.application.name}") String application,
            InstantSource clock,
            DataSource dataSource,
            ObjectProvider<DomainFlush> domainFlush,
            ObjectProvider<EventTraces> traces,
            ObjectProvider<Relay> relay,
            // Not used, but its tables must be there first.
            MessagingSchema schema) {
        return new TransactionalOutbox(
                families::getObject,
                settings.writeVersion(),
                "/" + application,
                settings.maxEventSize().toBytes(),
                clock,
                dataSource,
                // Without JPA, the domain's statements have run already.
                domainFlush.getIfAvailable(() -> () -> {}),
                traces.getIfAvailable(() -> EventTraces.NONE),
                () -> relay.getObject().wake());
    }

    @Bean
    Relay messagingRelay(
            JdbcConnectionDetails database,
            @Value("${spring.application.name}") String application,
            ProducerFactory<?, ?> producers,
            Topics topics,
            MessagingProperties settings,
            ObjectProvider<MeterRegistry> meters,
            // Not used, but its tables must be there first.
            MessagingSchema schema) {
        return new Relay(
                database.getJdbcUrl(),
                connectionProperties(database, application, settings.relayTimeout()),
                producerConfig(producers.getConfigurationProperties(), settings.relayTimeout()),
                topics,
                settings,
                meters.getIfAvailable(() -> Metrics.globalRegistry));
    }

    private static Properties connectionProperties(
            JdbcConnectionDetails database, String application, Duration relayTimeout) {
        Properties properties = new Properties();
        if (database.getUsername() != null) {
            properties.setProperty("user", database.getUsername());
        }
        if (database.getPassword() != null) {
            properties.setProperty("password", database.getPassword());
        }
        properties.setProperty("ApplicationName", application + " relay");
        // A leader that is paused loses its session, and with it the lock, soon after it could have given up itself.
        properties.setProperty(
                "options",
                "-c idle_session_timeout="
                        + relayTimeout.multipliedBy(3).dividedBy(2).toMillis());
        long seconds = Math.max(1, relayTimeout.toSeconds());
        properties.setProperty("socketTimeout", Long.toString(seconds));
        properties.setProperty("connectTimeout", Long.toString(seconds));
        return properties;
    }

    private static Map<String, Object> producerConfig(Map<String, Object> configured, Duration relayTimeout) {
        Map<String, Object> config = new HashMap<>(configured);
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // What idempotence needs, whatever the user's own producers are set to.
        config.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        // Idempotence keeps the order of several in flight only once the broker knows the producer: of a new one, any
        // batch is taken as the first, also the second while the first is refused by a broker that does not lead yet.
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        // An expired batch would let its successor overtake: none expires, the relay closes the producer instead.
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, relayTimeout.toMillis());
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return config;
    }

    /** With JPA, changed entities are flushed before outbox ids are drawn. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({EntityManager.class, EntityManagerFactoryUtils.class})
    @ConditionalOnBean(EntityManagerFactory.class)
    static class JpaConfiguration {

        @Bean
        DomainFlush messagingDomainFlush(EntityManagerFactory factory) {
            return () -> {
                EntityManager entityManager = EntityManagerFactoryUtils.getTransactionalEntityManager(factory);
                if (entityManager != null) {
                    entityManager.flush();
                }
            };
        }
    }
}
