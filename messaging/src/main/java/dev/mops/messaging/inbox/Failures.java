package dev.mops.messaging.inbox;

import dev.mops.events.UnreadableEventException;
import dev.mops.messaging.TryLater;
import dev.mops.messaging.held.MovedException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionSystemException;

/** What a failure is, by its whole chain of causes: exceptions arrive wrapped. */
enum Failures {
    /** The database is away, or ended the session: whoever was at work had bad luck, at first. */
    DATABASE_AWAY,
    /** Two transactions were in each other's way, or what was read has moved: it runs again at once. */
    CONTENTION,
    OUTSIDE_AWAY,
    UNREADABLE,
    ORDINARY;

    static Failures of(Throwable thrown) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable cause = thrown; cause != null && seen.add(cause); cause = next(cause)) {
            switch (cause) {
                case TryLater _ -> {
                    return OUTSIDE_AWAY;
                }
                case UnreadableEventException _ -> {
                    return UNREADABLE;
                }
                case MovedException _ -> {
                    return CONTENTION;
                }
                case SQLTransientConnectionException _ -> {
                    return DATABASE_AWAY;
                }
                case SQLException sql -> {
                    Failures byState = byState(sql);
                    if (byState != null) {
                        return byState;
                    }
                }
                default -> {}
            }
        }
        return ORDINARY;
    }

    /** The named event of a failure, which the failure of a rollback may hide. */
    static @Nullable HandlerFailedException named(Throwable thrown) {
        if (thrown instanceof HandlerFailedException named) {
            return named;
        }
        return thrown instanceof TransactionSystemException system
                        && system.getApplicationException() instanceof HandlerFailedException named
                ? named
                : null;
    }

    // What the rollback says comes second: the connection is closed because of what came first.
    private static @Nullable Throwable next(Throwable thrown) {
        return thrown instanceof TransactionSystemException system && system.getApplicationException() != null
                ? system.getApplicationException()
                : thrown.getCause();
    }

    /** By the classes of <a href="https://www.postgresql.org/docs/18/errcodes-appendix.html">PostgreSQL's error codes</a>. */
    private static @Nullable Failures byState(SQLException e) {
        String state = e.getSQLState();
        if (state == null) {
            // The pool's own word for a connection that it has given up since the database ended it.
            return "Connection is closed".equals(e.getMessage()) ? DATABASE_AWAY : null;
        }
        if (state.equals("40001") || state.equals("40P01")) {
            return CONTENTION;
        }
        // Connection lost, resources used up, session ended by an administrator, or by a timeout of its transaction.
        return state.startsWith("08")
                        || state.startsWith("53")
                        || state.startsWith("57P")
                        || state.equals("25P03")
                        || state.equals("25P04")
                ? DATABASE_AWAY
                : null;
    }
}
