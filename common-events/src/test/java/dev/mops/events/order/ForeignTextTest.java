package dev.mops.events.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gateway or a carrier says for people can be published, however long and odd it is. */
class ForeignTextTest {

    private static final UUID ID = UUID.fromString("0199a3f0-5d00-7000-8000-000000000001");

    @ParameterizedTest
    @ValueSource(strings = {"insufficient funds", "x", "a\u0000b\nc\uD800d"})
    void a_reason_is_published_as_it_is_or_without_what_no_text_is(String reason) {
        for (OrderEvent event : List.of(new PaymentDeclined(ID, ID, reason), new ShipmentFailed(ID, ID, reason))) {
            assertThat(reasonOf(event)).hasSameSizeAs(reason).doesNotContain("\u0000", "\n", "\uD800");
            assertIsPublished(event);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "😀"})
    void a_reason_that_is_too_long_is_cut(String character) {
        String reason = character.repeat(201);
        for (OrderEvent event : List.of(new PaymentDeclined(ID, ID, reason), new ShipmentFailed(ID, ID, reason))) {
            assertThat(reasonOf(event)).isEqualTo(character.repeat(200));
            assertIsPublished(event);
        }
    }

    @Test
    void a_reason_that_is_not_given_is_a_dash() {
        for (OrderEvent event : List.of(new PaymentDeclined(ID, ID, ""), new ShipmentFailed(ID, ID, ""))) {
            assertThat(reasonOf(event)).isEqualTo("-");
            assertIsPublished(event);
        }
    }

    private static void assertIsPublished(OrderEvent event) {
        EventCodec<OrderEvent> codec = new EventCodec<>(OrderEvents.FAMILY);
        codec.encode(new Envelope<>(codec.describe(event, "/test", Instant.EPOCH, null, null, null), event));
    }

    private static String reasonOf(OrderEvent event) {
        return switch (event) {
            case PaymentDeclined declined -> declined.reason();
            case ShipmentFailed failed -> failed.reason();
            default -> throw new AssertionError(event);
        };
    }
}
