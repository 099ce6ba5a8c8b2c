package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a service's connections are set. */
class DatabaseTest {

    @Test
    void a_migration_may_take_longer_than_a_transaction() {
        try (AccountService service = AccountService.named("slow_migration")
                .with("mops.messaging.transaction-timeout", "300ms")
                .with("spring.flyway.locations", "classpath:db/migration,classpath:db/slow-migration")
                .start()) {
            assertThat(service.jdbc().queryForObject("SHOW transaction_timeout", String.class))
                    .isEqualTo("300ms");
            assertThat(service.jdbc().queryForObject("SHOW idle_in_transaction_session_timeout", String.class))
                    .isEqualTo("300ms");
        }
    }

    @Test
    void a_batch_that_the_database_refuses_does_not_repeat_its_values() {
        try (AccountService service =
                AccountService.named("refused_batch").withoutFamily().start()) {
            Throwable refusal = catchThrowable(() -> service.jdbc()
                    .batchUpdate(
                            "INSERT INTO account (id, balance) VALUES (?, 1)",
                            List.of(new Object[] {"secret"}, new Object[] {"secret"})));

            assertThat(text(refusal)).contains("23505").doesNotContain("secret");
        }
    }

    /** As a log would show it, with all causes and SQL's chain of exceptions. */
    private static String text(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        for (Throwable link = failure; link != null; link = link.getCause()) {
            if (link instanceof SQLException sql) {
                text.append(sql.getSQLState());
                for (var next = sql.getNextException(); next != null; next = next.getNextException()) {
                    text.append(next.toString());
                }
            }
        }
        return text.toString();
    }
}
