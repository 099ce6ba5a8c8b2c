package dev.mops.messaging;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** What a transaction remembers of what was loaded for it. */
class PreparedTest {

    private static AccountService service;

    private final Prepared<Integer, String> prepared = new Prepared<>();

    @BeforeAll
    static void start() {
        service = AccountService.named("prepared").withoutFamily().start();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void what_was_looked_for_is_not_asked_for_again_whether_it_was_found_or_not() {
        transaction().executeWithoutResult(status -> {
            prepared.put(List.of(3, 33), List.of("abc"), String::length);

            assertThat(prepared.find(3, PreparedTest::isNotAsked)).contains("abc");
            assertThat(prepared.find(33, PreparedTest::isNotAsked)).isEmpty();
            assertThat(prepared.find(4, PreparedTest::asked)).contains("asked");
        });
    }

    @Test
    void what_was_made_is_found() {
        transaction().executeWithoutResult(status -> {
            prepared.put(List.of(3), List.of(), String::length);
            prepared.add(3, "new");

            assertThat(prepared.find(3, PreparedTest::isNotAsked)).contains("new");
        });
    }

    @Test
    void what_was_loaded_twice_is_known_of_both_times() {
        transaction().executeWithoutResult(status -> {
            prepared.put(List.of(1), List.of("a"), String::length);
            prepared.put(List.of(2), List.of("ab"), String::length);

            assertThat(prepared.find(1, PreparedTest::isNotAsked)).contains("a");
            assertThat(prepared.find(2, PreparedTest::isNotAsked)).contains("ab");
        });
    }

    @Test
    void another_transaction_knows_nothing_of_it() {
        transaction().executeWithoutResult(status -> {
            prepared.put(List.of(3), List.of("abc"), String::length);
            TransactionTemplate inner = transaction();
            inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
            inner.executeWithoutResult(innerStatus ->
                    assertThat(prepared.find(3, PreparedTest::asked)).contains("asked"));

            assertThat(prepared.find(3, PreparedTest::isNotAsked)).contains("abc");
        });
        transaction()
                .executeWithoutResult(status ->
                        assertThat(prepared.find(3, PreparedTest::asked)).contains("asked"));
    }

    @Test
    void without_a_transaction_nothing_is_remembered() {
        assertThat(prepared.put(List.of(3), List.of("abc"), String::length)).containsExactly("abc");

        assertThat(prepared.find(3, PreparedTest::asked)).contains("asked");
    }

    private static TransactionTemplate transaction() {
        return new TransactionTemplate(requireNonNull(service.transaction().getTransactionManager()));
    }

    private static Optional<String> asked() {
        return Optional.of("asked");
    }

    private static Optional<String> isNotAsked() {
        throw new AssertionError("asked again");
    }
}
