package dev.mops.web;

import java.sql.SQLException;
import java.util.List;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** How it shows that the database was not there, or not for this session: what was asked of it may have taken effect. */
final class DatabaseAway {

    /** SQLSTATEs: connection, resources, shutdown or crash, idle and transaction timeout. */
    private static final List<String> AWAY = List.of("08", "53", "57P", "25P03", "25P04");

    private DatabaseAway() {}

    // Hibernate and Spring name few of the states with which PostgreSQL says that it goes, is full, or ends a session.
    static boolean isCauseOf(Throwable e) {
        for (Throwable link = e; link != null; link = link.getCause()) {
            if (link instanceof CannotCreateTransactionException
                    || link instanceof NonTransientDataAccessResourceException
                    || link instanceof TransientDataAccessException
                    || (link instanceof SQLException sql && isAway(sql))) {
                return true;
            }
            // Where the rollback failed, too, it hides what made it necessary.
            if (link instanceof TransactionSystemException rollback
                    && rollback.getApplicationException() != null
                    && isCauseOf(rollback.getApplicationException())) {
                return true;
            }
        }
        return false;
    }

    // The pool's own word for a connection that it has given up since the database ended it has no state.
    private static boolean isAway(SQLException e) {
        return e.getSQLState() == null
                ? "Connection is closed".equals(e.getMessage())
                : AWAY.stream().anyMatch(e.getSQLState()::startsWith);
    }
}
