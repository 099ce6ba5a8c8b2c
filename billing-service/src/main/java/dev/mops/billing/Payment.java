package dev.mops.billing;

import static java.util.Objects.requireNonNull;

import dev.mops.billing.PaymentGateway.Answer;
import dev.mops.billing.PaymentGateway.Request;
import dev.mops.events.order.InventoryReserved;
import dev.mops.events.order.Money;
import dev.mops.events.order.OrderCreated;
import dev.mops.events.order.OrderEvent;
import dev.mops.events.order.OrderPaid;
import dev.mops.events.order.OrderRefunded;
import dev.mops.events.order.PaymentDeclined;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The payment of an order: what is to be paid, and how far it is. */
@Entity
class Payment {

    @Id
    private UUID orderId;

    private UUID paymentId;

    @Enumerated(EnumType.STRING)
    private PaymentStatus status;

    private @Nullable Long amountValue;
    private @Nullable String amountCurrency;
    private @Nullable String paymentToken;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected Payment() {}

    Payment(UUID orderId, UUID paymentId) {
        this.orderId = orderId;
        this.paymentId = paymentId;
        this.status = PaymentStatus.NEW;
    }

    /** Takes an event from the log. */
    void on(OrderEvent event) {
        if (status == PaymentStatus.NEW && event instanceof OrderCreated created) {
            amountValue = created.total().value();
            amountCurrency = created.total().currency();
            paymentToken = created.paymentToken();
        }
        move(status.on(event));
    }

    /** Takes the gateway's answer. Returns what is to be published. */
    Optional<OrderEvent> on(Answer answer) {
        move(status.on(answer));
        return switch (answer) {
            case Answer.Approved _ -> Optional.of(new OrderPaid(orderId, paymentId, knownAmount()));
            case Answer.Declined declined -> Optional.of(new PaymentDeclined(orderId, paymentId, declined.reason()));
            case Answer.Voided _ -> Optional.empty();
            case Answer.Refunded _ -> Optional.of(new OrderRefunded(orderId, paymentId, knownAmount()));
        };
    }

    /** An operator gave an event up. Returns what is to be published. */
    Optional<OrderEvent> discard(OrderEvent event) {
        PaymentStatus before = status;
        move(status.onDiscard(event));
        boolean wasToBePaid = event instanceof OrderCreated || event instanceof InventoryReserved;
        return wasToBePaid && status != before
                ? Optional.of(new PaymentDeclined(orderId, paymentId, "Discarded by an operator"))
                : Optional.empty();
    }

    /** What is to be asked of the gateway: by the state alone, so that an intent that is open is asked again. */
    Optional<Request> dueRequest() {
        return switch (status) {
            case CHARGING ->
                Optional.of(
                        new Request.Charge(chargeKey(), knownAmount(), requireNonNull(paymentToken, "paymentToken")));
            case VOIDING -> Optional.of(new Request.VoidCharge(chargeKey()));
            case REFUNDING -> Optional.of(new Request.Refund("refund:" + orderId, chargeKey()));
            case NEW, OPEN, PAID, DECLINED, VOIDED, REFUNDED, SETTLED -> Optional.empty();
        };
    }

    UUID orderId() {
        return orderId;
    }

    UUID paymentId() {
        return paymentId;
    }

    PaymentStatus status() {
        return status;
    }

    /** What is to be paid; null where the order ended before billing heard of its beginning. */
    @Nullable Money amount() {
        return amountValue == null || amountCurrency == null ? null : new Money(amountValue, amountCurrency);
    }

    private Money knownAmount() {
        return requireNonNull(amount(), "amount");
    }

    private String chargeKey() {
        return "charge:" + orderId;
    }

    private void move(PaymentStatus next) {
        status = next;
        if (!status.mayCharge()) {
            // Nobody needs it any more: voids and refunds name the charge.
            paymentToken = null;
        }
    }
}
