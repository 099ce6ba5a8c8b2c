package dev.mops.messaging;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Looks on at the transactions of a service: for tests that count what they do, or end their sessions. */
final class WatchedTransactions {

    static final String COMMIT = "COMMIT";

    private WatchedTransactions() {}

    /** Lets this watcher see each transaction before each of its statements, and before its commit. */
    static Consumer<GenericApplicationContext> by(Consumer<Work> watcher) {
        return context -> context.getBeanFactory().addBeanPostProcessor(new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource pool ? new Watched(pool, watcher) : bean;
            }
        });
    }

    /** A transaction that is at work. */
    static final class Work {

        private final Connection connection;
        private final List<String> statements = new ArrayList<>();
        private final Set<Object> values = new HashSet<>();
        private int firstArray = -1;

        private Work(Connection connection) {
            this.connection = connection;
        }

        /** What it has done so far and does now. */
        List<String> statements() {
            return List.copyOf(statements);
        }

        /** What it does now. */
        String now() {
            return statements.getLast();
        }

        /** Whether some statement so far, or the one of now, has this value; bytes are hex. */
        boolean has(Object value) {
            return values.contains(value);
        }

        /** The length of the first array among its values: how many events or heads it takes. */
        int size() {
            return firstArray;
        }

        /** Ends the session as an administrator would; it is gone when this returns. */
        void kill(AccountService service) {
            try (Connection other = DriverManager.getConnection(
                            service.property("spring.datasource.url"),
                            service.property("spring.datasource.username"),
                            service.property("spring.datasource.password"));
                    PreparedStatement kill = other.prepareStatement("SELECT pg_terminate_backend(?, 30000)")) {
                kill.setInt(1, connection.unwrap(PGConnection.class).getBackendPID());
                kill.execute();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        private void add(@Nullable Object value) {
            if (value instanceof byte[] bytes) {
                values.add(HexFormat.of().formatHex(bytes));
            } else if (value != null) {
                values.add(value);
            }
        }
    }

    private static final class Watched extends DelegatingDataSource {

        private final Consumer<Work> watcher;

        Watched(DataSource pool, Consumer<Work> watcher) {
            super(pool);
            this.watcher = watcher;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return new WatchedConnection(super.getConnection(), watcher).proxy();
        }
    }

    private static final class WatchedConnection {

        private final Connection connection;
        private final Consumer<Work> watcher;
        private @Nullable Work work;

        WatchedConnection(Connection connection, Consumer<Work> watcher) {
            this.connection = connection;
            this.watcher = watcher;
        }

        Connection proxy() {
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, args) -> onConnection(method, args));
        }

        private @Nullable Object onConnection(Method method, Object @Nullable [] args) throws Throwable {
            Work now = work;
            if (method.getName().equals("commit") && now != null) {
                before(now, COMMIT);
            }
            Object result = call(connection, method, args);
            switch (method.getName()) {
                case "setAutoCommit" -> work = connection.getAutoCommit() ? null : new Work(connection);
                case "commit", "rollback" -> work = new Work(connection);
                case "createArrayOf" -> {
                    if (now != null && args != null && args[1] instanceof Object[] elements) {
                        if (now.firstArray < 0) {
                            now.firstArray = elements.length;
                        }
                        for (Object element : elements) {
                            now.add(element);
                        }
                    }
                }
                case "prepareStatement" -> {
                    if (now != null && args != null && result instanceof PreparedStatement statement) {
                        return proxy(statement, now, args[0].toString());
                    }
                }
                default -> {}
            }
            return result;
        }

        private PreparedStatement proxy(PreparedStatement statement, Work now, String sql) {
            return (PreparedStatement) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {PreparedStatement.class}, (proxy, method, args) -> {
                        if (method.getName().startsWith("set") && args != null && args.length > 1) {
                            now.add(args[1]);
                        } else if (method.getName().startsWith("execute")) {
                            before(now, sql);
                        }
                        return call(statement, method, args);
                    });
        }

        private void before(Work now, String statement) {
            now.statements.add(statement);
            watcher.accept(now);
        }

        private static @Nullable Object call(Object target, Method method, Object @Nullable [] args) throws Throwable {
            try {
                return method.invoke(target, args);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        }
    }
}
