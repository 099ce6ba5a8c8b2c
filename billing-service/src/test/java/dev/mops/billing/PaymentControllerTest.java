package dev.mops.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.EventCodec;
import dev.mops.events.order.CancellationRequested;
import dev.mops.test.HttpDoor;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.MediaType;
import org.springframework.test.json.JsonCompareMode;
import org.springframework.test.web.servlet.client.RestTestClient;

class PaymentControllerTest extends BillingServiceTest {

    private final UUID orderId = EventCodec.newId();

    @Test
    void a_payment_shows_what_is_to_be_paid_and_how_far_it_is() {
        deliver(created(orderId, "tok_approved"));

        get("/payments?orderId=" + orderId)
                .expectStatus()
                .isOk()
                .expectBody()
                .json("""
                        [{"paymentId": "%s", "orderId": "%s", "status": "OPEN",
                          "amount": {"value": 129900, "currency": "EUR"}, "refunded": false}]
                        """.formatted(payment(orderId).paymentId(), orderId), JsonCompareMode.STRICT);
    }

    @Test
    void a_payment_whose_order_ended_before_it_began_has_no_amount() {
        deliver(new CancellationRequested(orderId));

        get("/payments?orderId=" + orderId)
                .expectStatus()
                .isOk()
                .expectBody()
                .json("""
                        [{"paymentId": "%s", "orderId": "%s", "status": "VOIDED", "amount": null, "refunded": false}]
                        """.formatted(payment(orderId).paymentId(), orderId), JsonCompareMode.STRICT);
    }

    @Test
    void an_order_that_billing_has_not_heard_of_has_no_payments() {
        get("/payments?orderId=" + orderId).expectStatus().isOk().expectBody().json("[]", JsonCompareMode.STRICT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/payments",
                "/payments?orderId=",
                "/payments?orderId=42",
                "/payments?orderId=1-1-1-1-1",
                "/payments?orderId=%20"
            })
    void a_request_without_an_order_id_is_refused_with_a_problem_that_names_it(String uri) {
        get(uri).expectStatus()
                .isBadRequest()
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.errors[0].field")
                .isEqualTo("orderId");
    }

    @Test
    void whatever_no_endpoint_takes_is_refused_by_each() {
        assertThat(new HttpDoor(port()).wrongAnswers()).isEmpty();
    }

    @Test
    void the_service_describes_its_http_interface() {
        get("/v3/api-docs")
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.paths['/payments'].get.parameters[0].name")
                .isEqualTo("orderId");
        get("/swagger-ui/index.html").expectStatus().isOk();
    }

    @Test
    void the_service_is_ready() {
        get("/actuator/health/readiness").expectStatus().isOk();
    }

    private RestTestClient.ResponseSpec get(String uri) {
        return http.get().uri(uri).exchange();
    }
}
