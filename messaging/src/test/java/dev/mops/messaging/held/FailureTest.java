package dev.mops.messaging.held;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.messaging.held.Failure.Kind;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailureTest {

    @Test
    void what_only_wraps_another_exception_is_looked_through() {
        Throwable wrapped = new CompletionException(new ExecutionException(
                new UndeclaredThrowableException(new IllegalStateException("inside", new RuntimeException("deeper")))));

        Failure failure = Failure.of(Kind.ORDINARY, wrapped, true);

        assertThat(failure).isEqualTo(new Failure(Kind.ORDINARY, "java.lang.IllegalStateException", "inside", true));
    }

    @Test
    void a_message_is_printable_and_short() {
        Failure failure =
                Failure.of(Kind.ORDINARY, new IllegalStateException("a\n\0\u2028b" + "c".repeat(2_000)), false);

        assertThat(failure.message()).startsWith("a bc").hasSize(Failure.LONGEST_MESSAGE);
        assertThat(Failure.of(Kind.ORDINARY, new IllegalStateException(), false).message())
                .isEqualTo("null");
    }
}
