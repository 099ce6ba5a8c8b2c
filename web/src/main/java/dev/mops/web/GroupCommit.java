package dev.mops.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests that come at the same time share a transaction: while one group is at work, the next one gathers. A request
 * that comes alone is a group of its own and waits for nobody. The work runs on the thread of one of those who ask.
 *
 * @param <Q> a request
 * @param <A> its answer
 */
public final class GroupCommit<Q, A> {

    private final int most;
    private final Function<List<Q>, List<Supplier<A>>> work;
    private final Queue<Waiting<Q, A>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean working = new AtomicBoolean();

    /**
     * @param most requests of a group
     * @param work does what a group asks for in a transaction of its own and gives each its answer, or what is to be
     *     thrown for it, in their order. If it throws, nothing is done.
     */
    public GroupCommit(int most, Function<List<Q>, List<Supplier<A>>> work) {
        this.most = most;
        this.work = work;
    }

    /**
     * Has it done with those that are asked for at the same time, and returns its answer once that is committed. What
     * fails together is tried once more alone, so that nobody fails of another's request; unless the database is away, or
     * went away in the commit: then all are told so.
     */
    public A ask(Q request) {
        Waiting<Q, A> own = new Waiting<>(request, Thread.currentThread());
        waiting.add(own);
        boolean interrupted = false;
        Supplier<A> answer = own.answer;
        while (answer == null) {
            if (working.compareAndSet(false, true)) {
                try {
                    if (own.answer == null) {
                        runToItsEnd(next());
                    }
                } finally {
                    working.set(false);
                }
            } else {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            answer = own.answer;
        }
        // Who came while the last group was at work has found the place taken, and waits to be told that it is free.
        Waiting<Q, A> first = waiting.peek();
        if (first != null) {
            LockSupport.unpark(first.thread);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return answer.get();
    }

    private List<Waiting<Q, A>> next() {
        List<Waiting<Q, A>> group = new ArrayList<>();
        while (group.size() < most) {
            Waiting<Q, A> one = waiting.poll();
            if (one == null) {
                break;
            }
            group.add(one);
        }
        return group;
    }

    /** Whatever is thrown, nobody waits for ever. */
    private void runToItsEnd(List<Waiting<Q, A>> group) {
        try {
            run(group);
        } finally {
            for (Waiting<Q, A> one : group) {
                if (one.answer == null) {
                    one.fail(new IllegalStateException("The group of this request broke off"));
                }
            }
        }
    }

    private void run(List<Waiting<Q, A>> group) {
        try {
            List<Supplier<A>> answers =
                    work.apply(group.stream().map(Waiting::request).toList());
            for (int i = 0; i < group.size(); i++) {
                group.get(i).answer(answers.get(i));
            }
        } catch (RuntimeException e) {
            // Where the database went away, nobody knows whether the commit took effect: that is for the clients to
            // say.
            if (group.size() == 1 || DatabaseAway.isCauseOf(e)) {
                group.forEach(one -> one.fail(e));
            } else {
                runEach(group);
            }
        }
    }

    private void runEach(List<Waiting<Q, A>> group) {
        RuntimeException away = null;
        for (Waiting<Q, A> one : group) {
            if (away == null) {
                run(List.of(one));
                RuntimeException failure = one.failure;
                away = failure != null && DatabaseAway.isCauseOf(failure) ? failure : null;
            } else {
                one.fail(away);
            }
        }
    }

    /** A request whose thread waits. */
    private static final class Waiting<Q, A> {

        private final Q request;
        private final Thread thread;
        private volatile @Nullable Supplier<A> answer;
        private @Nullable RuntimeException failure;

        Waiting(Q request, Thread thread) {
            this.request = request;
            this.thread = thread;
        }

        Q request() {
            return request;
        }

        void answer(Supplier<A> given) {
            answer = given;
            LockSupport.unpark(thread);
        }

        void fail(RuntimeException e) {
            failure = e;
            answer(() -> {
                throw e;
            });
        }
    }
}
