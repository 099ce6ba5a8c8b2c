package dev.mops.events.order;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.EventDefinition;
import dev.mops.events.EventMetadata;
import dev.mops.events.EventSchema;
import dev.mops.events.UnreadableEventException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Record, schema and codec of each order event say the same. */
class OrderEventSchemasTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final EventCodec<OrderEvent> CODEC = new EventCodec<>(OrderEvents.FAMILY);

    @ParameterizedTest
    @MethodSource("samples")
    void an_event_s_json_is_valid_and_reads_back_as_an_equal_event(Envelope<OrderEvent> sample) {
        ProducerRecord<byte[], byte[]> sent = CODEC.encode(sample);

        assertThat(schemaOf(sample).violations(new String(sent.value(), UTF_8))).isEmpty();
        assertThat(CODEC.decode(received(sent, sent.value()))).isEqualTo(sample);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void an_event_s_json_has_no_field_that_its_schema_does_not_name(Envelope<OrderEvent> sample) {
        JsonNode closed =
                parsedSchemaOf(OrderEvents.FAMILY.definitionOf(sample.event().getClass()));
        closed.findParents("properties").forEach(object -> ((ObjectNode) object).put("additionalProperties", false));
        String json = new String(CODEC.encode(sample).value(), UTF_8);

        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(closed)
                        .validate(json, InputFormat.JSON))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void an_event_without_a_field_is_read_only_if_the_schema_does_not_require_it(Envelope<OrderEvent> sample) {
        ProducerRecord<byte[], byte[]> sent = CODEC.encode(sample);
        JsonNode whole = JSON.readTree(sent.value());
        for (JsonPointer place : placesIn(whole)) {
            JsonNode damaged = whole.deepCopy();
            if (damaged.at(place.head()) instanceof ObjectNode object) {
                object.remove(place.last().getMatchingProperty());
            } else if (damaged.at(place.head()) instanceof ArrayNode array) {
                array.setNull(place.last().getMatchingIndex());
            }
            ConsumerRecord<byte[], byte[]> record = received(sent, JSON.writeValueAsBytes(damaged));

            if (schemaOf(sample).violations(damaged.toString()).isEmpty()) {
                assertThat(CODEC.decode(record).metadata()).as(place.toString()).isEqualTo(sample.metadata());
            } else {
                assertThatExceptionOfType(UnreadableEventException.class)
                        .as(place.toString())
                        .isThrownBy(() -> CODEC.decode(record));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void a_uuid_that_is_none_is_a_violation(Envelope<OrderEvent> sample) {
        ObjectNode json = (ObjectNode) JSON.readTree(CODEC.encode(sample).value());
        json.put("orderId", "x");

        assertThat(schemaOf(sample).violations(json.toString()))
                .containsExactly("/orderId: does not match the uuid pattern must be a valid RFC 4122 UUID");
    }

    @Test
    void the_largest_amount_survives() {
        UUID id = EventCodec.newId();
        OrderPaid paid = new OrderPaid(id, id, new Money(Long.MAX_VALUE, "EUR"));
        EventMetadata metadata = CODEC.describe(paid, "/billing-service", Instant.EPOCH, null, null, null);
        ProducerRecord<byte[], byte[]> sent = CODEC.encode(new Envelope<>(metadata, paid));
        String json = new String(sent.value(), UTF_8);
        EventSchema schema = OrderEvents.FAMILY.definitionOf(OrderPaid.class).schema();

        assertThat(json).contains("\"value\":9223372036854775807");
        assertThat(schema.violations(json)).isEmpty();
        assertThat(CODEC.decode(received(sent, sent.value())).event()).isEqualTo(paid);

        String more = json.replace("9223372036854775807", "9223372036854775808");
        assertThat(schema.violations(more)).isNotEmpty();
        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> CODEC.decode(received(sent, more.getBytes(UTF_8))));
    }

    static List<Envelope<OrderEvent>> samples() {
        return OrderEventSamples.ALL.stream()
                .filter(sample -> OrderEvents.FAMILY
                        .definitionOf(sample.event().getClass())
                        .version()
                        .equals(sample.metadata().version()))
                .toList();
    }

    private static JsonNode parsedSchemaOf(EventDefinition<?> definition) {
        return JSON.readTree(definition.schema().text());
    }

    private static EventSchema schemaOf(Envelope<OrderEvent> sample) {
        return OrderEvents.FAMILY.definitionOf(sample.event().getClass()).schema();
    }

    private static List<JsonPointer> placesIn(JsonNode json) {
        List<JsonPointer> places = new ArrayList<>();
        collectPlaces(json, JsonPointer.empty(), places);
        return places;
    }

    private static void collectPlaces(JsonNode json, JsonPointer at, List<JsonPointer> places) {
        if (!at.matches()) {
            places.add(at);
        }
        json.properties().forEach(field -> collectPlaces(field.getValue(), at.appendProperty(field.getKey()), places));
        for (int i = 0; json.isArray() && i < json.size(); i++) {
            collectPlaces(json.get(i), at.appendIndex(i), places);
        }
    }

    private static ConsumerRecord<byte[], byte[]> received(ProducerRecord<byte[], byte[]> sent, byte[] value) {
        return new ConsumerRecord<>(
                sent.topic(),
                0,
                0,
                ConsumerRecord.NO_TIMESTAMP,
                TimestampType.NO_TIMESTAMP_TYPE,
                ConsumerRecord.NULL_SIZE,
                ConsumerRecord.NULL_SIZE,
                sent.key(),
                value,
                sent.headers(),
                Optional.empty());
    }
}
