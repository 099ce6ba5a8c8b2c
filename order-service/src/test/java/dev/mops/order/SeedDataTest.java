package dev.mops.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.test.TestServers;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

/** The migrations with the service's own settings, as Flyway runs them at its start. */
class SeedDataTest {

    @Test
    void without_demo_settings_there_are_no_products() {
        new ApplicationContextRunner()
                .withInitializer(new ConfigDataApplicationContextInitializer())
                .withPropertyValues(
                        "spring.datasource.url=" + TestServers.postgres().jdbcUrl("order_without_demo"))
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        FlywayAutoConfiguration.class))
                .run(context -> assertThat(context.getBean(JdbcTemplate.class)
                                .queryForObject("SELECT count(*) FROM product", Long.class))
                        .isZero());
    }
}
