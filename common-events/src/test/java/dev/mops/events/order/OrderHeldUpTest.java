package dev.mops.events.order;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.gate.WireSample;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderHeldUpTest {

    private static final UUID ORDER = UUID.fromString("0199a3f0-5d00-7000-8000-000000000001");
    private static final Instant SINCE = Instant.parse("2026-03-01T10:14:19.654321Z");
    private static final String FACE = "\uD83D\uDE00";

    @Test
    void the_key_of_an_order_names_the_order() {
        assertThat(OrderHeldUp.of(ORDER.toString(), "billing-service", "order.paid", "no", true, SINCE))
                .contains(new OrderHeldUp(ORDER, "billing-service", "order.paid", "no", true, SINCE));
        assertThat(OrderResumed.of(ORDER.toString(), "billing-service"))
                .contains(new OrderResumed(ORDER, "billing-service"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "an order",
                "1-2-3-4-5",
                "0199A3F0-5D00-7000-8000-000000000001",
                "0199a3f0-5d00-7000-8000-000000000001 ",
                "\0"
            })
    void a_key_that_is_no_order_id_holds_up_no_order(String key) {
        assertThat(OrderHeldUp.of(key, "billing-service", null, "no", true, SINCE))
                .isEmpty();
        assertThat(OrderResumed.of(key, "billing-service")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a\0b",
                "line\r\nline",
                "half a pair \uD83D",
                "\uDE00 the other half",
                "\uFFFF",
                "Stra\u00DFe " + FACE
            })
    void whatever_the_reason_holds_the_event_fits_its_schema_and_is_read_back(String reason) {
        assertFits(held("order.paid", reason));
        assertFits(held(reason, reason));
    }

    @Test
    void a_long_text_is_cut_between_two_characters() {
        OrderHeldUp held = held("x".repeat(300), "x" + FACE.repeat(600));

        assertThat(held.reason()).isEqualTo("x" + FACE.repeat(499));
        assertThat(held.eventType()).isEqualTo("x".repeat(200));
        assertFits(held);
    }

    @Test
    void what_no_text_is_becomes_a_space() {
        assertThat(held(null, "a\0b\nc\uD83Dd" + FACE).reason()).isEqualTo("a b c d" + FACE);
    }

    private static OrderHeldUp held(@Nullable String eventType, String reason) {
        return new OrderHeldUp(ORDER, "billing-service", eventType, reason, false, SINCE);
    }

    private static void assertFits(OrderHeldUp held) {
        EventCodec<OrderEvent> codec = new EventCodec<>(OrderEvents.FAMILY);
        Envelope<OrderEvent> envelope =
                new Envelope<>(codec.describe(held, "/billing-service", SINCE, null, null, null), held);
        byte[] json = codec.encode(envelope).value();

        assertThat(OrderEvents.FAMILY.definitionOf(OrderHeldUp.class).schema().violations(new String(json, UTF_8)))
                .isEmpty();
        assertThat(Optional.of(codec.decode(WireSample.recordOf("orders", WireSample.textOf(codec.encode(envelope)))))
                        .map(Envelope::event))
                .contains(held);
    }
}
