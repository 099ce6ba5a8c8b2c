package dev.mops.messaging.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.messaging.deadletter.DeadLetterViews.Acted;
import dev.mops.messaging.held.Head;
import dev.mops.messaging.held.Ledger;
import dev.mops.messaging.inbox.ForgottenEventException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/** What operators do to dead letters: each act in one transaction with its line in the audit. */
final class DeadLetterActs {

    /** What can be done to a dead letter. */
    enum Action {
        REPLAY,
        DISCARD,
        EDIT;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * An act on one dead letter.
     *
     * @param payload the JSON that replaces the payload, of an edit
     * @param force replays it however often it was replayed before
     * @param version the one that the operator has seen; null for any
     * @param bulk the act on many to which this one belongs; null for none
     */
    record Command(
            Action action,
            String reason,
            @Nullable String payload,
            boolean force,
            @Nullable Long version,
            Operator operator,
            @Nullable Long bulk) {}

    private static final String AUDIT = """
            INSERT INTO dead_letter_audit (operator, verified, action, reason, bulk_id, consumer_group, held_event_id,
                source, event_id, type, key, error_class, previous_value)
            SELECT ?, ?, ?, ?, ?, consumer_group, id, source, event_id, type, key, error_class,
                CASE WHEN ? THEN value END
            FROM held_event WHERE id = ?
            """;

    private final Ledger ledger;
    private final DeadLetters letters;
    private final Map<String, Mending<?>> mendingByTopic;
    private final TransactionOperations transaction;
    private final JdbcTemplate jdbc;
    private final int maxReplays;

    DeadLetterActs(
            Ledger ledger,
            DeadLetters letters,
            Map<String, Mending<?>> mendingByTopic,
            TransactionOperations transaction,
            JdbcTemplate jdbc,
            int maxReplays) {
        this.ledger = ledger;
        this.letters = letters;
        this.mendingByTopic = mendingByTopic;
        this.transaction = transaction;
        this.jdbc = jdbc;
        this.maxReplays = maxReplays;
    }

    /**
     * Acts on a dead letter.
     *
     * @throws RefusedException if it is not dead, has moved, or the act is not allowed
     */
    Acted act(long id, Command command) {
        Acted acted = transaction.execute(status -> {
            Head head = lockedDeadHead(id, command.version());
            if (command.action() == Action.REPLAY && head.replays() >= maxReplays && !command.force()) {
                throw RefusedException.conflict("It was replayed " + head.replays()
                        + " times already, and died each time: force does it once more");
            }
            // Before the act: a discard takes the row away.
            jdbc.update(
                    AUDIT,
                    command.operator().name(),
                    command.operator().verified(),
                    command.action().text(),
                    command.reason(),
                    command.bulk(),
                    command.action() == Action.EDIT,
                    id);
            return switch (command.action()) {
                case REPLAY -> new Acted(id, "replay", "RETRYING", ledger.replay(head));
                case DISCARD -> {
                    // Nobody knows whether it took effect; who discards it says that it did. There is nothing to close.
                    if (!head.hasFailedOf(ForgottenEventException.class)) {
                        mending(head).discard(head.record());
                    }
                    ledger.leave(List.of(head));
                    ledger.wakeNext(head.key());
                    yield new Acted(id, "discard", "DISCARDED", null);
                }
                case EDIT -> new Acted(id, "edit", "DEAD", edit(head, command.payload()));
            };
        });
        if (acted == null) {
            throw new IllegalStateException("The act on " + id + " led to nothing");
        }
        return acted;
    }

    private Head lockedDeadHead(long id, @Nullable Long version) {
        Head read = ledger.head(id).orElseThrow(() -> letters.gone(id));
        ledger.lock(Set.of(read.key()));
        // Again: another operator may have been faster.
        Head head = ledger.head(id).orElseThrow(() -> letters.gone(id));
        if (!head.dead()) {
            throw RefusedException.conflict("It is not dead: it runs again by itself");
        }
        if (version != null && version != head.version()) {
            throw RefusedException.conflict(
                    "It has changed: its version is " + head.version() + " by now, not " + version);
        }
        return head;
    }

    private long edit(Head head, @Nullable String payload) {
        if (payload == null) {
            throw RefusedException.badRequest("payload", "must be a JSON object");
        }
        byte[] value = payload.getBytes(UTF_8);
        mending(head).checkEdit(head.record(), value, payload, head.calling());
        return ledger.edit(head, value);
    }

    private Mending<?> mending(Head head) {
        Mending<?> mending = mendingByTopic.get(head.record().topic());
        if (mending == null) {
            throw RefusedException.conflict(
                    "Nobody here handles " + head.record().topic() + " any more");
        }
        return mending;
    }
}
