package dev.mops.messaging;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;

/**
 * The module's own tables, migrated under a history of their own after the service's. No {@code Flyway} bean: it would
 * switch off the service's.
 */
public final class MessagingSchema {

    private static final String HISTORY_TABLE = "mops_messaging_history";

    MessagingSchema(DataSource dataSource, FlywayConfigurationCustomizer customizer, boolean enabled) {
        if (enabled) {
            FluentConfiguration flyway = Flyway.configure()
                    .dataSource(dataSource)
                    .locations("classpath:db/mops-messaging")
                    .table(HISTORY_TABLE)
                    // The schema holds the service's tables already: the module's history begins before its first
                    // version.
                    .baselineOnMigrate(true)
                    .baselineVersion("0");
            customizer.customize(flyway);
            flyway.load().migrate();
        }
    }
}
