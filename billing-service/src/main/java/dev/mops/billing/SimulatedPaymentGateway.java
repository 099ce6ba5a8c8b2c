package dev.mops.billing;

import static java.util.Objects.requireNonNull;

import dev.mops.billing.PaymentGateway.Answer.Approved;
import dev.mops.billing.PaymentGateway.Answer.Declined;
import dev.mops.billing.PaymentGateway.Answer.Refunded;
import dev.mops.billing.PaymentGateway.Answer.Voided;
import dev.mops.web.GroupCommit;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * A payment gateway that moves no money. Its payment tokens:
 *
 * <ul>
 *   <li>{@code tok_approved} is approved,
 *   <li>{@code tok_declined} is declined,
 *   <li>{@code tok_slow} is approved, and the answer takes its time,
 *   <li>{@code tok_unavailable} finds the gateway away for the first three calls, then is approved,
 *   <li>any other is an invalid card, and declined.
 * </ul>
 *
 * <p>It keeps books of its own in {@code simulator_charge}, which survive a crash and tell what was really charged. Each
 * statement is atomic: calls with one key may come at the same time.
 */
@Component
class SimulatedPaymentGateway implements PaymentGateway {

    private static final int CALLS_AWAY = 3;
    private static final int MOST_AT_ONCE = 500;

    // Only the first answer counts, and none after a void.
    private static final String CHARGE = """
            INSERT INTO simulator_charge AS c (key, state, reason, amount_value, amount_currency, charge_calls)
            SELECT *, 1 FROM unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[]) AS asked (key) ORDER BY key
            ON CONFLICT (key) DO UPDATE SET
                charge_calls = c.charge_calls + 1,
                (state, reason, amount_value, amount_currency) = (
                    SELECT CASE WHEN c.state = 'UNANSWERED' THEN excluded.state ELSE c.state END,
                        CASE WHEN c.state = 'UNANSWERED' THEN excluded.reason ELSE c.reason END,
                        CASE WHEN c.state = 'UNANSWERED' THEN excluded.amount_value ELSE c.amount_value END,
                        CASE WHEN c.state = 'UNANSWERED' THEN excluded.amount_currency ELSE c.amount_currency END)
            RETURNING key, state, reason, charge_calls
            """;
    private static final String APPROVE = """
            UPDATE simulator_charge SET state = 'APPROVED', amount_value = ?, amount_currency = ?
            WHERE key = ? AND state = 'UNANSWERED'
            """;
    private static final String READ = "SELECT key, state, reason, charge_calls FROM simulator_charge WHERE key = ?";
    private static final String VOID = """
            INSERT INTO simulator_charge AS c (key, state, void_calls) VALUES (?, 'VOIDED', 1)
            ON CONFLICT (key) DO UPDATE SET
                void_calls = c.void_calls + 1,
                state = CASE WHEN c.state IN ('UNANSWERED', 'APPROVED') THEN 'VOIDED' ELSE c.state END
            """;
    private static final String REFUND = """
            UPDATE simulator_charge SET state = 'REFUNDED', refund_key = ?, refund_calls = refund_calls + 1
            WHERE key = ? AND (state = 'APPROVED' OR state = 'REFUNDED' AND refund_key = ?)
            """;

    private final JdbcTemplate jdbc;
    private final Duration slowAnswer;
    private final GroupCommit<Asked, Entry> charges;

    SimulatedPaymentGateway(JdbcTemplate jdbc, @Value("${billing.simulator.slow-answer:2s}") Duration slowAnswer) {
        this.jdbc = jdbc;
        this.slowAnswer = slowAnswer;
        // What the outside world costs is not ours to measure: calls at the same time share a commit.
        this.charges = new GroupCommit<>(MOST_AT_ONCE, this::enter);
    }

    @Override
    public Answer charge(Request.Charge charge) {
        Entry entry = charges.ask(Asked.of(charge));
        if (charge.token().equals("tok_unavailable")) {
            if (entry.calls() <= CALLS_AWAY) {
                throw new GatewayUnavailableException(charge.key());
            }
            jdbc.update(APPROVE, charge.amount().value(), charge.amount().currency(), charge.key());
            return jdbc.query(READ, (row, _) -> Entry.of(row), charge.key())
                    .getFirst()
                    .answer();
        }
        if (charge.token().equals("tok_slow")) {
            // Afterwards: a caller that does not wait for the answer was charged all the same.
            waitForSlowAnswer();
        }
        return entry.answer();
    }

    @Override
    public Answer voidCharge(Request.VoidCharge voidCharge) {
        jdbc.update(VOID, voidCharge.charge());
        return new Voided();
    }

    @Override
    public Answer refund(Request.Refund refund) {
        if (jdbc.update(REFUND, refund.key(), refund.charge(), refund.key()) == 0) {
            throw new IllegalStateException("There is nothing to refund for " + refund.charge());
        }
        return new Refunded();
    }

    private List<Supplier<Entry>> enter(List<Asked> group) {
        Map<String, Entry> entries = new HashMap<>();
        jdbc.query(
                connection -> {
                    var statement = connection.prepareStatement(CHARGE);
                    statement.setArray(1, array(connection, "text", group, Asked::key));
                    statement.setArray(2, array(connection, "text", group, Asked::state));
                    statement.setArray(3, array(connection, "text", group, Asked::reason));
                    statement.setArray(4, array(connection, "bigint", group, Asked::amountValue));
                    statement.setArray(5, array(connection, "text", group, Asked::amountCurrency));
                    return statement;
                },
                row -> {
                    Entry entry = Entry.of(row);
                    entries.put(entry.key(), entry);
                });
        return group.stream()
                .<Supplier<Entry>>map(asked -> () -> requireNonNull(entries.get(asked.key()), asked.key()))
                .toList();
    }

    private static Array array(
            Connection connection, String type, List<Asked> group, Function<Asked, @Nullable Object> value)
            throws SQLException {
        return connection.createArrayOf(type, group.stream().map(value).toArray());
    }

    /** What a token has the gateway answer, where it did not answer before. */
    private record Asked(
            String key,
            String state,
            @Nullable String reason,
            @Nullable Long amountValue,
            @Nullable String amountCurrency) {

        static Asked of(Request.Charge charge) {
            return switch (charge.token()) {
                case "tok_approved", "tok_slow" ->
                    new Asked(
                            charge.key(),
                            "APPROVED",
                            null,
                            charge.amount().value(),
                            charge.amount().currency());
                case "tok_unavailable" -> new Asked(charge.key(), "UNANSWERED", null, null, null);
                case "tok_declined" -> declined(charge, "The card was declined");
                default -> declined(charge, "The card is invalid");
            };
        }

        private static Asked declined(Request.Charge charge, String reason) {
            return new Asked(charge.key(), "DECLINED", reason, null, null);
        }
    }

    /** What the books say of a charge. */
    private record Entry(String key, String state, @Nullable String reason, int calls) {

        static Entry of(ResultSet row) throws SQLException {
            return new Entry(row.getString(1), row.getString(2), row.getString(3), row.getInt(4));
        }

        Answer answer() {
            return switch (state) {
                case "APPROVED", "REFUNDED" -> new Approved();
                case "VOIDED" -> new Declined("voided");
                default -> new Declined(requireNonNull(reason, state));
            };
        }
    }

    private void waitForSlowAnswer() {
        try {
            Thread.sleep(slowAnswer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the payment gateway", e);
        }
    }
}
