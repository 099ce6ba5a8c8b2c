package dev.mops.billing;

import dev.mops.events.order.Money;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The door for HTTP. */
@RestController
class PaymentController {

    private final Payments payments;

    PaymentController(Payments payments) {
        this.payments = payments;
    }

    /** The payments of an order; none where billing has not heard of the order. */
    @GetMapping("/payments")
    @Transactional(readOnly = true)
    List<PaymentView> payments(@RequestParam UUID orderId) {
        return payments.find(orderId).map(PaymentView::of).stream().toList();
    }

    /**
     * A payment as its customer sees it.
     *
     * @param amount null where the order ended before billing heard of its beginning
     * @param refunded whether money was taken and given back
     */
    record PaymentView(
            UUID paymentId,
            UUID orderId,
            PaymentStatus status,
            @Nullable Money amount,
            boolean refunded) {

        static PaymentView of(Payment payment) {
            return new PaymentView(
                    payment.paymentId(),
                    payment.orderId(),
                    payment.status(),
                    payment.amount(),
                    payment.status() == PaymentStatus.REFUNDED);
        }
    }
}
