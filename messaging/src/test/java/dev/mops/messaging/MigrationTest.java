package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.held.EventId;
import dev.mops.messaging.held.LedgerKey;
import dev.mops.messaging.record.HeaderBytes;
import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The module's tables beside those of a service, whoever migrates them. Each test has a database of its own. */
class MigrationTest {

    private static final String HISTORY = "mops_messaging_history";
    private static final String WITHOUT_FLYWAY = "spring.flyway.enabled=false";
    private static final String SERVICE_HISTORY = "flyway_schema_history";

    @Test
    void the_version_that_the_build_needs_is_that_of_its_last_migration_which_says_so_itself() {
        JdbcTemplate database = database("migration_version");

        assertThat(migrations()).hasSize(MessagingSchema.VERSION);
        for (int version = 3; version <= MessagingSchema.VERSION; version++) {
            applyByHand(database, version == 3 ? 1 : version, version);
            assertThat(version(database)).isEqualTo(version);
        }
    }

    @Test
    void the_services_history_knows_its_own_migrations_only_and_a_second_start_changes_nothing() {
        JdbcTemplate database = database("migration_beside");
        List<List<String>> histories = new ArrayList<>();
        for (int start = 1; start <= 2; start++) {
            run("migration_beside", context -> {
                assertThat(scripts(database, SERVICE_HISTORY)).containsExactly("V1__accounts.sql");
                assertThat(scripts(database, HISTORY)).endsWith(names().toArray(String[]::new));
                assertThat(version(database)).isEqualTo(MessagingSchema.VERSION);
                histories.add(texts(
                        database,
                        "SELECT installed_on || script FROM %s UNION ALL SELECT installed_on || script FROM %s"
                                .formatted(HISTORY, SERVICE_HISTORY)));
            });
        }
        assertThat(histories.get(1)).isEqualTo(histories.get(0));
    }

    @Test
    void instances_that_start_at_once_migrate_once() {
        JdbcTemplate database = database("migration_race");

        CompletableFuture.allOf(IntStream.range(0, 3)
                        .mapToObj(instance -> CompletableFuture.runAsync(() -> run("migration_race", context -> {})))
                        .toArray(CompletableFuture[]::new))
                .join();

        assertThat(scripts(database, HISTORY)).endsWith(names().toArray(String[]::new));
    }

    @Test
    void a_service_without_flyway_gets_the_tables_and_may_begin_with_flyway_later() {
        JdbcTemplate database = database("migration_without_flyway");
        run(
                "migration_without_flyway",
                context -> assertThat(version(database)).isEqualTo(MessagingSchema.VERSION),
                WITHOUT_FLYWAY);
        assertThat(exists(database, SERVICE_HISTORY)).isFalse();

        run(
                "migration_without_flyway",
                context -> assertThat(exists(database, "account")).isTrue(),
                "spring.flyway.baseline-on-migrate=true",
                "spring.flyway.baseline-version=0");
    }

    @Test
    void a_service_that_has_no_migrations_gets_the_tables() {
        run(
                "migration_no_migrations",
                context ->
                        assertThat(version(database("migration_no_migrations"))).isEqualTo(MessagingSchema.VERSION),
                "spring.flyway.locations=classpath:db/none");
    }

    @Test
    void a_service_that_takes_over_a_database_by_a_baseline_keeps_it() {
        JdbcTemplate database = database("migration_baseline");
        database.execute("CREATE TABLE account (id text PRIMARY KEY, balance bigint)");
        run(
                "migration_baseline",
                context -> {
                    assertThat(scripts(database, SERVICE_HISTORY)).containsExactly("<< Flyway Baseline >>");
                    assertThat(version(database)).isEqualTo(MessagingSchema.VERSION);
                },
                "spring.flyway.baseline-on-migrate=true");
    }

    @Test
    void the_settings_of_the_services_flyway_are_not_those_of_the_module() {
        JdbcTemplate database = database("migration_settings");
        run(
                "migration_settings",
                context -> {
                    assertThat(scripts(database, "our_history")).containsExactly("V1__accounts.sql");
                    assertThat(version(database)).isEqualTo(MessagingSchema.VERSION);
                },
                "spring.flyway.table=our_history",
                "spring.flyway.out-of-order=true",
                "spring.flyway.group=true",
                "spring.flyway.target=1",
                "spring.flyway.validate-migration-naming=true",
                "spring.flyway.ignore-migration-patterns=*:pending",
                "spring.flyway.placeholders.id=other");
    }

    @Test
    void the_tables_stand_in_the_schema_in_which_the_service_looks_for_them() {
        JdbcTemplate database = database("migration_schema");
        // Those of another service, which the search path finds, too.
        applyByHand(database, 1, MessagingSchema.VERSION);
        run(
                "migration_schema",
                context -> assertThat(database.queryForList(
                                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'Our schema'",
                                String.class))
                        .contains("account", SERVICE_HISTORY, HISTORY, "mops_messaging_version", "outbox_event"),
                "spring.datasource.url=" + url("migration_schema") + "&currentSchema=%22Our%20schema%22,public",
                "spring.flyway.default-schema=Our schema");
    }

    @Test
    void without_any_schema_it_is_said() {
        run(
                "migration_no_schema",
                context -> assertThat(context).getFailure().rootCause().hasMessageContaining("search path"),
                WITHOUT_FLYWAY,
                "spring.datasource.url=" + url("migration_no_schema") + "&currentSchema=nowhere");
    }

    @Test
    void the_module_migrates_as_the_user_who_migrates_the_service() {
        JdbcTemplate database = database("migration_owner");
        database.execute("CREATE ROLE migration_owner LOGIN SUPERUSER PASSWORD 'owner'");
        try {
            run(
                    "migration_owner",
                    context -> assertThat(database.queryForList(
                                    "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'",
                                    String.class))
                            .containsExactly("migration_owner"),
                    "spring.flyway.user=migration_owner",
                    "spring.flyway.password=owner");
        } finally {
            database.execute("DROP OWNED BY migration_owner");
            database.execute("DROP ROLE migration_owner");
        }
    }

    @Test
    void tables_that_were_applied_by_hand_suffice_and_are_taken_over_when_the_module_migrates_later() {
        JdbcTemplate database = database("migration_by_hand");
        applyByHand(database, 1, MessagingSchema.VERSION);
        run(
                "migration_by_hand",
                context -> assertThat(exists(database, HISTORY)).isFalse(),
                WITHOUT_FLYWAY,
                "mops.messaging.migrate=false");

        run(
                "migration_by_hand",
                context -> {
                    assertThat(scripts(database, HISTORY)).containsExactly("<< Flyway Baseline >>");
                    assertThat(version(database)).isEqualTo(MessagingSchema.VERSION);
                },
                WITHOUT_FLYWAY);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void tables_of_the_versions_that_did_not_say_which_they_are_are_taken_over_too(int applied) {
        String name = "migration_untold_" + applied;
        JdbcTemplate database = database(name);
        applyByHand(database, 1, applied);

        run(name, context -> assertThat(version(database)).isEqualTo(MessagingSchema.VERSION), WITHOUT_FLYWAY);

        assertThat(scripts(database, HISTORY))
                .startsWith("<< Flyway Baseline >>")
                .endsWith(names().subList(applied, names().size()).toArray(String[]::new));
    }

    @Test
    void what_stands_in_the_tables_of_the_second_version_is_kept_by_an_upgrade_and_goes_on() {
        String name = "migration_upgraded";
        JdbcTemplate database = database(name);
        applyByHand(database, 1, 2);
        TopicLog topic = TopicLog.of(name).create(4);
        ProducerRecord<byte[], byte[]> done = topic.event(new Deposited("done", 1));
        database.update(
                "INSERT INTO inbox_event (consumer_group, source, event_id, recorded_at) VALUES (?, ?, ?, now())",
                name,
                idOf(done).source(),
                idOf(done).id());
        ProducerRecord<byte[], byte[]> waiting = topic.event(new Deposited("waiting", 1));
        database.update(
                "INSERT INTO outbox_event (topic, key, value, headers) VALUES (?, ?, ?, ?)",
                name,
                waiting.key(),
                waiting.value(),
                HeaderBytes.write(waiting.headers()));
        hold(database, name, topic.event(new Deposited("held", 1)), topic.event(new Deposited("held", 2)));

        try (AccountService service = AccountService.named(name)
                .with("spring.flyway.baseline-on-migrate", true)
                .with("spring.flyway.baseline-version", 0)
                .with("mops.messaging.sweep-interval", "100ms")
                .with("mops.messaging.sweep-grace", "10ms")
                .noting()
                .start()) {
            assertThat(version(database)).isEqualTo(MessagingSchema.VERSION);
            await().untilAsserted(() -> assertThat(service.numbersOf("waiting")).containsExactly(1L));
            await().untilAsserted(() -> assertThat(service.numbersOf("held")).containsExactly(1L, 2L));
            assertThat(service.count("held_key")).isZero();

            topic.append(List.of(done, topic.event(new Deposited("done", 2))));

            await().untilAsserted(() -> assertThat(service.numbersOf("done")).containsExactly(2L));
        }
    }

    /** As the second version holds an event that failed once, and one that waits behind it. */
    @SafeVarargs
    private static void hold(JdbcTemplate database, String group, ProducerRecord<byte[], byte[]>... events) {
        database.execute((ConnectionCallback<@Nullable Void>) connection -> {
            connection.setAutoCommit(false);
            JdbcTemplate inOne = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            for (int n = 1; n <= events.length; n++) {
                ProducerRecord<byte[], byte[]> event = events[n - 1];
                String keyHash = LedgerKey.of(
                                new ConsumerRecord<>(group, 0, n, event.key(), event.value()), idOf(event))
                        .hash();
                if (n == 1) {
                    inOne.update(
                            "INSERT INTO held_key (consumer_group, key_hash, topic, state, head, attempts, due)"
                                    + " VALUES (?, decode(?, 'hex'), ?, 'RETRYING', 1, 1, now())",
                            group,
                            keyHash,
                            group);
                }
                inOne.update(
                        "INSERT INTO held_event (consumer_group, key_hash, source, event_id, type, topic, partition,"
                                + " record_offset, recorded_at, key, value, headers, error_class, error_message,"
                                + " first_failed_at, last_failed_at) SELECT ?, decode(?, 'hex'), ?, ?,"
                                + " 'account.deposited', ?, 0, ?, now(), ?, ?, ?, failed, failed,"
                                + " CASE WHEN failed IS NOT NULL THEN now() END,"
                                + " CASE WHEN failed IS NOT NULL THEN now() END FROM (SELECT ?::text AS failed) AS f",
                        group,
                        keyHash,
                        idOf(event).source(),
                        idOf(event).id(),
                        group,
                        n,
                        event.key(),
                        event.value(),
                        HeaderBytes.write(event.headers()),
                        n == 1 ? "java.lang.IllegalStateException" : null);
            }
            connection.commit();
            return null;
        });
    }

    private static EventId idOf(ProducerRecord<byte[], byte[]> event) {
        return new EventId(text(event, "ce_source"), UUID.fromString(text(event, "ce_id")));
    }

    private static String text(ProducerRecord<byte[], byte[]> event, String header) {
        return new String(event.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }

    @Test
    void a_limit_of_the_database_ends_no_migration() throws Exception {
        String name = "migration_limited";
        JdbcTemplate database = database(name);
        applyByHand(database, 1, 3);
        try (Connection other = DriverManager.getConnection(url(name), TestPostgres.USER, TestPostgres.PASSWORD);
                Statement lock = other.createStatement()) {
            database.execute("ALTER DATABASE %s SET transaction_timeout = '1s'".formatted(name));
            database.execute("ALTER DATABASE %s SET idle_in_transaction_session_timeout = '1s'".formatted(name));
            other.setAutoCommit(false);
            lock.execute("LOCK TABLE inbox_event IN ACCESS EXCLUSIVE MODE");
            CompletableFuture<Void> upgrade = CompletableFuture.runAsync(() -> run(
                    name, context -> assertThat(version(database)).isEqualTo(MessagingSchema.VERSION), WITHOUT_FLYWAY));

            await().until(() -> upgrade.isDone()
                    || List.of(1L)
                            .equals(database.queryForList(
                                    "SELECT count(*) FROM pg_stat_activity WHERE datname = ?"
                                            + " AND wait_event_type = 'Lock'"
                                            + " AND xact_start < now() - interval '2 s'",
                                    Long.class,
                                    name)));
            other.rollback();

            upgrade.join();
        }
    }

    @Test
    void a_history_that_ends_before_what_was_applied_by_hand_is_named_and_begins_again_once_it_is_dropped() {
        JdbcTemplate database = database("migration_old_history");
        run("migration_old_history", context -> {});
        database.update("DELETE FROM %s WHERE version::int >= 3".formatted(HISTORY));

        run(
                "migration_old_history",
                context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("ends with 2: the rest was applied by hand"));

        database.execute("DROP TABLE " + HISTORY);
        run(
                "migration_old_history",
                context -> assertThat(scripts(database, HISTORY)).containsExactly("<< Flyway Baseline >>"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void tables_that_are_missing_or_older_than_the_build_end_the_start_with_found_and_needed_version(int applied) {
        String name = "migration_refused_" + applied;
        applyByHand(database(name), 1, applied);
        run(
                name,
                context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContainingAll(
                                applied == 0 ? "are not there" : "are of version " + applied,
                                "needs version " + MessagingSchema.VERSION,
                                "mops.messaging.migrate=true"),
                WITHOUT_FLYWAY,
                "mops.messaging.migrate=false");
    }

    @Test
    void a_version_that_is_older_is_named_and_one_that_is_younger_suits_during_a_rolling_upgrade() {
        JdbcTemplate database = database("migration_versions");
        applyByHand(database, 1, MessagingSchema.VERSION);
        database.update("UPDATE mops_messaging_version SET version = ?", MessagingSchema.VERSION - 1);
        run(
                "migration_versions",
                context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContainingAll(
                                "of version " + (MessagingSchema.VERSION - 1),
                                "needs version " + MessagingSchema.VERSION),
                WITHOUT_FLYWAY,
                "mops.messaging.migrate=false");

        database.update("UPDATE mops_messaging_version SET version = ?", MessagingSchema.VERSION + 1);
        run(
                "migration_versions",
                context -> assertThat(context).hasNotFailed(),
                WITHOUT_FLYWAY,
                "mops.messaging.migrate=false");
    }

    @Test
    void where_flyway_migrates_another_database_than_the_services_it_is_noticed() {
        JdbcTemplate own = database("migration_own_source");
        runner("migration_of_the_service")
                .withPropertyValues("spring.flyway.url=" + url("migration_own_source"))
                .withPropertyValues("spring.flyway.user=" + TestPostgres.USER)
                .withPropertyValues("spring.flyway.password=" + TestPostgres.PASSWORD)
                .run(context -> {
                    assertThat(exists(own, "account")).isTrue();
                    assertThat(context).getFailure().rootCause().hasMessageContaining("needs version");
                });
    }

    private static void run(String database, Consumer<AssertableApplicationContext> check, String... properties) {
        runner(database).withPropertyValues(properties).run(context -> {
            check.accept(context);
            if (context.getStartupFailure() == null) {
                assertThat(context).hasSingleBean(MessagingSchema.class);
            }
        });
    }

    /** A service without anything but its database: neither outbox nor inbox. */
    private static ApplicationContextRunner runner(String database) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        FlywayAutoConfiguration.class,
                        KafkaAutoConfiguration.class,
                        MessagingAutoConfiguration.class))
                .withPropertyValues(
                        "spring.application.name=migrations",
                        "spring.datasource.url=" + url(database),
                        "spring.datasource.username=" + TestPostgres.USER,
                        "spring.datasource.password=" + TestPostgres.PASSWORD,
                        "spring.datasource.hikari.maximum-pool-size=2");
    }

    private static String url(String database) {
        return TestServers.postgres().jdbcUrl(database);
    }

    private static JdbcTemplate database(String name) {
        DataSource dataSource = new DriverManagerDataSource(url(name), TestPostgres.USER, TestPostgres.PASSWORD);
        return new JdbcTemplate(dataSource);
    }

    /** As Liquibase, or a person, would. */
    static void applyByHand(JdbcTemplate database, int first, int last) {
        migrations().subList(first - 1, last).forEach(file -> {
            try {
                database.execute(file.getContentAsString(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The migrations of the module, in order. */
    private static List<Resource> migrations() {
        try {
            return Stream.of(
                            new PathMatchingResourcePatternResolver().getResources("classpath:db/mops-messaging/*.sql"))
                    .sorted(Comparator.comparing(MigrationTest::name))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names() {
        return migrations().stream().map(MigrationTest::name).toList();
    }

    private static String name(Resource file) {
        return Objects.requireNonNull(file.getFilename(), "name");
    }

    private static List<String> scripts(JdbcTemplate database, String history) {
        return texts(database, "SELECT script FROM " + history + " ORDER BY installed_rank");
    }

    private static List<String> texts(JdbcTemplate database, String query) {
        return database.query(query, (row, n) -> row.getString(1));
    }

    private static boolean exists(JdbcTemplate database, String table) {
        return List.of(true).equals(database.queryForList("SELECT to_regclass(?) IS NOT NULL", Boolean.class, table));
    }

    private static int version(JdbcTemplate database) {
        return Objects.requireNonNull(
                database.queryForObject("SELECT version FROM mops_messaging_version", Integer.class), "version");
    }
}
