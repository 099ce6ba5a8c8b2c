package dev.mops.billing;

import dev.mops.billing.PaymentGateway.Answer;
import dev.mops.billing.PaymentGateway.Request;
import dev.mops.events.EventCodec;
import dev.mops.events.order.OrderEvent;
import dev.mops.messaging.Outbox;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Follows what the log says of an order, and has its payment charged, voided or refunded. */
@Service
@Transactional
class PaymentService {

    private final Payments payments;
    private final PaymentGateway gateway;
    private final Outbox outbox;

    PaymentService(Payments payments, PaymentGateway gateway, Outbox outbox) {
        this.payments = payments;
        this.gateway = gateway;
        this.outbox = outbox;
    }

    /** Loads and locks the payments of a batch. */
    void lock(List<OrderEvent> events) {
        payments.lock(new HashSet<>(events.stream().map(OrderEvent::orderId).toList()));
    }

    /** Takes an event from the log. */
    void follow(OrderEvent event) {
        Payment payment = paymentOf(event.orderId());
        payment.on(event);
        payments.save(payment);
    }

    /** Takes an event from the log, and says what is to be asked of the gateway now. */
    Optional<Request> intend(OrderEvent event) {
        Payment payment = paymentOf(event.orderId());
        payment.on(event);
        payments.save(payment);
        return payment.dueRequest();
    }

    /**
     * Asks the gateway.
     *
     * @throws GatewayUnavailableException if the gateway is away: only this order waits, and no attempt is used
     */
    @Transactional(propagation = Propagation.NEVER)
    Answer call(Request request) {
        return switch (request) {
            case Request.Charge charge -> gateway.charge(charge);
            case Request.VoidCharge voidCharge -> gateway.voidCharge(voidCharge);
            case Request.Refund refund -> gateway.refund(refund);
        };
    }

    /** Takes the gateway's answer, and publishes what it means for the order. */
    void record(OrderEvent event, Answer answer) {
        paymentOf(event.orderId()).on(answer).ifPresent(outbox::publish);
    }

    /** An operator gave an event up: closes what waits for it, and tells the others. Nobody is called here. */
    void discard(OrderEvent event) {
        Payment payment = paymentOf(event.orderId());
        Optional<OrderEvent> told = payment.discard(event);
        if (payment.status() != PaymentStatus.NEW) {
            payments.save(payment);
        }
        told.ifPresent(outbox::publish);
    }

    private Payment paymentOf(UUID orderId) {
        return payments.find(orderId).orElseGet(() -> new Payment(orderId, EventCodec.newId()));
    }
}
