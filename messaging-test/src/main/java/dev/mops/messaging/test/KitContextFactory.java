package dev.mops.messaging.test;

import dev.mops.test.TestPostgres;
import dev.mops.test.TestServers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Brings the kit into the context of a {@link MessagingTest}. */
final class KitContextFactory implements ContextCustomizerFactory {

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configuration) {
        return TestContextAnnotationUtils.hasAnnotation(testClass, MessagingTest.class) ? new Customizer() : null;
    }

    /**
     * Equal to any other, so that tests share a context. The one whose context is loaded gives it its database and its
     * clock, and gives both to the one that is loaded after a restart, too.
     */
    private static final class Customizer implements ContextCustomizer {

        private static final AtomicInteger DATABASES = new AtomicInteger();

        private final KitClock clock = new KitClock();

        private @Nullable String jdbcUrl;

        @Override
        public synchronized void customizeContext(
                ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
            if (jdbcUrl == null) {
                jdbcUrl = newDatabase();
            }
            context.getBeanFactory().registerSingleton("kitContext", new KitContext(jdbcUrl, clock, configuration));
            new AnnotatedBeanDefinitionReader((BeanDefinitionRegistry) context.getBeanFactory())
                    .register(KitConfiguration.class);
        }

        private static String newDatabase() {
            String database = "kit_" + DATABASES.incrementAndGet();
            String jdbcUrl = TestServers.postgres().jdbcUrl(database);
            try (Connection connection =
                            DriverManager.getConnection(jdbcUrl, TestPostgres.USER, TestPostgres.PASSWORD);
                    Statement statement = connection.createStatement()) {
                // Thousands of small transactions, and a server that nobody kills: there is nothing to wait for.
                statement.execute("ALTER DATABASE " + database + " SET synchronous_commit = off");
            } catch (SQLException e) {
                throw new IllegalStateException("The database of the test can't be set up", e);
            }
            return jdbcUrl;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Customizer;
        }

        @Override
        public int hashCode() {
            return Customizer.class.hashCode();
        }
    }

    /**
     * What a context was made of.
     *
     * @param jdbcUrl of its database
     * @param clock goes on through a restart
     * @param configuration makes another context that is the same
     */
    record KitContext(String jdbcUrl, KitClock clock, MergedContextConfiguration configuration) {}
}
