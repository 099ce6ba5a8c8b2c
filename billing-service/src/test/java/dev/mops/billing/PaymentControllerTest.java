package dev.mops.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.EventCodec;
import dev.mops.events.order.CancellationRequested;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PaymentControllerTest extends BillingServiceTest {

    private static final JsonMapper JSON = new JsonMapper();

    private final UUID orderId = EventCodec.newId();

    @Test
    void a_payment_shows_what_is_to_be_paid_and_how_far_it_is() {
        deliver(created(orderId, "tok_approved"));

        assertThat(bodyOf(get("/payments?orderId=" + orderId)))
                .isEqualTo(JSON.readTree("""
                        [{"paymentId": "%s", "orderId": "%s", "status": "OPEN",
                          "amount": {"value": 129900, "currency": "EUR"}, "refunded": false}]
                        """.formatted(payment(orderId).paymentId(), orderId)));
    }

    @Test
    void a_payment_whose_order_ended_before_it_began_has_no_amount() {
        deliver(new CancellationRequested(orderId));

        assertThat(bodyOf(get("/payments?orderId=" + orderId)))
                .isEqualTo(JSON.readTree("""
                        [{"paymentId": "%s", "orderId": "%s", "status": "VOIDED", "amount": null, "refunded": false}]
                        """.formatted(payment(orderId).paymentId(), orderId)));
    }

    @Test
    void an_order_that_billing_has_not_heard_of_has_no_payments() {
        ResponseEntity<String> answer = get("/payments?orderId=" + orderId);

        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.OK);
        assertThat(answer.getBody()).isEqualTo("[]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/payments", "/payments?orderId=", "/payments?orderId=42"})
    void a_request_without_an_order_id_is_refused_with_a_problem_that_names_it(String uri) {
        ResponseEntity<String> answer = get(uri);

        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(answer.getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(bodyOf(answer).path("detail").asString()).contains("orderId");
    }

    @Test
    void the_service_describes_its_http_interface() {
        JsonNode description = bodyOf(get("/v3/api-docs"));

        assertThat(description.at("/paths/~1payments/get/parameters/0/name").asString())
                .isEqualTo("orderId");
        assertThat(get("/swagger-ui/index.html").getStatusCode()).isEqualTo(HttpStatus.OK);
    }

    @Test
    void the_service_is_ready() {
        assertThat(bodyOf(get("/actuator/health/readiness")).path("status").asString())
                .isEqualTo("UP");
    }

    private ResponseEntity<String> get(String uri) {
        RestClient.ResponseSpec response =
                http().get().uri(uri).retrieve().onStatus(HttpStatusCode::isError, (request, answer) -> {});
        return response.toEntity(String.class);
    }

    private static JsonNode bodyOf(ResponseEntity<String> answer) {
        return JSON.readTree(String.valueOf(answer.getBody()));
    }
}
