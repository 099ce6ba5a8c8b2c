package dev.mops.messaging;

import dev.mops.events.EventFamily;
import dev.mops.events.EventMetadata;
import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** A running instance of a small service: an application context with JDBC, without web and JPA. */
public final class AccountService implements AutoCloseable {

    static final String WITHOUT_JPA = "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
            + "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration";

    static {
        // A busy machine takes its time; who passes does not wait.
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    private final ConfigurableApplicationContext context;
    private final EventFamily<AccountEvent> family;

    private AccountService(ConfigurableApplicationContext context, EventFamily<AccountEvent> family) {
        this.context = context;
        this.family = family;
    }

    /** An instance of the service whose database and topic have this name. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** Publishes events with one transaction, in which the account's row is changed first. */
    public List<EventMetadata> publish(AccountEvent... events) {
        List<EventMetadata> published = new ArrayList<>();
        inTransaction(() -> {
            for (AccountEvent event : events) {
                touch(event.account());
                published.add(outbox().publish(event));
            }
        });
        return published;
    }

    /** Changes the account's row, and so locks it. */
    public void touch(String account) {
        jdbc().update(
                        "INSERT INTO account (id, balance) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET balance = account.balance + 1",
                        account);
    }

    /** Notes that an event took effect. To be called by handlers. */
    public void note(AccountEvent event, EventMetadata metadata) {
        note(event, metadata.id());
    }

    /** The same, under an id of the caller's own. */
    public void note(AccountEvent event, UUID id) {
        jdbc().update(
                        "INSERT INTO effect (type, account, number, event_id) VALUES (?, ?, ?, ?)",
                        event.getClass().getSimpleName(),
                        event.account(),
                        event.number(),
                        id);
    }

    /** What took effect, in order. */
    public List<Effect> effects() {
        return jdbc().query(
                        "SELECT type, account, number, event_id FROM effect ORDER BY seq",
                        (row, n) -> new Effect(
                                row.getString(1), row.getString(2), row.getLong(3), row.getObject(4, UUID.class)));
    }

    /** The numbers of what took effect for one account, in order. */
    public List<Long> numbersOf(String account) {
        return effects().stream()
                .filter(effect -> effect.account().equals(account))
                .map(Effect::number)
                .toList();
    }

    /** Runs work in a transaction of the service's database. */
    public void inTransaction(Runnable work) {
        transaction().executeWithoutResult(status -> work.run());
    }

    /** A count from the service's database. */
    public long count(String table) {
        Long count = jdbc().queryForObject("SELECT count(*) FROM " + table, Long.class);
        return count == null ? 0 : count;
    }

    /** The application names of the connections that hold the relay's lock. */
    public List<String> leaders() {
        return jdbc().query(
                        "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)"
                                + " WHERE locktype = 'advisory' AND granted AND datname = current_database()",
                        (row, n) -> row.getString(1));
    }

    public Outbox outbox() {
        return context.getBean(Outbox.class);
    }

    public JdbcTemplate jdbc() {
        return context.getBean(JdbcTemplate.class);
    }

    public TransactionTemplate transaction() {
        return context.getBean(TransactionTemplate.class);
    }

    public EventFamily<AccountEvent> family() {
        return family;
    }

    /** The consumers, to be stopped and started. */
    public SmartLifecycle consumers() {
        return context.getBean("messagingEventConsumers", SmartLifecycle.class);
    }

    /** The relay, to be stopped and started. */
    public SmartLifecycle relay() {
        return context.getBean("messagingRelay", SmartLifecycle.class);
    }

    /** The acts on many dead letters, to be stopped and started. */
    public SmartLifecycle bulkActs() {
        return context.getBean("messagingBulkActs", SmartLifecycle.class);
    }

    /** What runs in the background under this name, to be stopped and started. */
    public SmartLifecycle lifecycle(String bean) {
        return context.getBean(bean, SmartLifecycle.class);
    }

    /** A property as it is once the service runs. */
    public String property(String name) {
        return context.getEnvironment().getRequiredProperty(name);
    }

    /** The names of the beans of a type. */
    List<String> names(Class<?> type) {
        return List.of(context.getBeanNamesForType(type));
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }

    /** An effect, as the handler noted it. */
    public record Effect(String type, String account, long number, UUID eventId) {}

    /** What a test says about an instance before it starts. */
    public static final class Builder {

        private final String name;
        private String topic;
        private @Nullable EventFamily<AccountEvent> family;
        private final Map<String, Object> properties = new LinkedHashMap<>();
        private Class<?> application = JdbcApplication.class;
        private @Nullable BiFunction<AccountService, EventFamily<AccountEvent>, EventHandlers<AccountEvent>> handlers;
        private Consumer<GenericApplicationContext> beans = context -> {};
        private boolean declaresFamily = true;
        private boolean publishesFamily = true;

        private Builder(String name) {
            this.name = name;
            this.topic = name;
            with("spring.application.name", name);
            with("spring.autoconfigure.exclude", WITHOUT_JPA);
            with("management.prometheus.metrics.export.enabled", false);
            with("spring.datasource.username", TestPostgres.USER);
            with("spring.datasource.password", TestPostgres.PASSWORD);
        }

        public Builder with(String property, Object value) {
            properties.put(property, value);
            return this;
        }

        /** The table of handlers; without one the instance only publishes. */
        public Builder handling(
                BiFunction<AccountService, EventFamily<AccountEvent>, EventHandlers<AccountEvent>> handlers) {
            this.handlers = handlers;
            return this;
        }

        /** Handles deposits and withdrawals by noting them. */
        public Builder noting() {
            return handling((service, family) -> EventHandlers.of(family)
                    .on(AccountEvent.Deposited.class, service::note)
                    .on(AccountEvent.Withdrawn.class, service::note)
                    .build());
        }

        public Builder application(Class<?> application) {
            this.application = application;
            return this;
        }

        /** Reads and writes the topic of another service. */
        public Builder on(String topic) {
            this.topic = topic;
            return this;
        }

        /** Another family on its topic. */
        public Builder withFamily(EventFamily<AccountEvent> family) {
            this.family = family;
            return this;
        }

        /** The application declares its family itself. */
        public Builder withoutFamily() {
            declaresFamily = false;
            return this;
        }

        /** Publishes what its table of handlers declares, and nothing else. */
        public Builder publishingOnlyWhatItsTableSays() {
            publishesFamily = false;
            return this;
        }

        public Builder beans(Consumer<GenericApplicationContext> beans) {
            this.beans = beans;
            return this;
        }

        /** Starts the instance on the servers that all tests share. */
        public AccountService start() {
            return start(
                    TestServers.postgres().jdbcUrl(name), TestServers.kafka().bootstrapServers());
        }

        /** Starts the instance on these servers. */
        public AccountService start(String jdbcUrl, String bootstrapServers) {
            properties.putIfAbsent("spring.datasource.url", jdbcUrl);
            properties.putIfAbsent("spring.kafka.bootstrap-servers", bootstrapServers);
            EventFamily<AccountEvent> family = this.family == null ? AccountEvent.on(topic) : this.family;
            ConfigurableApplicationContext context = new SpringApplicationBuilder(application)
                    .initializers(starting -> {
                        GenericApplicationContext registry = (GenericApplicationContext) starting;
                        register(registry, family);
                        beans.accept(registry);
                    })
                    .run(properties.entrySet().stream()
                            .map(property -> "--" + property.getKey() + "=" + property.getValue())
                            .toArray(String[]::new));
            return new AccountService(context, family);
        }

        private void register(GenericApplicationContext context, EventFamily<AccountEvent> family) {
            var table = handlers;
            if (!declaresFamily) {
                return;
            }
            if (publishesFamily) {
                // The tests publish in the name of others, too: all of the family.
                context.registerBean("published", EventFamily.class, () -> family);
            }
            if (table != null) {
                context.registerBean(
                        EventHandlers.class, () -> table.apply(new AccountService(context, family), family));
            }
        }
    }

    /** The application. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class JdbcApplication {}
}
