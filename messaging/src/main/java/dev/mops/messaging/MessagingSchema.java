package dev.mops.messaging;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The module's own tables, migrated under a history of their own after the service's, or applied by somebody else; either
 * way their version is checked before the service goes to work. No {@code Flyway} bean: it would switch off the service's.
 */
public final class MessagingSchema implements SmartLifecycle {

    /** The version that this build needs: that of its last migration. */
    static final int VERSION = 4;

    private static final String LOCATION = "classpath:db/mops-messaging";
    private static final String HISTORY_TABLE = "mops_messaging_history";
    private static final String VERSION_TABLE = "mops_messaging_version";

    private final JdbcTemplate jdbc;
    private volatile boolean running;

    MessagingSchema(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
    }

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
        int found = versionIn("\"" + schema.replace("\"", "\"\"") + "\"." + VERSION_TABLE);
        Flyway flyway = Flyway.configure()
                .dataSource(migrating)
                .locations(LOCATION)
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

    /**
     * Checks the version.
     *
     * @throws IllegalStateException if the tables are older than this build; younger ones suit it, since a version adds and
     *     takes nothing away
     */
    @Override
    public void start() {
        int found = versionIn(VERSION_TABLE);
        if (found < VERSION) {
            throw new IllegalStateException(
                    "The tables of messaging are %s, and this build needs version %d: apply what is missing of %s, or leave it to the module with mops.messaging.migrate=true"
                            .formatted(
                                    found == 0 ? "not there, or older than version 3" : "of version " + found,
                                    VERSION,
                                    LOCATION));
        }
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before all that reads or writes the tables. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }

    /** The version that a table states; 0 where it is not there, as in the first two versions. */
    private int versionIn(String table) {
        String known = jdbc.queryForObject("SELECT to_regclass(?)::text", String.class, table);
        if (known == null) {
            return 0;
        }
        Integer version = jdbc.queryForObject("SELECT version FROM " + table, Integer.class);
        return version == null ? 0 : version;
    }
}
