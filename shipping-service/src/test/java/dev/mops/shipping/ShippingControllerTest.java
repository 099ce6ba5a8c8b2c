package dev.mops.shipping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.order.Address;
import dev.mops.events.order.CancellationRequested;
import dev.mops.events.order.OrderCreated;
import dev.mops.test.HttpDoor;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

class ShippingControllerTest extends ShippingServiceTest {

    private final UUID order = UUID.randomUUID();

    @Test
    void an_order_that_nobody_knows_has_no_shipment() {
        http.get()
                .uri("/shipments?orderId={orderId}", order)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .isEqualTo("[]");
    }

    @Test
    void a_shipment_without_a_label_says_null_for_what_there_is_not() {
        deliver(created(order));

        http.get()
                .uri("/shipments?orderId={orderId}", order)
                .exchange()
                .expectBody(String.class)
                .isEqualTo(
                        "[{\"shipmentId\":\"%s\",\"orderId\":\"%s\",\"status\":\"PENDING\",\"carrier\":null,\"trackingNumber\":null,\"labelUrl\":null,\"pickup\":null}]"
                                .formatted(shipment(order).shipmentId(), order));
    }

    @Test
    void a_shipment_that_is_on_its_way_names_carrier_tracking_number_label_and_pickup() {
        deliver(created(order), paid(order));

        ShipmentView shipment = shipment(order);
        assertThat(shipment.orderId()).isEqualTo(order);
        assertThat(shipment.carrier()).isEqualTo(SimulatedCarrier.NAME);
        assertThat(shipment.trackingNumber()).matches("MOPS[0-9]{11}");
        assertThat(shipment.labelUrl()).isEqualTo("/shipments/" + shipment.shipmentId() + "/label");
        ShipmentView.Pickup pickup = requireNonNull(shipment.pickup());
        ZonedDateTime from = pickup.from().atZone(ZoneOffset.UTC);
        assertThat(pickup.from()).isAfter(Instant.now()).isBefore(pickup.to());
        assertThat(from.getDayOfWeek()).isNotIn(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);
    }

    @Test
    void the_order_is_required() {
        assertProblem(http.get().uri("/shipments").exchange(), HttpStatus.BAD_REQUEST, "orderId");
    }

    @Test
    void the_order_must_be_a_uuid() {
        assertProblem(
                http.get().uri("/shipments?orderId=42").exchange(), HttpStatus.BAD_REQUEST, "orderId must be a UUID");
    }

    @Test
    void a_label_shows_the_address_and_scans_as_the_tracking_number() {
        OrderCreated plain = created(order);
        Address address =
                new Address("Grüße & <b>Küsse</b>", List.of("Straße \"7\"", "Hinterhaus"), "Łódź", "90-001", "PL");
        deliver(
                new OrderCreated(
                        order, plain.customerId(), plain.lines(), plain.total(), plain.paymentToken(), address, null),
                paid(order));
        ShipmentView shipment = shipment(order);

        LabelScanner label = LabelScanner.of(requireNonNull(http.get()
                .uri(requireNonNull(shipment.labelUrl()))
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.parseMediaType("image/svg+xml"))
                .expectHeader()
                .valueEquals(HttpHeaders.CACHE_CONTROL, "no-store")
                .expectBody(String.class)
                .returnResult()
                .getResponseBody()));

        String trackingNumber = requireNonNull(shipment.trackingNumber());
        assertThat(label.barcode()).isEqualTo(trackingNumber);
        assertThat(label.text())
                .containsExactly(
                        SimulatedCarrier.NAME,
                        "Grüße & <b>Küsse</b>",
                        "Straße \"7\"",
                        "Hinterhaus",
                        "90-001 Łódź",
                        "PL",
                        trackingNumber);
    }

    @Test
    void there_is_no_label_of_an_unknown_shipment() {
        UUID unknown = UUID.randomUUID();

        assertProblem(label(unknown), HttpStatus.NOT_FOUND, "There is no shipment " + unknown);
    }

    @Test
    void the_shipment_of_a_label_must_be_a_uuid() {
        assertProblem(
                http.get().uri("/shipments/42/label").exchange(), HttpStatus.BAD_REQUEST, "shipmentId must be a UUID");
    }

    @Test
    void there_is_no_label_before_the_order_is_paid() {
        deliver(created(order));

        assertProblem(label(shipment(order).shipmentId()), HttpStatus.NOT_FOUND, "is PENDING and has no label");
    }

    @Test
    void there_is_no_label_where_the_carrier_does_not_deliver() {
        deliver(created(order, SimulatedCarrier.UNDELIVERABLE_POSTAL_CODE), paid(order));

        assertProblem(label(shipment(order).shipmentId()), HttpStatus.NOT_FOUND, "is FAILED and has no label");
    }

    @Test
    void the_label_of_a_shipment_that_was_voided_is_gone() {
        deliver(created(order), new CancellationRequested(order));

        ShipmentView shipment = shipment(order);
        assertThat(shipment.labelUrl()).isNull();
        assertProblem(
                label(shipment.shipmentId()), HttpStatus.GONE, "is VOIDED: its order ended before it had shipped");
    }

    @Test
    void whoever_takes_images_only_gets_a_problem_document_all_the_same() {
        assertProblem(
                http.get()
                        .uri("/shipments/{shipmentId}/label", UUID.randomUUID())
                        .accept(MediaType.parseMediaType("image/svg+xml"))
                        .exchange(),
                HttpStatus.NOT_FOUND,
                "There is no shipment");
    }

    @Test
    void who_wants_a_label_as_something_else_hears_what_it_is() {
        assertProblem(
                http.get()
                        .uri("/shipments/{id}/label", UUID.randomUUID())
                        .accept(MediaType.APPLICATION_JSON)
                        .exchange(),
                HttpStatus.NOT_ACCEPTABLE,
                "Accept must include image/svg+xml");
    }

    @Test
    void whatever_no_endpoint_takes_is_refused_by_each() {
        assertThat(new HttpDoor(port()).wrongAnswers()).isEmpty();
    }

    @Test
    void the_description_shows_what_is_really_answered() {
        http.get()
                .uri("/v3/api-docs")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$.info.title")
                .isEqualTo("shipping-service")
                .jsonPath("$.paths['/shipments'].get.parameters[0].name")
                .isEqualTo("orderId")
                .jsonPath("$.paths['/shipments'].get.responses['200'].content['application/json'].schema.items['$ref']")
                .isEqualTo("#/components/schemas/ShipmentView")
                .jsonPath(
                        "$.paths['/shipments/{shipmentId}/label'].get.responses['200'].content['image/svg+xml'].schema.type")
                .isEqualTo("string");
        http.get().uri("/swagger-ui/index.html").exchange().expectStatus().isOk();
    }

    private static void assertProblem(RestTestClient.ResponseSpec answer, HttpStatus status, String detail) {
        answer.expectStatus()
                .isEqualTo(status)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .jsonPath("$.status")
                .isEqualTo(status.value())
                .jsonPath("$.detail")
                .value(text -> assertThat(text).asString().contains(detail));
    }
}
