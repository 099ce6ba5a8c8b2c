package dev.mops.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mops.billing.PaymentGateway.Answer;
import dev.mops.billing.PaymentGateway.Request;
import dev.mops.events.EventCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.convert.ConversionService;
import org.springframework.jdbc.core.JdbcTemplate;

class SimulatedPaymentGatewayTest extends BillingServiceTest {

    private static final Answer APPROVED = new Answer.Approved();
    private static final Answer VOIDED = new Answer.Declined("voided");

    private final UUID orderId = EventCodec.newId();

    @ParameterizedTest
    @ValueSource(strings = {"tok_approved", "tok_declined", "tok_slow", "tok_what"})
    void the_same_key_gets_the_same_answer(String token) {
        Answer first = gateway().charge(charge(token));

        assertThat(gateway().charge(charge(token))).isEqualTo(first);
        assertThat(books(orderId)).extracting(Booking::chargeCalls).containsExactly(2);
    }

    @Test
    void a_slow_answer_takes_two_seconds_unless_set() {
        new ApplicationContextRunner()
                .withInitializer(new ConfigDataApplicationContextInitializer())
                .withBean("conversionService", ConversionService.class, ApplicationConversionService::getSharedInstance)
                .withBean(JdbcTemplate.class, () -> jdbc)
                .withUserConfiguration(SimulatedPaymentGateway.class)
                .run(context -> assertThat(context.getBean(SimulatedPaymentGateway.class))
                        .extracting("slowAnswer")
                        .isEqualTo(Duration.ofSeconds(2)));
    }

    @Test
    void a_slow_answer_keeps_its_caller_waiting_with_the_money_taken() {
        PaymentGateway slow = new SimulatedPaymentGateway(jdbc, Duration.ofDays(1));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<Answer> answer = thread.submit(() -> slow.charge(charge("tok_slow")));
        try {
            await().untilAsserted(() ->
                    assertThat(books(orderId)).containsExactly(new Booking("APPROVED", TOTAL.value(), 1, 0, 0)));
            assertThat(answer).isNotDone();
        } finally {
            thread.shutdownNow();
        }

        assertThatThrownBy(answer::get).hasRootCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void a_charge_stays_approved_after_it_was_refunded() {
        gateway().charge(charge("tok_approved"));
        gateway().refund(refund("refund:1"));

        assertThat(gateway().charge(charge("tok_approved"))).isEqualTo(APPROVED);
    }

    @Test
    void the_calls_of_a_payment_are_counted_across_restarts() {
        for (int call = 0; call < 3; call++) {
            assertThatThrownBy(() -> gateway().charge(charge("tok_unavailable")))
                    .isInstanceOf(GatewayUnavailableException.class)
                    .hasMessageContaining("charge:" + orderId)
                    .hasMessageNotContaining("tok_unavailable");
        }

        assertThat(gateway().charge(charge("tok_unavailable"))).isEqualTo(APPROVED);
        assertThat(gateway().charge(charge("tok_unavailable"))).isEqualTo(APPROVED);
    }

    @Test
    void a_void_that_comes_before_its_charge_refuses_it() {
        gateway().voidCharge(voidCharge());

        assertThat(gateway().charge(charge("tok_approved"))).isEqualTo(VOIDED);
        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", null, 1, 1, 0));
    }

    @Test
    void a_void_that_comes_while_the_gateway_is_away_refuses_the_charge() {
        assertThatThrownBy(() -> gateway().charge(charge("tok_unavailable")))
                .isInstanceOf(GatewayUnavailableException.class);
        gateway().voidCharge(voidCharge());

        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", null, 1, 1, 0));
    }

    @Test
    void a_void_takes_an_approved_charge_back_however_often_it_comes() {
        gateway().charge(charge("tok_approved"));

        gateway().voidCharge(voidCharge());
        gateway().voidCharge(voidCharge());

        assertThat(books(orderId)).containsExactly(new Booking("VOIDED", TOTAL.value(), 1, 2, 0));
        assertThat(gateway().charge(charge("tok_approved"))).isEqualTo(VOIDED);
    }

    @Test
    void a_void_leaves_what_was_declined_or_refunded_as_it_is() {
        gateway().charge(charge("tok_approved"));
        gateway().refund(refund("refund:1"));

        gateway().voidCharge(voidCharge());

        assertThat(books(orderId)).containsExactly(new Booking("REFUNDED", TOTAL.value(), 1, 1, 1));
    }

    @Test
    void a_charge_is_refunded_once() {
        gateway().charge(charge("tok_approved"));

        assertThat(gateway().refund(refund("refund:1"))).isEqualTo(new Answer.Refunded());
        assertThat(gateway().refund(refund("refund:1"))).isEqualTo(new Answer.Refunded());
        assertThatThrownBy(() -> gateway().refund(refund("refund:2"))).isInstanceOf(IllegalStateException.class);
        assertThat(books(orderId)).containsExactly(new Booking("REFUNDED", TOTAL.value(), 1, 0, 2));
    }

    @Test
    void there_is_nothing_to_refund_where_nothing_was_charged() {
        assertThatThrownBy(() -> gateway().refund(refund("refund:1"))).isInstanceOf(IllegalStateException.class);

        gateway().charge(charge("tok_declined"));

        assertThatThrownBy(() -> gateway().refund(refund("refund:1"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void calls_with_one_key_at_the_same_moment_charge_once() throws Exception {
        List<Answer> answers = atOnce(Collections.nCopies(20, () -> gateway().charge(charge("tok_approved"))));

        assertThat(answers).hasSize(20).containsOnly(APPROVED);
        assertThat(books(orderId)).containsExactly(new Booking("APPROVED", TOTAL.value(), 20, 0, 0));
    }

    @Test
    void a_void_and_its_charge_at_the_same_moment_leave_no_money_taken() throws Exception {
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            calls.add(() -> gateway().charge(charge("tok_approved")));
            calls.add(() -> gateway().voidCharge(voidCharge()));
        }

        atOnce(calls);

        assertThat(books(orderId)).extracting(Booking::state).containsExactly("VOIDED");
        assertThat(gateway().charge(charge("tok_approved"))).isEqualTo(VOIDED);
    }

    @Test
    void a_charge_does_not_print_its_token() {
        assertThat(charge("tok_approved")).hasToString("Charge[key=charge:" + orderId + "]");
    }

    /** A new one each time: it remembers nothing but its books. */
    private PaymentGateway gateway() {
        return new SimulatedPaymentGateway(jdbc, Duration.ofMillis(1));
    }

    private Request.Charge charge(String token) {
        return new Request.Charge("charge:" + orderId, TOTAL, token);
    }

    private Request.VoidCharge voidCharge() {
        return new Request.VoidCharge("charge:" + orderId);
    }

    private Request.Refund refund(String key) {
        return new Request.Refund(key, "charge:" + orderId);
    }

    private static List<Answer> atOnce(List<Callable<Answer>> calls) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }
}
