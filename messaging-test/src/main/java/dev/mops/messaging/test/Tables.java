package dev.mops.messaging.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** All tables of a database: what they hold can be kept, put back, and compared. */
final class Tables {

    // Not those that a migration tool keeps for itself.
    private static final String COLUMNS = """
            SELECT c.relname, a.attname,
                a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid), '') LIKE 'nextval(%' AS drawn
            FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
            WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
                AND c.relname NOT LIKE 'databasechangelog%'
                AND NOT EXISTS (SELECT FROM pg_attribute h WHERE h.attrelid = c.oid AND h.attname = 'installed_rank')
            ORDER BY c.relname, a.attnum
            """;
    private static final String SEQUENCES =
            "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE schemaname = current_schema()";

    private static final Pattern CREATE_TABLE = Pattern.compile("CREATE TABLE (?:IF NOT EXISTS )?(\\w+)");

    private final DataSource dataSource;
    private final Set<String> ofMessaging = tablesOfMessaging();

    Tables(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * What all tables held at one time.
     *
     * @param rows of each table, as a JSON array
     * @param sequences the last value of each; null of one that has given none
     */
    record Snapshot(Map<String, String> rows, Map<String, @Nullable Long> sequences) {}

    /** A table, with the columns that can be written; drawn are those whose value comes from a sequence. */
    private record Table(String name, List<String> columns, Set<String> drawn) {

        String quoted() {
            return Tables.quoted(name);
        }
    }

    /** The columns of the service's own tables, as {@code table.column}. */
    Set<String> columns() {
        return read(connection -> {
            Set<String> columns = new HashSet<>();
            for (Table table : tables(connection)) {
                if (!ofMessaging.contains(table.name())) {
                    table.columns().forEach(column -> columns.add(table.name() + "." + column));
                }
            }
            return columns;
        });
    }

    Snapshot snapshot() {
        return read(connection -> {
            Map<String, String> rows = new LinkedHashMap<>();
            Map<String, @Nullable Long> sequences = new LinkedHashMap<>();
            try (Statement statement = connection.createStatement()) {
                for (Table table : tables(connection)) {
                    try (ResultSet result = statement.executeQuery(
                            "SELECT coalesce(jsonb_agg(t), '[]') FROM " + table.quoted() + " t")) {
                        result.next();
                        rows.put(table.name(), result.getString(1));
                    }
                }
                try (ResultSet result = statement.executeQuery(SEQUENCES)) {
                    while (result.next()) {
                        sequences.put(result.getString(1), result.getObject(2, Long.class));
                    }
                }
            }
            return new Snapshot(rows, sequences);
        });
    }

    /** Puts back what the tables held. */
    void restore(Snapshot snapshot) {
        read(connection -> {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                // No foreign key and no trigger has a say: what comes back was right once.
                statement.execute("SET LOCAL session_replication_role = replica");
                for (Table table : tables(connection)) {
                    statement.execute("DELETE FROM " + table.quoted());
                    String rows = snapshot.rows().getOrDefault(table.name(), "[]");
                    if (!rows.equals("[]")) {
                        insert(connection, table, rows);
                    }
                }
                for (var sequence : snapshot.sequences().entrySet()) {
                    statement.execute(
                            sequence.getValue() == null
                                    ? "ALTER SEQUENCE " + sequence.getKey() + " RESTART"
                                    : "SELECT setval('" + sequence.getKey() + "', " + sequence.getValue() + ")");
                }
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
            return snapshot;
        });
    }

    /**
     * The rows of the service's own tables, each as JSON, sorted; without what a sequence has given.
     *
     * @param ignored columns to leave out, as {@code table.column}
     */
    Map<String, List<String>> state(Collection<String> ignored) {
        return read(connection -> {
            Map<String, List<String>> state = new TreeMap<>();
            for (Table table : tables(connection)) {
                if (!ofMessaging.contains(table.name())) {
                    state.put(table.name(), rows(connection, table, ignored));
                }
            }
            return state;
        });
    }

    private static void insert(Connection connection, Table table, String rows) throws SQLException {
        String columns =
                String.join(", ", table.columns().stream().map(Tables::quoted).toList());
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM jsonb_populate_recordset(NULL::%1$s, ?::jsonb)"
                        .formatted(table.quoted(), columns))) {
            insert.setString(1, rows);
            insert.executeUpdate();
        }
    }

    private static List<String> rows(Connection connection, Table table, Collection<String> ignored)
            throws SQLException {
        String[] without = table.columns().stream()
                .filter(column -> table.drawn().contains(column) || ignored.contains(table.name() + "." + column))
                .toArray(String[]::new);
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT (to_jsonb(t) - ?::text[])::text AS row FROM " + table.quoted() + " t ORDER BY 1")) {
            select.setArray(1, connection.createArrayOf("text", without));
            try (ResultSet result = select.executeQuery()) {
                List<String> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(result.getString(1));
                }
                return rows;
            }
        }
    }

    private static List<Table> tables(Connection connection) throws SQLException {
        Map<String, Table> tables = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(COLUMNS)) {
            while (result.next()) {
                Table table = tables.computeIfAbsent(
                        result.getString(1), name -> new Table(name, new ArrayList<>(), new HashSet<>()));
                table.columns().add(result.getString(2));
                if (result.getBoolean(3)) {
                    table.drawn().add(result.getString(2));
                }
            }
        }
        return List.copyOf(tables.values());
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** By its own migrations, so that a table that comes with a later one is known, too. */
    private static Set<String> tablesOfMessaging() {
        Set<String> tables = new HashSet<>();
        try {
            for (Resource migration :
                    new PathMatchingResourcePatternResolver().getResources("classpath*:db/mops-messaging/*.sql")) {
                CREATE_TABLE
                        .matcher(migration.getContentAsString(StandardCharsets.UTF_8))
                        .results()
                        .forEach(found -> tables.add(found.group(1)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tables;
    }

    private <T> T read(Query<T> query) {
        try (Connection connection = dataSource.getConnection()) {
            return query.of(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("The tables of the test can't be read or put back", e);
        }
    }

    private interface Query<T> {
        T of(Connection connection) throws SQLException;
    }
}
