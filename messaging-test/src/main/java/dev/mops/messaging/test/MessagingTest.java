package dev.mops.messaging.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.annotation.AliasFor;

/**
 * A test of a service's handlers: starts the service on a real PostgreSQL, with the real inbox and outbox, without Kafka and
 * without a server for HTTP. Its controllers are there with what they need, and nobody calls them. What would come from a
 * topic is delivered by a {@link Scenario}, a bean, or by a {@link HandlerContract}; what is published stays in the outbox.
 *
 * <p>The context has a database of its own. Before each test it holds what it held when the service had started.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@SpringBootTest(webEnvironment = WebEnvironment.MOCK)
@ExtendWith(FreshTables.class)
public @interface MessagingTest {

    /** The configuration; the {@code @SpringBootApplication} above the test unless set. */
    @AliasFor(annotation = SpringBootTest.class, attribute = "classes")
    Class<?>[] classes() default {};

    /** Settings, as {@code name=value}. */
    @AliasFor(annotation = SpringBootTest.class, attribute = "properties")
    String[] properties() default {};
}
