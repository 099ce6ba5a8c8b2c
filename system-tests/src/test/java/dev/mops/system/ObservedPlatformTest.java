package dev.mops.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.local.ServiceProcess;
import dev.mops.system.TraceReceiver.Received;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The platform as who observes it sees it: with the services started anew, so that they export their spans to here. */
@SystemTest
@Tag(SystemTest.PROCESSES)
@TestInstance(Lifecycle.PER_CLASS)
class ObservedPlatformTest {

    private final Shop shop;
    private final TraceReceiver traces = new TraceReceiver();
    private final List<ServiceProcess> observed = new ArrayList<>();

    ObservedPlatformTest(Shop shop) {
        this.shop = shop;
    }

    @BeforeAll
    void observe() {
        for (String name : shop.platform().services()) {
            ServiceProcess service = shop.platform().service(name);
            // In the place of the first instance, so that the shop finds it.
            observed.add(shop.platform()
                    .instance(
                            name,
                            service.port(),
                            List.of(
                                    "--management.opentelemetry.tracing.export.otlp.endpoint=" + traces.endpoint(),
                                    "--management.opentelemetry.tracing.export.schedule-delay=100ms",
                                    "--logging.level.dev.mops=debug")));
        }
        exchange(firstInstances(), observed);
    }

    @AfterAll
    void observeNoMore() {
        exchange(observed, firstInstances());
        traces.close();
    }

    @Test
    void an_order_is_one_trace_over_all_services_in_which_every_span_has_its_parent() {
        UUID order = shop.placeOrder(Wish.of("KEYBOARD-DE", 1));
        shop.awaitStatus(order, "SHIPPED");

        Shop.eventually().untilAsserted(() -> {
            Set<String> ids = spansOf(order).stream().map(Received::traceId).collect(Collectors.toSet());
            assertThat(ids).as("traces with the order's events").hasSize(1);
            List<Received> trace = traces.spans().stream()
                    .filter(span -> ids.contains(span.traceId()))
                    .toList();
            assertThat(trace)
                    .extracting(span -> span.service() + ": " + span.name())
                    .contains(
                            "order-service: http post /orders",
                            "order-service: publish order.created",
                            "inventory-service: handle order.created",
                            "inventory-service: publish order.inventory_reserved",
                            "billing-service: intend order.inventory_reserved",
                            "billing-service: call for order.inventory_reserved",
                            "billing-service: record order.inventory_reserved",
                            "billing-service: publish order.paid",
                            "shipping-service: intend order.paid",
                            "shipping-service: call for order.paid",
                            "shipping-service: record order.paid",
                            "shipping-service: publish order.shipped",
                            "order-service: handle order.shipped",
                            "inventory-service: handle order.shipped");
            Set<String> spans = trace.stream().map(Received::spanId).collect(Collectors.toSet());
            assertThat(trace)
                    .filteredOn(span -> !spans.contains(span.parentId()))
                    .as("spans without their parents")
                    .singleElement()
                    .satisfies(first -> {
                        assertThat(first.name()).isEqualTo("http post /orders");
                        assertThat(first.parentId()).isEmpty();
                    });
            // Each service has taken them in a batch that leads to the trace.
            assertThat(traces.spans())
                    .filteredOn(span -> span.name().equals("receive orders")
                            && span.linkedTraces().containsAll(ids))
                    .extracting(Received::service)
                    .contains("order-service", "inventory-service", "billing-service", "shipping-service");
        });
    }

    @Test
    void an_order_is_traced_whatever_its_client_says_of_its_own_trace() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        Wish wish = Wish.of("KEYBOARD-DE", 1);

        UUID order = shop.accepted(
                shop.post(
                        shop.url("order-service").resolve("/orders"),
                        Shop.bodyOf(wish),
                        Map.of(
                                "traceparent",
                                "00-" + trace + "-00f067aa0ba902b7-00",
                                "tracestate",
                                "client=tok_state")),
                wish);

        Shop.eventually()
                .untilAsserted(() ->
                        assertThat(spansOf(order)).extracting(Received::name).contains("handle order.shipped"));
        assertThat(spansOf(order)).extracting(Received::traceId).containsOnly(trace);
        assertThat(traces.exports()).allSatisfy(export -> assertThat(export).doesNotContain("tok_state"));
    }

    @Test
    void spans_say_nothing_personal_also_of_what_fails_and_nobody_who_only_looks_is_in_them() {
        String body = Shop.bodyOf(Wish.of("KEYBOARD-DE", 1));
        for (String refused : List.of(
                body.replace("Ottilie", "Ottilie".repeat(100)), body.replace("\"DE\"", "1"), body.substring(1))) {
            assertThat(shop.post(shop.url("order-service").resolve("/orders"), refused, Map.of())
                            .statusCode())
                    .isBetween(400, 499);
        }
        UUID declined = shop.placeOrder(Wish.of("KEYBOARD-DE", 1).paidWith("tok_declined"));
        TraceCommandTest.mops(shop, "fail", "inventory-service", "--type", "order.created");
        UUID held = shop.placeOrder(Wish.of("KEYBOARD-DE", 1));
        shop.awaitEnd(declined);
        shop.awaitStatus(held, "SHIPPED");

        Shop.eventually().untilAsserted(() -> {
            assertThat(spansOf(declined)).extracting(Received::name).contains("publish order.payment_declined");
            assertThat(spansOf(held)).extracting(Received::name).contains("handle order.shipped");
        });
        assertThat(traces.exports())
                .anyMatch(export -> export.contains("code: STATUS_CODE_ERROR"))
                .allSatisfy(export -> assertThat(export).doesNotContain(Shop.SECRETS));
        assertThat(traces.spans())
                .allSatisfy(span -> assertThat(span.toString()).doesNotContain("/actuator", "task "));
    }

    @Test
    void the_log_tells_of_an_order_and_nothing_personal() throws IOException {
        UUID order = shop.placeOrder(Wish.of("KEYBOARD-DE", 1));
        shop.awaitStatus(order, "SHIPPED");

        for (ServiceProcess service : observed) {
            Shop.eventually()
                    .untilAsserted(() -> assertThat(Files.readString(service.log()))
                            .containsPattern(
                                    "\\[[0-9a-f]{32}\\] \\[key=" + order + " event=[0-9a-f-]{36} type=order\\.\\w+"
                                            + " correlation=[0-9a-f-]{36}] \\S*Attempt +: (Handled|Recorded the call for) order\\.")
                            .doesNotContain(Shop.SECRETS));
        }
        assertThat(Files.readString(observed.getFirst().log()))
                .containsPattern("\\[key=" + order + " .*: POST /orders: 202 in ");
    }

    @Test
    void the_story_of_an_order_has_its_request_its_handlers_and_its_calls_with_their_times() {
        UUID order = shop.placeOrder(Wish.of("KEYBOARD-DE", 1));
        shop.awaitStatus(order, "SHIPPED");

        Shop.eventually()
                .untilAsserted(() -> assertThat(TraceCommandTest.mops(shop, "trace", order.toString())
                                .out())
                        .containsPattern("order-service\\S* +POST /orders: 202 in [0-9.]+ ms\n")
                        .containsPattern("inventory-service\\S* +Handled order.created in [0-9.]+ ms\n")
                        .containsPattern("billing-service\\S* +Called for order.inventory_reserved in [0-9.]+ ms\n")
                        .containsPattern("shipping-service\\S* +Called for order.paid in [0-9.]+ ms\n")
                        .containsPattern("shipping-service\\S* +Handled order.shipped in [0-9.]+ ms\n")
                        .containsPattern("order-service\\S* +Handled order.shipped in [0-9.]+ ms\n")
                        .doesNotContain("GET /", "Published "));
    }

    private List<Received> spansOf(UUID order) {
        return traces.spans().stream()
                .filter(span -> order.toString().equals(span.attributes().get("eventKey")))
                .toList();
    }

    private List<ServiceProcess> firstInstances() {
        return shop.platform().services().stream()
                .map(name -> shop.platform().service(name))
                .toList();
    }

    private static void exchange(List<ServiceProcess> before, List<ServiceProcess> after) {
        InParallel.each(before, before.size(), service -> {
            service.stop();
            return service;
        });
        after.forEach(ServiceProcess::launch);
        after.forEach(ServiceProcess::awaitReady);
    }
}
