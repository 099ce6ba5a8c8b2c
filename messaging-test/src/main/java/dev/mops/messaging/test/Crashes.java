package dev.mops.messaging.test;

import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;

/** Ends a transaction that is about to commit, as the end of its process would: all of it is gone. */
final class Crashes {

    /** How many commits go through before the crash; less than zero where none is to come. */
    private int commitsLeft = -1;

    private boolean crashed;

    /**
     * Runs a delivery that crashes before one of its commits: from there on nothing begins and nothing commits, whatever
     * the delivery does about it.
     *
     * @param commits how many go through before
     * @return whether it came so far
     */
    boolean crash(int commits, Runnable delivery) {
        begin(commits);
        try {
            delivery.run();
            return hasCrashed();
        } catch (Crash e) {
            return true;
        } finally {
            end();
        }
    }

    private synchronized void begin(int commits) {
        commitsLeft = commits;
        crashed = false;
    }

    private synchronized void end() {
        commitsLeft = -1;
        crashed = false;
    }

    PlatformTransactionManager before(PlatformTransactionManager transactions) {
        return new Crashing(transactions);
    }

    private synchronized boolean isDueAtCommit() {
        if (commitsLeft >= 0) {
            commitsLeft--;
            crashed = commitsLeft < 0;
        }
        return crashed;
    }

    private synchronized boolean hasCrashed() {
        return crashed;
    }

    private final class Crashing implements PlatformTransactionManager {

        private final PlatformTransactionManager transactions;

        Crashing(PlatformTransactionManager transactions) {
            this.transactions = transactions;
        }

        @Override
        public TransactionStatus getTransaction(@Nullable TransactionDefinition definition) {
            if (hasCrashed()) {
                throw new Crash();
            }
            return transactions.getTransaction(definition);
        }

        @Override
        public void commit(TransactionStatus status) {
            if (status.isNewTransaction() && !status.isRollbackOnly() && isDueAtCommit()) {
                transactions.rollback(status);
                throw new Crash();
            }
            transactions.commit(status);
        }

        @Override
        public void rollback(TransactionStatus status) {
            transactions.rollback(status);
        }
    }

    /** To the read path, the database is away: it gives up at once, and no event is held for it. */
    @SuppressWarnings("serial")
    static final class Crash extends CannotCreateTransactionException {

        Crash() {
            super("The process ends here", new SQLTransientConnectionException("The process ends here"));
        }
    }
}
