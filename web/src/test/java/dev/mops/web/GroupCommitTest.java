package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

class GroupCommitTest {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<List<Integer>> groups = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void who_comes_alone_is_a_group_of_its_own() {
        GroupCommit<Integer, String> commit = new GroupCommit<>(10, this::answers);

        assertThat(commit.ask(1)).isEqualTo("1!");
        assertThat(commit.ask(2)).isEqualTo("2!");

        assertThat(groups).containsExactly(List.of(1), List.of(2));
    }

    @Test
    void who_comes_while_a_group_is_at_work_is_one_of_the_next_and_gets_its_own_answer() throws Exception {
        assertThat(behindASlowOne(10, this::answers, 1, 2, 3)).containsExactly("1!", "2!", "3!");

        assertThat(groups).hasSize(2);
        assertThat(groups.get(1)).containsExactlyInAnyOrder(1, 2, 3);
    }

    @Test
    void a_group_has_no_more_than_its_most() throws Exception {
        behindASlowOne(2, this::answers, 1, 2, 3, 4, 5);

        assertThat(groups).allSatisfy(group -> assertThat(group).hasSizeBetween(1, 2));
        assertThat(groups.stream().flatMap(List::stream)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
    }

    @Test
    void what_is_thrown_for_one_request_is_thrown_to_who_asked_for_it_alone() throws Exception {
        List<String> answers = behindASlowOne(
                10,
                group -> {
                    groups.add(group);
                    return group.stream()
                            .map(request -> (Supplier<String>) () -> {
                                if (request == 2) {
                                    throw new IllegalArgumentException("not two");
                                }
                                return request + "!";
                            })
                            .toList();
                },
                1,
                2,
                3);

        assertThat(answers).containsExactly("1!", "java.lang.IllegalArgumentException: not two", "3!");
        assertThat(groups).hasSize(2);
    }

    @Test
    void nobody_fails_of_anothers_request() throws Exception {
        List<String> answers = behindASlowOne(
                10,
                group -> {
                    groups.add(group);
                    if (group.contains(2)) {
                        throw new IllegalArgumentException("not with two");
                    }
                    return answersOf(group);
                },
                1,
                2,
                3);

        assertThat(answers).containsExactly("1!", "java.lang.IllegalArgumentException: not with two", "3!");
        assertThat(groups).contains(List.of(1), List.of(2), List.of(3));
    }

    @Test
    void where_the_database_is_away_all_are_told_at_once() throws Exception {
        List<String> answers = behindASlowOne(
                10,
                group -> {
                    groups.add(group);
                    if (!group.contains(0)) {
                        throw new DataAccessResourceFailureException("away");
                    }
                    return answersOf(group);
                },
                1,
                2,
                3);

        assertThat(answers).allMatch(answer -> answer.endsWith("away"));
        assertThat(groups).hasSize(2);
    }

    @Test
    void a_commit_of_which_nobody_knows_whether_it_took_effect_is_not_tried_again() throws Exception {
        List<String> answers = behindASlowOne(
                10,
                group -> {
                    groups.add(group);
                    if (!group.contains(0)) {
                        throw new TransactionSystemException(
                                "Unable to commit",
                                new SQLException("I/O error", "08006", new IOException("Broken pipe")));
                    }
                    return answersOf(group);
                },
                1,
                2,
                3);

        assertThat(answers).allMatch(answer -> answer.contains("Unable to commit"));
        assertThat(groups).hasSize(2);
    }

    @Test
    void a_rollback_that_failed_does_not_hide_that_the_database_is_away() throws Exception {
        List<String> answers = behindASlowOne(
                10,
                group -> {
                    groups.add(group);
                    if (!group.contains(0)) {
                        TransactionSystemException rollback = new TransactionSystemException("no rollback");
                        rollback.initApplicationException(
                                new UncategorizedSQLException("a", "query", new SQLException("shutdown", "57P01")));
                        throw rollback;
                    }
                    return answersOf(group);
                },
                1,
                2,
                3);

        assertThat(answers).allMatch(answer -> answer.contains("no rollback"));
        assertThat(groups).hasSize(2);
    }

    @Test
    void once_one_alone_finds_the_database_away_the_others_are_told_so() throws Exception {
        List<String> answers = behindASlowOne(
                10,
                group -> {
                    groups.add(group);
                    if (group.size() > 1) {
                        throw new IllegalArgumentException("not together");
                    }
                    if (!group.contains(0)) {
                        throw new CannotCreateTransactionException("away");
                    }
                    return answersOf(group);
                },
                1,
                2,
                3);

        assertThat(answers).allMatch(answer -> answer.contains("away"));
        assertThat(groups).hasSize(3);
    }

    @Test
    void a_group_that_breaks_off_leaves_nobody_waiting() throws Exception {
        List<String> answers = behindASlowOne(
                10,
                group -> {
                    if (!group.contains(0)) {
                        throw new StackOverflowError("too deep");
                    }
                    return answersOf(group);
                },
                1,
                2);

        assertThat(answers)
                .containsExactlyInAnyOrder(
                        "java.lang.StackOverflowError: too deep",
                        "java.lang.IllegalStateException: The group of this request broke off");
    }

    @Test
    void a_failure_reaches_who_asks_alone_as_it_is() {
        GroupCommit<Integer, String> commit = new GroupCommit<>(10, group -> {
            throw new IllegalArgumentException("no");
        });

        assertThatIllegalArgumentException().isThrownBy(() -> commit.ask(1)).withMessage("no");
    }

    @Test
    void thousands_that_ask_at_once_all_get_their_answers() throws Exception {
        GroupCommit<Integer, String> commit = new GroupCommit<>(50, this::answers);
        List<Future<String>> asked = IntStream.range(0, 5_000)
                .mapToObj(i -> threads.submit(() -> commit.ask(i)))
                .toList();

        for (int i = 0; i < asked.size(); i++) {
            assertThat(asked.get(i).get()).isEqualTo(i + "!");
        }
        assertThat(groups.stream().mapToInt(List::size).sum()).isEqualTo(5_000);
    }

    @Test
    void who_is_interrupted_gets_its_answer_all_the_same_and_stays_interrupted() throws Exception {
        GroupCommit<Integer, String> commit = new GroupCommit<>(10, this::answers);
        Thread.currentThread().interrupt();

        assertThat(commit.ask(1)).isEqualTo("1!");
        assertThatThrownBy(() -> Thread.sleep(1)).isInstanceOf(InterruptedException.class);
    }

    /** Asks for 0, whose group is at work until all others wait; returns what these got, or what was thrown to them. */
    private List<String> behindASlowOne(
            int most, Function<List<Integer>, List<Supplier<String>>> work, Integer... requests) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        GroupCommit<Integer, String> commit = new GroupCommit<>(most, group -> {
            if (group.contains(0)) {
                begun.countDown();
                awaitQuietly(go);
            }
            return work.apply(group);
        });
        Future<String> slow = threads.submit(() -> commit.ask(0));
        begun.await();
        List<Thread> waiting = new ArrayList<>();
        List<Future<String>> others = new ArrayList<>();
        for (Integer request : requests) {
            others.add(threads.submit(() -> {
                synchronized (waiting) {
                    waiting.add(Thread.currentThread());
                }
                return commit.ask(request);
            }));
        }
        while (!areParked(waiting, requests.length)) {
            Thread.onSpinWait();
        }
        go.countDown();
        assertThat(slow.get()).isEqualTo("0!");
        List<String> answers = new ArrayList<>();
        for (Future<String> other : others) {
            try {
                answers.add(other.get());
            } catch (ExecutionException e) {
                answers.add(String.valueOf(e.getCause()));
            }
        }
        return answers;
    }

    private static boolean areParked(List<Thread> threads, int count) {
        synchronized (threads) {
            return threads.size() == count
                    && threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Supplier<String>> answers(List<Integer> group) {
        groups.add(group);
        return answersOf(group);
    }

    private static List<Supplier<String>> answersOf(List<Integer> group) {
        return group.stream()
                .map(request -> (Supplier<String>) () -> request + "!")
                .toList();
    }
}
