package dev.mops.billing;

import dev.mops.billing.PaymentGateway.Answer.Approved;
import dev.mops.billing.PaymentGateway.Answer.Declined;
import dev.mops.billing.PaymentGateway.Answer.Refunded;
import dev.mops.billing.PaymentGateway.Answer.Voided;
import java.time.Duration;
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
 * statement commits by itself and is atomic: calls with one key may come at the same time.
 */
@Component
class SimulatedPaymentGateway implements PaymentGateway {

    private static final int CALLS_AWAY = 3;

    private static final String COUNT_CHARGE = """
            INSERT INTO simulator_charge AS c (key, state, charge_calls) VALUES (?, 'UNANSWERED', 1)
            ON CONFLICT (key) DO UPDATE SET charge_calls = c.charge_calls + 1
            RETURNING charge_calls
            """;
    // Only the first answer counts, and none after a void.
    private static final String APPROVE = """
            UPDATE simulator_charge SET state = 'APPROVED', amount_value = ?, amount_currency = ?
            WHERE key = ? AND state = 'UNANSWERED'
            """;
    private static final String DECLINE = """
            UPDATE simulator_charge SET state = 'DECLINED', reason = ? WHERE key = ? AND state = 'UNANSWERED'
            """;
    private static final String READ = "SELECT state, reason FROM simulator_charge WHERE key = ?";
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

    SimulatedPaymentGateway(JdbcTemplate jdbc, @Value("${billing.simulator.slow-answer:2s}") Duration slowAnswer) {
        this.jdbc = jdbc;
        this.slowAnswer = slowAnswer;
    }

    @Override
    public Answer charge(Request.Charge charge) {
        String key = charge.key();
        Integer calls = jdbc.queryForObject(COUNT_CHARGE, Integer.class, key);
        switch (charge.token()) {
            case "tok_approved" -> approve(charge);
            case "tok_slow" -> {
                approve(charge);
                // Afterwards: a caller that does not wait for the answer was charged all the same.
                waitForSlowAnswer();
            }
            case "tok_unavailable" -> {
                if (calls == null || calls <= CALLS_AWAY) {
                    throw new GatewayUnavailableException(key);
                }
                approve(charge);
            }
            case "tok_declined" -> jdbc.update(DECLINE, "The card was declined", key);
            default -> jdbc.update(DECLINE, "The card is invalid", key);
        }
        return answerOf(key);
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

    private void approve(Request.Charge charge) {
        jdbc.update(APPROVE, charge.amount().value(), charge.amount().currency(), charge.key());
    }

    private Answer answerOf(String key) {
        return jdbc.query(
                        READ,
                        (row, n) -> switch (row.getString("state")) {
                            case "APPROVED", "REFUNDED" -> new Approved();
                            case "VOIDED" -> new Declined("voided");
                            default -> new Declined(row.getString("reason"));
                        },
                        key)
                .getFirst();
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
