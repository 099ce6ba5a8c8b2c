package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import tools.jackson.databind.JsonNode;

/**
 * A service in which an event fails, dies, is mended and replayed, and two wait behind it. It dies after so many of the
 * statements that write the ledger, the inbox or the outbox, and of the commits among them.
 */
public final class CrashingHeldEvents {

    static final int CRASHED = 42;

    private static final AtomicInteger STATEMENTS = new AtomicInteger();
    private static final ThreadLocal<Boolean> WROTE = ThreadLocal.withInitial(() -> false);
    private static int crashAfter = Integer.MAX_VALUE;
    private static volatile boolean armed;

    private CrashingHeldEvents() {}

    /** Starts with the addresses of PostgreSQL and Kafka, a name and the number of statements after which it dies. */
    public static void main(String[] args) {
        ChildProcess.endWithParent();
        crashAfter = Integer.parseInt(args[3]);
        armed = true;
        try (AccountService service = start(args[0], args[1], args[2])) {
            live(service);
        }
        // Nobody died: there are fewer statements.
        System.exit(0);
    }

    /** The same service, in the process that calls. */
    static AccountService start(String jdbcUrl, String bootstrapServers, String name) {
        return Operators.welcome(AccountService.named(name))
                .with("spring.kafka.consumer.properties.session.timeout.ms", 1000)
                .with("spring.kafka.consumer.properties.heartbeat.interval.ms", 200)
                .with("mops.messaging.concurrency", 1)
                .with("mops.messaging.retry-delays", "5ms")
                .with("mops.messaging.sweep-interval", "100ms")
                .with("mops.messaging.sweep-grace", "300ms")
                .beans(context -> context.registerBean(
                        "crashingDataSource", BeanPostProcessor.class, CrashingHeldEvents::postProcessor))
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            if (accounts.count("bank_book WHERE key = 'mended'") == 0) {
                                throw new IllegalStateException("not mended yet");
                            }
                            accounts.note(withdrawn, metadata);
                        })
                        .build())
                .start(jdbcUrl, bootstrapServers);
    }

    /** What happens; whoever comes after a crash goes on with it. */
    static void live(AccountService service) {
        service.inTransaction(() -> {
            service.touch("a");
            if (service.count("published") == 0) {
                service.jdbc().update("INSERT INTO published (account, number) VALUES ('a', 0)");
                service.outbox().publish(new Withdrawn("a", 1));
                service.outbox().publish(new Deposited("a", 2));
                service.outbox().publish(new Deposited("a", 3));
            }
        });
        Operators operators = Operators.of(service);
        await().until(() -> service.count("held_key WHERE state = 'DEAD'") == 1
                || service.count("effect") > 0
                || service.count("bank_book WHERE key = 'mended'") > 0);
        service.jdbc().update("INSERT INTO bank_book (key) SELECT 'mended' WHERE NOT EXISTS (SELECT FROM bank_book)");
        await().until(() -> {
            for (JsonNode letter : operators.get("deadletters").body().path("deadLetters")) {
                operators.post(
                        "deadletters/" + letter.path("id").asLong(),
                        "{\"action\": \"replay\", \"reason\": \"mended\", \"force\": true}");
            }
            return service.count("effect") >= 3;
        });
        await().untilAsserted(() -> assertThat(service.count("held_event")).isZero());
        await().untilAsserted(() -> assertThat(service.count("outbox_event")).isZero());
    }

    private static BeanPostProcessor postProcessor() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String beanName) {
                return bean instanceof DataSource source ? proxy(DataSource.class, source) : bean;
            }
        };
    }

    /** Counts what is done through a data source, its connections and their statements. */
    @SuppressWarnings("unchecked")
    private static <T> T proxy(Class<T> type, T target) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
            Object result;
            try {
                result = method.invoke(target, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            if (result instanceof PreparedStatement statement
                    && method.getName().equals("prepareStatement")) {
                String sql = String.valueOf(arguments[0]).strip().toLowerCase(Locale.ROOT);
                boolean writes = List.of("insert", "update", "delete").stream().anyMatch(sql::startsWith)
                        && List.of("held_", "inbox_event", "outbox_event", "dead_letter").stream()
                                .anyMatch(sql::contains);
                return writes ? counting(statement) : statement;
            }
            if (result instanceof Connection connection) {
                return proxy(Connection.class, connection);
            }
            if (method.getName().equals("commit") && WROTE.get()) {
                WROTE.set(false);
                count();
            }
            return result;
        });
    }

    private static PreparedStatement counting(PreparedStatement target) {
        return (PreparedStatement) Proxy.newProxyInstance(
                PreparedStatement.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                (self, method, arguments) -> {
                    try {
                        Object result = method.invoke(target, arguments);
                        if (method.getName().startsWith("execute")) {
                            WROTE.set(true);
                            count();
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static void count() {
        if (armed && STATEMENTS.incrementAndGet() == crashAfter) {
            Runtime.getRuntime().halt(CRASHED);
        }
    }
}
