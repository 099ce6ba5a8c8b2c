package dev.mops.messaging.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.UnreadableEventException;
import dev.mops.messaging.TryLater;
import dev.mops.messaging.held.MovedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

class FailuresTest {

    @ParameterizedTest
    @MethodSource
    void a_failure_is_told_by_what_it_is_wrapped_around(Throwable cause, Failures kind) {
        assertThat(Failures.of(cause)).isEqualTo(kind);
        assertThat(Failures.of(new CompletionException(new RuntimeException("wrapped", cause))))
                .isEqualTo(kind);
    }

    static Stream<Arguments> a_failure_is_told_by_what_it_is_wrapped_around() {
        return Stream.of(
                Arguments.of(new TryLater("away"), Failures.OUTSIDE_AWAY),
                Arguments.of(new TryLater("away", new ConnectException()), Failures.OUTSIDE_AWAY),
                Arguments.of(new UnreadableEventException("no event"), Failures.UNREADABLE),
                Arguments.of(new MovedException("moved"), Failures.CONTENTION),
                Arguments.of(new SQLTransientConnectionException("no connection to be had"), Failures.DATABASE_AWAY),
                Arguments.of(new SQLException("Connection is closed"), Failures.DATABASE_AWAY),
                Arguments.of(new SQLException("without a state"), Failures.ORDINARY),
                // An outside that can't be reached is for the call to tell: nobody else knows whose connection it was.
                Arguments.of(new ConnectException(), Failures.ORDINARY),
                Arguments.of(new SocketTimeoutException(), Failures.ORDINARY),
                Arguments.of(new UncheckedIOException(new IOException(new ConnectException())), Failures.ORDINARY),
                Arguments.of(new IllegalStateException(), Failures.ORDINARY),
                Arguments.of(new StackOverflowError(), Failures.ORDINARY));
    }

    @ParameterizedTest
    @CsvSource({
        "08000, DATABASE_AWAY",
        "08006, DATABASE_AWAY",
        "53100, DATABASE_AWAY",
        "53300, DATABASE_AWAY",
        "57P01, DATABASE_AWAY",
        "57P02, DATABASE_AWAY",
        "57P03, DATABASE_AWAY",
        "57P05, DATABASE_AWAY",
        "25P03, DATABASE_AWAY",
        "25P04, DATABASE_AWAY",
        "40001, CONTENTION",
        "40P01, CONTENTION",
        "25P02, ORDINARY",
        "57014, ORDINARY",
        "40002, ORDINARY",
        "23505, ORDINARY",
        "22021, ORDINARY",
        "P0001, ORDINARY"
    })
    void what_the_database_says_is_told_by_its_state(String state, Failures kind) {
        assertThat(Failures.of(new DataAccessResourceFailureException("wrapped", new SQLException("said", state))))
                .isEqualTo(kind);
    }

    @Test
    void a_transaction_that_can_not_begin_found_the_database_away() {
        assertThat(Failures.of(new CannotCreateTransactionException(
                        "none", new SQLTransientConnectionException("timed out", "08001"))))
                .isEqualTo(Failures.DATABASE_AWAY);
    }

    @Test
    void a_rollback_that_fails_too_does_not_hide_what_came_first() {
        TransactionSystemException rollback =
                new TransactionSystemException("no rollback", new SQLException("Connection is closed"));
        rollback.initApplicationException(new TryLater("away"));

        assertThat(Failures.of(rollback)).isEqualTo(Failures.OUTSIDE_AWAY);
    }

    @Test
    void causes_that_lead_back_to_themselves_come_to_an_end() {
        IllegalStateException first = new IllegalStateException();
        IllegalArgumentException second = new IllegalArgumentException(first);
        first.initCause(second);

        assertThat(Failures.of(first)).isEqualTo(Failures.ORDINARY);
    }
}
