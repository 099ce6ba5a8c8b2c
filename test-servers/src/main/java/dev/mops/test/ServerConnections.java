package dev.mops.test;

import java.util.List;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.type.AnnotationMetadata;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** Connects a context to the servers that all tests share. */
final class ServerConnections implements ImportSelector {

    @Override
    public String[] selectImports(AnnotationMetadata importing) {
        return new String[] {(TestServers.areContainers() ? Containers.class : Embedded.class).getName()};
    }

    @Configuration(proxyBeanMethods = false)
    static class Containers {

        /** Connects the pool alone: migrations take their connections from there, as they do in production. */
        @Bean
        @ServiceConnection(type = JdbcConnectionDetails.class)
        PostgreSQLContainer postgresContainer() {
            return (ContainerPostgres) TestServers.postgres();
        }

        @Bean
        @ServiceConnection
        KafkaContainer kafkaContainer() {
            return (ContainerKafka) TestServers.kafka();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Embedded {

        @Bean
        JdbcConnectionDetails embeddedPostgres() {
            return TestPostgres.connectionTo(TestServers.postgres().jdbcUrl(TestServers.DATABASE));
        }

        @Bean
        KafkaConnectionDetails embeddedKafka() {
            return () -> List.of(TestServers.kafka().bootstrapServers());
        }
    }
}
