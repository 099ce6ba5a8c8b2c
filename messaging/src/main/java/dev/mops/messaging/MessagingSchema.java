package dev.mops.messaging;

import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The module's own tables, migrated by {@link MessagingMigrations} or applied by somebody else; either way their version is
 * checked before the service goes to work.
 */
public final class MessagingSchema implements SmartLifecycle {

    /** The version that this build needs: that of its last migration. */
    static final int VERSION = 4;

    static final String LOCATION = "classpath:db/mops-messaging";

    private static final Logger log = LoggerFactory.getLogger(MessagingSchema.class);

    private final JdbcTemplate jdbc;
    private volatile boolean running;

    MessagingSchema(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
    }

    /**
     * Checks the version.
     *
     * @throws IllegalStateException if the tables are older than this build; younger ones suit it, since a version adds and
     *     takes nothing away
     */
    @Override
    public void start() {
        int found = versionIn(jdbc, "");
        if (found < VERSION) {
            throw new IllegalStateException(
                    "The tables of messaging are %s, and this build needs version %d: apply what is missing of %s, or leave it to the module, with mops.messaging.migrate=true and Flyway on the class path"
                            .formatted(found == 0 ? "not there" : "of version " + found, VERSION, LOCATION));
        }
        if ("0".equals(jdbc.queryForObject("SHOW transaction_timeout", String.class))) {
            log.warn(
                    "The transactions of outbox and inbox have no limit, since their pool is none that the module sets:"
                            + " a process that is paused in one holds up the others. Set transaction_timeout of its connections");
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

    /**
     * The version of the tables; 0 where there are none.
     *
     * @param schema in front of their names, with its dot; empty for where the search path leads
     */
    static int versionIn(JdbcTemplate jdbc, String schema) {
        if (exists(jdbc, schema + "mops_messaging_version")) {
            Integer version =
                    jdbc.queryForObject("SELECT version FROM " + schema + "mops_messaging_version", Integer.class);
            return version == null ? 0 : version;
        }
        // The first two did not say which they are.
        if (exists(jdbc, schema + "held_event")) {
            return 2;
        }
        return exists(jdbc, schema + "inbox_event") ? 1 : 0;
    }

    private static boolean exists(JdbcTemplate jdbc, String table) {
        return Boolean.TRUE.equals(jdbc.queryForObject("SELECT to_regclass(?) IS NOT NULL", Boolean.class, table));
    }
}
