package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.mops.events.Envelope;
import dev.mops.events.EventFamily;
import dev.mops.events.EventMetadata;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.LoanEvent.Granted;
import dev.mops.messaging.held.Ledger;
import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import dev.mops.test.TestTopic;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Services of other shapes than the four of the platform, and what a service may bring itself. */
class AdoptionTest {

    private static final Instant LONG_AGO = Instant.parse("2001-02-03T04:05:06Z");

    @Test
    void without_jpa_on_the_class_path_the_jdbc_transaction_manager_is_all_that_is_needed() {
        runner("without_jpa")
                .withClassLoader(
                        new FilteredClassLoader("jakarta.persistence", "org.hibernate", "org.springframework.orm"))
                .withUserConfiguration(Accounts.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(PlatformTransactionManager.class))
                            .isExactlyInstanceOf(JdbcTransactionManager.class);
                    JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                    context.getBean(TransactionTemplate.class)
                            .executeWithoutResult(
                                    status -> context.getBean(Outbox.class).publish(new Deposited("a", 7)));

                    await().untilAsserted(() -> assertThat(jdbc.query(
                                    "SELECT number FROM effect WHERE account = 'a'", (row, n) -> row.getLong(1)))
                            .containsExactly(7L));
                });
    }

    @Test
    void a_data_source_that_the_service_makes_itself_suffices_with_its_connection_details() {
        runner("own_data_source")
                .withUserConfiguration(OwnDataSource.class)
                .withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/nowhere")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    context.getBean(TransactionTemplate.class)
                            .executeWithoutResult(
                                    status -> context.getBean(Outbox.class).publish(new Deposited("a", 1)));
                    await().until(
                                    () -> context.getBean(JdbcTemplate.class)
                                            .query("SELECT 1 FROM effect", (row, n) -> 1)
                                            .size(),
                                    size -> size == 1);
                });
    }

    @Test
    void of_several_pools_the_one_of_outbox_and_inbox_has_its_transactions_limited() {
        runner("several_pools").withUserConfiguration(SeveralPools.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(Stream.of("dataSource", "migrating", "reports")
                            .map(pool -> new JdbcTemplate(context.getBean(pool, DataSource.class))
                                    .queryForObject("SHOW transaction_timeout", String.class)))
                    .containsExactly("15s", "0", "0");
        });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void without_flyway_and_without_hikari_the_tables_are_applied_by_hand_and_the_pool_is_the_services_own(
            CapturedOutput output) {
        ApplicationContextRunner service = runner("without_flyway")
                .withClassLoader(new FilteredClassLoader("org.flywaydb", "com.zaxxer.hikari"))
                .withUserConfiguration(PlainDataSource.class);
        service.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContainingAll("are not there", "with mops.messaging.migrate=true and Flyway"));

        MigrationTest.applyByHand(new JdbcTemplate(PlainDataSource.create()), 1, MessagingSchema.VERSION);

        service.run(context -> assertThat(context).hasNotFailed());
        assertThat(output).contains("The transactions of outbox and inbox have no limit");
    }

    @Test
    void a_service_that_only_publishes_has_a_relay_and_neither_consumer_nor_inbox() {
        try (AccountService service = AccountService.named("publish_only")
                        // Also with all that operators could ask for.
                        .with("spring.main.web-application-type", "servlet")
                        .with("server.port", 0)
                        .with("management.endpoints.web.exposure.include", "*")
                        .start();
                TestTopic<AccountEvent> topic =
                        new TestTopic<>(service.family(), TestServers.kafka().bootstrapServers())) {
            service.publish(new Deposited("a", 1));

            await().untilAsserted(() ->
                    assertThat(topic.eventsOf("a")).extracting(Envelope::event).containsExactly(new Deposited("a", 1)));
            assertThat(service.names(Ledger.class)).isEmpty();
            assertThat(service.names(Object.class))
                    .contains("messagingRelay", "messagingOutbox", "messagingTopics")
                    .doesNotContain("messagingEventConsumers", "messagingDeadLetterEndpoint");
        }
    }

    @Test
    void no_bean_of_the_module_has_a_name_that_a_service_would_give_and_its_health_can_be_switched_off() {
        List<GenericApplicationContext> contexts = new ArrayList<>();
        try (AccountService service = Operators.welcome(AccountService.named("bean_names"))
                .with("mops.messaging.failure-switches", true)
                .with("management.health.consumer.enabled", false)
                .with("management.health.messaging.enabled", false)
                .beans(contexts::add)
                .noting()
                .start()) {
            GenericApplicationContext context = contexts.getFirst();

            assertThat(Stream.of(context.getBeanDefinitionNames())
                            .filter(name -> isMadeByTheModule(context.getBeanDefinition(name))))
                    .contains("messagingLedger", "messagingRelay")
                    .allSatisfy(name -> assertThat(name).startsWith("messaging"));
            assertThat(service.bean(HealthContributorRegistry.class).getContributor("consumer"))
                    .isNull();
            assertThat(service.bean(HealthContributorRegistry.class).getContributor("messaging"))
                    .isNull();
        }
    }

    private static boolean isMadeByTheModule(BeanDefinition definition) {
        String by = definition.getFactoryBeanName() == null
                ? definition.getBeanClassName()
                : definition.getFactoryBeanName();
        return definition.getFactoryMethodName() != null
                && by != null
                && by.matches("dev\\.mops\\..*AutoConfiguration.*");
    }

    @Test
    void a_service_that_only_consumes_needs_a_table_and_nothing_else() {
        try (AccountService service =
                        AccountService.named("consume_only").noting().start();
                TestTopic<AccountEvent> topic =
                        new TestTopic<>(service.family(), TestServers.kafka().bootstrapServers())) {
            topic.deliver(List.of(topic.envelope("/elsewhere", new Deposited("a", 1))));

            await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L));
        }
    }

    @Test
    void several_families_have_their_topics_and_a_handler_of_one_publishes_events_of_another() {
        EventFamily<LoanEvent> loans = LoanEvent.on("several-loans");
        List<Granted> granted = new ArrayList<>();
        try (AccountService service = AccountService.named("several")
                        .handling((self, family) -> EventHandlers.of(family)
                                .on(Deposited.class, deposit -> {
                                    self.touch(deposit.account());
                                    self.outbox().publish(new Granted(deposit.account(), deposit.number()));
                                })
                                .build())
                        .beans(context -> context.registerBean(
                                "loans",
                                EventHandlers.class,
                                () -> EventHandlers.of(loans)
                                        .on(Granted.class, loan -> {
                                            synchronized (granted) {
                                                granted.add(loan);
                                            }
                                        })
                                        .publishes(Granted.class)
                                        .build()))
                        .start();
                TestTopic<LoanEvent> topic =
                        new TestTopic<>(loans, TestServers.kafka().bootstrapServers())) {
            service.publish(new Deposited("a", 1), new Deposited("a", 2));

            await().untilAsserted(() -> assertThat(service.count("inbox_event")).isEqualTo(4));
            synchronized (granted) {
                assertThat(granted).containsExactly(new Granted("a", 1), new Granted("a", 2));
            }
            assertThat(topic.eventsOf("a"))
                    .extracting(Envelope::event)
                    .containsExactly(new Granted("a", 1), new Granted("a", 2));
        }
    }

    @Test
    void a_clock_of_the_service_is_taken_and_its_outbox_may_stand_before_the_modules() {
        List<Object> seen = new ArrayList<>();
        try (AccountService service = AccountService.named("replaced")
                .beans(context -> {
                    context.registerBean(MeterRegistry.class, SimpleMeterRegistry::new);
                    context.registerBean("clock", InstantSource.class, () -> InstantSource.fixed(LONG_AGO));
                    context.registerBean(
                            "watched",
                            Outbox.class,
                            () -> {
                                Outbox outbox = context.getBean("messagingOutbox", Outbox.class);
                                return event -> {
                                    seen.add(event);
                                    return outbox.publish(event);
                                };
                            },
                            definition -> definition.setPrimary(true));
                })
                .start()) {
            service.relay().stop();

            EventMetadata published = service.publish(new Deposited("a", 1)).getFirst();

            assertThat(published.time()).isEqualTo(LONG_AGO);
            assertThat(seen).containsExactly(new Deposited("a", 1));
            // What watches the outbox does not ask the service's own.
            service.jdbc().update("UPDATE outbox_event SET created_at = now() - interval '1 hour'");
            await().untilAsserted(() -> assertThat(service.bean(MeterRegistry.class)
                            .get("mops.messaging.outbox.age")
                            .gauge()
                            .value())
                    .isGreaterThanOrEqualTo(3_600));
        }
    }

    private static ApplicationContextRunner runner(String name) {
        return new ApplicationContextRunner()
                .withPropertyValues(
                        "spring.application.name=" + name,
                        "spring.autoconfigure.exclude=" + AccountService.WITHOUT_JPA,
                        "spring.datasource.url=" + TestServers.postgres().jdbcUrl(name),
                        "spring.datasource.username=" + TestPostgres.USER,
                        "spring.datasource.password=" + TestPostgres.PASSWORD,
                        "spring.datasource.hikari.maximum-pool-size=8",
                        "spring.kafka.bootstrap-servers=" + TestServers.kafka().bootstrapServers(),
                        "mops.messaging.partitions=2",
                        "test.topic=" + name + "-" + UUID.randomUUID());
    }

    /** A service as its developers write it. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Accounts {

        @Bean
        EventHandlers<AccountEvent> accountHandlers(JdbcTemplate jdbc, @Value("${test.topic}") String topic) {
            return EventHandlers.of(AccountEvent.on(topic))
                    .on(
                            Deposited.class,
                            (event, metadata) -> jdbc.update(
                                    "INSERT INTO effect (type, account, number, event_id) VALUES ('d', ?, ?, ?)",
                                    event.account(),
                                    event.number(),
                                    metadata.id()))
                    .publishes(Deposited.class)
                    .build();
        }
    }

    /** The same with a pool of its own. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class OwnDataSource extends Accounts {

        @Bean
        DataSource dataSource() {
            return pool();
        }

        @Bean
        JdbcConnectionDetails connectionDetails() {
            return TestPostgres.connectionTo(TestServers.postgres().jdbcUrl("own_data_source"));
        }

        static HikariDataSource pool() {
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl(TestServers.postgres().jdbcUrl("own_data_source"));
            pool.setUsername(TestPostgres.USER);
            pool.setPassword(TestPostgres.PASSWORD);
            pool.setMaximumPoolSize(4);
            return pool;
        }
    }

    /** With one for its migrations, and one for something else. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class SeveralPools extends OwnDataSource {

        @Override
        @Bean
        @Primary
        DataSource dataSource() {
            return pool();
        }

        @Bean(defaultCandidate = false)
        @FlywayDataSource
        DataSource migrating() {
            return pool();
        }

        @Bean
        DataSource reports() {
            return pool();
        }
    }

    /** With a data source that is no pool. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class PlainDataSource extends Accounts {

        @Bean
        DataSource dataSource() {
            return create();
        }

        @Bean
        JdbcConnectionDetails connectionDetails() {
            return TestPostgres.connectionTo(TestServers.postgres().jdbcUrl("without_flyway"));
        }

        static DataSource create() {
            PGSimpleDataSource plain = new PGSimpleDataSource();
            plain.setUrl(TestServers.postgres().jdbcUrl("without_flyway"));
            plain.setUser(TestPostgres.USER);
            plain.setPassword(TestPostgres.PASSWORD);
            return plain;
        }
    }
}
