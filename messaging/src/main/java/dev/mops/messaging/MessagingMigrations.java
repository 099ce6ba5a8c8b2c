package dev.mops.messaging;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Migrates the module's own tables under a history of their own, after the service's. No {@code Flyway} bean: it would
 * switch off the service's.
 *
 * @param jdbc of the service
 */
record MessagingMigrations(JdbcTemplate jdbc) {

    private static final String HISTORY_TABLE = "mops_messaging_history";

    // Whatever the role or the service's pool is limited to. While a migration runs, the connection that holds Flyway's
    // lock is idle.
    private static final String UNLIMITED =
            "SET transaction_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0";

    /**
     * Brings the tables to this build's version, in the schema in which the service's connections look for them.
     *
     * @param migrating the data source of the migrations, which may have another user than the service
     */
    void migrate(DataSource migrating) {
        String schema = jdbc.queryForObject("SELECT current_schema()", String.class);
        if (schema == null) {
            throw new IllegalStateException(
                    "The tables of messaging have no place: no schema of the search path exists "
                            + "(currentSchema in spring.datasource.url)");
        }
        // The search path may lead to tables of somebody else, too: only those in its first schema are ours.
        int found = MessagingSchema.versionIn(jdbc, "\"" + schema.replace("\"", "\"\"") + "\".");
        Flyway flyway = Flyway.configure()
                .dataSource(migrating)
                .initSql(UNLIMITED)
                .locations(MessagingSchema.LOCATION)
                .table(HISTORY_TABLE)
                .defaultSchema(schema)
                // The schema holds the service's tables already: the module's history begins behind what was applied
                // by hand, or before its first version.
                .baselineOnMigrate(true)
                .baselineVersion(Integer.toString(found))
                .load();
        try {
            flyway.migrate();
        } catch (FlywayException e) {
            MigrationInfo last = flyway.info().current();
            if (last != null && last.getVersion() != null && !last.getVersion().isAtLeast(Integer.toString(found))) {
                throw new IllegalStateException(
                        "The tables of messaging are of version %d, but their history, %s, ends with %s: the rest was applied by hand. Drop the history, and it begins again behind version %1$d"
                                .formatted(found, HISTORY_TABLE, last.getVersion()),
                        e);
            }
            throw e;
        }
    }
}
