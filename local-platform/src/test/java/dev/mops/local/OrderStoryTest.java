package dev.mops.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

class OrderStoryTest {

    private static final UUID ORDER = UUID.fromString("0199a3f0-5d00-7000-8000-000000000001");
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final List<OrderLog.Event> events = new ArrayList<>();
    private final List<OrderLog.Wakeup> wakeups = new ArrayList<>();
    private final List<OrderLog.Death> deaths = new ArrayList<>();
    private final List<LogLines.Line> logs = new ArrayList<>();
    private final Map<String, JsonNode> heads = new TreeMap<>();
    private final Map<String, String> parts = new TreeMap<>();

    @Test
    void an_order_that_shipped_is_told_from_the_request_to_the_end() {
        event("00.004200", "order-service", "order.created", "e1", 42, "00.008", "");
        event("00.020500", "inventory-service", "order.inventory_reserved", "e2", 43, "00.024", "e1");
        event("00.020500", "inventory-service", "order.inventory_reserved", "e2", 44, "00.026", "e1");
        event("00.050000", "billing-service", "order.paid", "e3", 45, "00.053", "e2");
        event("00.090000", "shipping-service", "order.shipped", "e4", 46, "00.093", "e3");
        log("00.004", "order-service", "DEBUG", "Published order.created e1");
        log("00.010", "order-service", "DEBUG", "POST /orders: 202 in 9.1 ms");
        log("00.020", "inventory-service", "DEBUG", "Handled order.created in 3.2 ms");
        log("00.049", "billing-service", "DEBUG", "Called for order.inventory_reserved in 20.4 ms");
        log("00.060", "order-service", "DEBUG", "GET /orders/{orderId}: 200 in 2.0 ms");
        parts.put("payment", "SETTLED");
        parts.put("shipment", "SHIPPED");

        assertThat(told(page("SHIPPED", ""))).isEqualTo("""
                Order 0199a3f0-5d00-7000-8000-000000000001  SHIPPED
                  placed       2026-03-01T10:15:00.001Z; the times below are since then
                  Kafka        topic orders, partition 7
                  correlation  c1
                  trace        4bf92f3577b34da6a3ce929d0e0e4736

                +0.000  order-service      takes the order: POST /orders
                +0.003  order-service      → order.created  offset 42, sent 4 ms later
                +0.009  order-service        POST /orders: 202 in 9.1 ms
                +0.019  inventory-service  → order.inventory_reserved  offset 43, 16 ms after order.created, sent 4 ms later
                +0.019  inventory-service    Handled order.created in 3.2 ms
                +0.025  inventory-service  → order.inventory_reserved  offset 44, once more: the inboxes drop it
                +0.048  billing-service      Called for order.inventory_reserved in 20.4 ms
                +0.049  billing-service    → order.paid  offset 45, 30 ms after order.inventory_reserved, sent 3 ms later
                +0.089  shipping-service   → order.shipped  offset 46, 40 ms after order.paid, sent 3 ms later

                Now: SHIPPED, the payment SETTLED, the shipment SHIPPED.
                Nothing holds it up.
                """);
    }

    @Test
    void an_order_behind_a_dead_letter_is_told_with_where_why_since_when_and_what_to_do() {
        event("00.004", "order-service", "order.created", "e1", 42, "00.008", "");
        event("00.020", "inventory-service", "order.inventory_reserved", "e2", 43, "00.024", "e1");
        wakeups.add(new OrderLog.Wakeup(at("00.055"), "billing-service", "17", at("01.050")));
        wakeups.add(new OrderLog.Wakeup(at("01.100"), "billing-service", "17", at("01.000")));
        deaths.add(new OrderLog.Death(at("11.300"), "billing-service", "17", "java.lang.IllegalStateException", "2"));
        event("11.280", "billing-service", "order.held_up", "e3", 44, "11.300", "");
        logs.add(new LogLines.Line(
                at("00.048"),
                "billing-service",
                "WARN",
                "The event e2 failed and is held",
                List.of("java.lang.IllegalStateException: No card", "… and 61 lines more")));
        heads.put("billing-service", head("DEAD", "null", 2));

        assertThat(told(page("RESERVED", """
                {"eventId":"e3","type":"order.held_up","at":"2026-03-01T10:15:11.280Z","source":"/billing-service",
                 "note":"order.inventory_reserved is a dead letter: No card"}"""))).isEqualTo("""
                Order 0199a3f0-5d00-7000-8000-000000000001  RESERVED
                  placed       2026-03-01T10:15:00.001Z; the times below are since then
                  Kafka        topic orders, partition 7
                  correlation  c1
                  trace        4bf92f3577b34da6a3ce929d0e0e4736

                 +0.000  order-service      takes the order: POST /orders
                 +0.003  order-service      → order.created  offset 42, sent 4 ms later
                 +0.019  inventory-service  → order.inventory_reserved  offset 43, 16 ms after order.created, sent 4 ms later
                 +0.047  billing-service      WARN The event e2 failed and is held
                 +0.047  billing-service        java.lang.IllegalStateException: No card
                 +0.047  billing-service        … and 61 lines more
                 +0.054  billing-service      an event of it is held (billing-service/17): next attempt in 1.0 s
                 +1.099  billing-service      an event of it is held (billing-service/17): next attempt now
                +11.279  billing-service    → order.held_up  offset 44, sent 20 ms later: order.inventory_reserved is a dead
                                              letter: No card
                +11.299  billing-service      an event of it is a dead letter (billing-service/17): IllegalStateException,
                                                attempts: 2

                Now: RESERVED.

                Held up in billing-service: order.inventory_reserved, offset 43, dead
                  why        IllegalStateException: No card
                  since      2026-03-01T10:15:00.048Z (+0.047); 2 attempts, the last at +11.279
                  behind it  2 events wait
                  next       nothing, until somebody acts: it is a dead letter
                  look       ./mops dead-letters show billing-service/17
                  then       ./mops dead-letters replay billing-service/17 --reason "…", or discard
                """);
    }

    @Test
    void an_event_that_is_tried_again_is_told_with_its_next_attempt() {
        heads.put("billing-service", head("RETRYING", "\"2026-03-01T10:15:21.280Z\"", 0));

        assertThat(told(page("RESERVED", ""))).endsWith("""
                        Held up in billing-service: order.inventory_reserved, offset 43, tried again
                          why    IllegalStateException: No card
                          since  2026-03-01T10:15:00.048Z (+0.047); 2 attempts, the last at +11.279
                          next   attempt at 2026-03-01T10:15:21.280Z (+21.279), in 9.3 s, by itself
                          look   ./mops dead-letters show billing-service/17
                        """).doesNotContain("replay");
    }

    @Test
    void what_holds_it_up_in_a_service_that_does_not_answer_is_told_as_the_order_s_page_has_it() {
        String page = """
                {"status":"RESERVED","placedAt":"2026-03-01T10:15:00.001Z","cancellationRequested":true,"timeline":[],
                 "heldUp":[{"service":"billing-service","eventType":"order.inventory_reserved","reason":"No card","dead":true,
                   "since":"2026-03-01T10:15:00.048Z"}]}""";

        assertThat(told(Actuators.JSON.readTree(page)))
                .contains("Now: RESERVED, a cancellation is asked for.\n")
                .contains(
                        "Held up in billing-service: order.inventory_reserved, since 2026-03-01T10:15:00.048Z: No card.")
                .contains("./mops dead-letters --key " + ORDER);
    }

    @Test
    void without_kafka_the_events_of_the_order_s_page_are_told_and_without_the_page_those_of_kafka() {
        assertThat(told(page("PLACED", """
                {"eventId":"e1","type":"order.created","at":"2026-03-01T10:15:00.004Z","source":"/order-service"}""")))
                .contains("+0.003  order-service  → order.created\n")
                .contains("No service says that it holds it up.");

        log("00.004", "order-service", "DEBUG", "Published order.created e2");
        assertThat(told(NullNode.getInstance())).as("not told otherwise").contains("Published order.created e2");

        event("00.004", "order-service", "order.created", "e1", 42, "00.008", "");
        event("00.005", "", "", "", 43, "00.005", "");

        assertThat(told(NullNode.getInstance()))
                .contains("+0.000  order-service  → order.created  offset 42, sent 4 ms later\n")
                .contains("→ a record that is no event  offset 43\n")
                .contains("Now: not known");
    }

    private String told(JsonNode page) {
        OrderStory story = new OrderStory(
                ORDER, page, new OrderLog.Found(events, wakeups, deaths), logs, heads, parts, at("12.000"));
        return String.join("\n", story.lines()) + "\n";
    }

    private static JsonNode page(String status, String entries) {
        return Actuators.JSON.readTree("""
                {"status":"%s","placedAt":"2026-03-01T10:15:00.001500Z","cancellationRequested":false,"timeline":[%s],"heldUp":[]}
                """.formatted(status, entries));
    }

    private static JsonNode head(String state, String due, int followers) {
        return Actuators.JSON.readTree("""
                {"id":17,"key":"%s","type":"order.inventory_reserved","error":"java.lang.IllegalStateException",
                 "message":"No card","attempts":2,"followers":%d,"firstFailedAt":"2026-03-01T10:15:00.048Z",
                 "lastFailedAt":"2026-03-01T10:15:11.280Z","state":"%s","due":%s,"offset":43}
                """.formatted(ORDER, followers, state, due));
    }

    private void event(
            String at, String service, String type, String id, long offset, String sentAt, String causationId) {
        events.add(new OrderLog.Event(at(at), service, type, id, 7, offset, at(sentAt), "c1", causationId, TRACE));
    }

    private void log(String at, String service, String level, String message) {
        logs.add(new LogLines.Line(at(at), service, level, message, List.of()));
    }

    private static Instant at(String seconds) {
        return Instant.parse("2026-03-01T10:15:" + seconds + "Z");
    }
}
