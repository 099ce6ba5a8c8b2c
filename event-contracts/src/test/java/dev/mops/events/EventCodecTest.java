package dev.mops.events;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mops.events.BoxEvent.BoxClosed;
import dev.mops.events.BoxEvent.BoxOpened;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventCodecTest {

    private static final UUID BOX = UUID.fromString("0199a3f0-0000-7000-8000-000000000001");
    private static final Instant TIME = Instant.parse("2026-03-01T10:15:30.123456Z");
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final BoxOpened OPENED = new BoxOpened(BOX, "Ada", 5, List.of("pen"), "fragile");

    private final EventCodec<BoxEvent> codec = new EventCodec<>(BoxEvent.FAMILY);

    @Nested
    class Describes {

        @Test
        void an_event_by_its_family() {
            EventMetadata metadata = codec.describe(OPENED, "/box-service", TIME, "request-1", "cause-1", TRACE);

            assertThat(metadata)
                    .isEqualTo(new EventMetadata(
                            metadata.id(),
                            "box.opened",
                            new EventVersion(1, 0),
                            "/box-service",
                            BOX.toString(),
                            TIME,
                            "request-1",
                            "cause-1",
                            TRACE));
        }

        @Test
        void the_first_event_of_a_journey_as_its_own_correlation() {
            EventMetadata metadata = codec.describe(OPENED, "/box-service", TIME, null, null, null);

            assertThat(metadata.correlationId()).isEqualTo(metadata.id().toString());
        }

        @Test
        void every_event_with_a_rising_uuid_of_version_7() {
            List<UUID> ids =
                    IntStream.range(0, 10_000).mapToObj(i -> EventCodec.newId()).toList();

            assertThat(ids)
                    .allMatch(id -> id.version() == 7 && id.variant() == 2)
                    .doesNotHaveDuplicates();
            assertThat(ids).extracting(UUID::toString).isSorted();
        }
    }

    @Nested
    class Writes {

        @Test
        void attributes_as_headers_and_the_payload_as_json() {
            EventMetadata metadata = codec.describe(OPENED, "/box-service", TIME, "request-1", "cause-1", TRACE);

            ProducerRecord<byte[], byte[]> sent = codec.encode(new Envelope<>(metadata, OPENED));

            assertThat(sent.topic()).isEqualTo("boxes");
            assertThat(sent.partition()).isNull();
            assertThat(new String(sent.key(), UTF_8)).isEqualTo(BOX.toString());
            assertThat(textsOf(sent))
                    .containsExactly(
                            "ce_specversion=1.0",
                            "ce_id=" + metadata.id(),
                            "ce_type=box.opened",
                            "ce_source=/box-service",
                            "ce_subject=" + BOX,
                            "ce_time=2026-03-01T10:15:30.123456Z",
                            "ce_dataschema=box.opened/1.0",
                            "content-type=application/json",
                            "ce_correlationid=request-1",
                            "ce_causationid=cause-1",
                            "traceparent=" + TRACE);
            assertThat(new String(sent.value(), UTF_8))
                    .isEqualTo("{\"boxId\":\"" + BOX
                            + "\",\"owner\":\"Ada\",\"weight\":5,\"items\":[\"pen\"],\"note\":\"fragile\"}");
        }

        @Test
        void no_header_and_no_field_for_what_is_null() {
            BoxOpened withoutNote = new BoxOpened(BOX, "Ada", 5, List.of(), null);
            EventMetadata metadata = codec.describe(withoutNote, "/box-service", TIME, null, null, null);

            ProducerRecord<byte[], byte[]> sent = codec.encode(new Envelope<>(metadata, withoutNote));

            assertThat(sent.headers()).extracting(Header::key).doesNotContain("ce_causationid", "traceparent");
            assertThat(new String(sent.value(), UTF_8)).doesNotContain("note");
        }
    }

    @Nested
    class Reads {

        @Test
        void back_what_was_written() {
            EventMetadata metadata = codec.describe(OPENED, "/box-service", TIME, "request-1", "cause-1", TRACE);
            Envelope<BoxEvent> envelope = new Envelope<>(metadata, OPENED);

            assertThat(codec.decode(WireRecords.received(codec.encode(envelope))))
                    .isEqualTo(envelope);
        }

        @Test
        void back_what_was_written_without_cause_and_trace() {
            BoxClosed closed = new BoxClosed(BOX);
            Envelope<BoxEvent> envelope =
                    new Envelope<>(codec.describe(closed, "/box-service", TIME, null, null, null), closed);

            assertThat(codec.decode(WireRecords.received(codec.encode(envelope))))
                    .isEqualTo(envelope);
        }

        @Test
        void a_type_without_reading_more() {
            assertThat(EventCodec.typeOf(valid().headers())).isEqualTo("box.opened");
            assertThat(EventCodec.typeOf(new RecordHeaders())).isNull();
        }

        @Test
        void a_payload_with_fields_it_does_not_know() {
            Envelope<BoxEvent> envelope = codec.decode(withValue("{\"boxId\":\"" + BOX
                    + "\",\"colour\":{\"name\":[\"red\"]},\"owner\":\"Ada\",\"weight\":5,\"items\":[\"pen\"],"
                    + "\"note\":\"fragile\"}"));

            assertThat(envelope.event()).isEqualTo(OPENED);
        }

        @Test
        void an_optional_field_that_is_absent_or_null_as_null() {
            assertThat(codec.decode(withValue(
                                    "{\"boxId\":\"" + BOX + "\",\"owner\":\"Ada\",\"weight\":5,\"items\":[]}"))
                            .event())
                    .isEqualTo(new BoxOpened(BOX, "Ada", 5, List.of(), null));
            assertThat(codec.decode(withValue("{\"boxId\":\"" + BOX
                                    + "\",\"owner\":\"Ada\",\"weight\":5,\"items\":[],\"note\":null}"))
                            .event())
                    .isEqualTo(new BoxOpened(BOX, "Ada", 5, List.of(), null));
        }

        @Test
        void a_higher_minor_version_of_its_major() {
            Envelope<BoxEvent> envelope = codec.decode(withHeader("ce_dataschema", "box.opened/1.7"));

            assertThat(envelope.metadata().version()).isEqualTo(new EventVersion(1, 7));
            assertThat(envelope.event()).isEqualTo(OPENED);
        }

        @Test
        void a_foreign_id_as_the_same_uuid_each_time() {
            UUID first =
                    codec.decode(withHeader("ce_id", "order-42")).metadata().id();

            assertThat(codec.decode(withHeader("ce_id", "order-42")).metadata().id())
                    .isEqualTo(first)
                    .isEqualTo(UUID.fromString("7adc28ae-09d5-31b4-8205-69fc17f79a01"));
            assertThat(codec.decode(withHeader("ce_id", "order-43")).metadata().id())
                    .isNotEqualTo(first);
            ConsumerRecord<byte[], byte[]> ofAnother = withHeader("ce_id", "order-42");
            replace(ofAnother, "ce_source", "/elsewhere");
            assertThat(codec.decode(ofAnother).metadata().id()).isNotEqualTo(first);
        }

        @Test
        void an_id_that_only_resembles_a_uuid_as_a_foreign_one() {
            assertThat(codec.decode(withHeader("ce_id", "1-2-3-4-5")).metadata().id())
                    .isNotEqualTo(UUID.fromString("1-2-3-4-5"));
        }

        @ParameterizedTest
        @CsvSource({
            "2026-03-01T12:15:30+02:00, 2026-03-01T10:15:30Z",
            "2026-03-01T10:15:30.123456789Z, 2026-03-01T10:15:30.123456789Z",
            "2026-03-01t10:15:30z, 2026-03-01T10:15:30Z"
        })
        void every_time_of_rfc_3339(String written, Instant read) {
            assertThat(codec.decode(withHeader("ce_time", written)).metadata().time())
                    .isEqualTo(read);
        }

        @Test
        void the_log_s_time_where_the_event_has_none() {
            assertThat(codec.decode(withHeader("ce_time", null)).metadata().time())
                    .isEqualTo(Instant.ofEpochMilli(WireRecords.LOG_TIME));
        }

        @Test
        void the_id_as_correlation_where_the_event_has_none() {
            ConsumerRecord<byte[], byte[]> record = withHeader("ce_correlationid", null);
            replace(record, "ce_id", "order-42");

            assertThat(codec.decode(record).metadata().correlationId()).isEqualTo("order-42");
        }

        @Test
        void the_last_of_two_headers_of_one_name() {
            ConsumerRecord<byte[], byte[]> record = valid();
            record.headers().add("ce_source", "/elsewhere".getBytes(UTF_8));

            assertThat(codec.decode(record).metadata().source()).isEqualTo("/elsewhere");
        }
    }

    @Nested
    class Refuses {

        @ParameterizedTest
        @ValueSource(strings = {"ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_dataschema"})
        void a_record_without_a_required_header(String name) {
            assertThat(refusalOf(withHeader(name, null))).isEqualTo("The header " + name + " is missing");
        }

        @Test
        void a_header_without_a_value() {
            ConsumerRecord<byte[], byte[]> record = valid();
            record.headers().add("ce_type", null);

            assertThat(refusalOf(record)).isEqualTo("The header ce_type is missing");
        }

        @ParameterizedTest
        @CsvSource({
            "ce_specversion, 0.3, 'The header ce_specversion is 0.3, not 1.0'",
            "ce_type, box.lost, The event type box.lost is unknown on boxes",
            "ce_id, '', 'The header ce_id is empty, longer than 255 characters, or holds characters that can''t be printed'",
            "ce_source, '', 'The header ce_source is empty, longer than 255 characters, or holds characters that can''t be printed'",
            "ce_time, yesterday, The time 'yesterday' is not RFC 3339",
            "ce_time, 2026-03-01T10:15:30, The time '2026-03-01T10:15:30' is not RFC 3339",
            "ce_dataschema, box.opened/2.0, The major version of box.opened/2.0 is unknown: this build reads box.opened 1.x",
            "ce_dataschema, box.opened/1, The dataschema box.opened/1 has no version",
            "ce_dataschema, box.opened/0.9, The dataschema box.opened/0.9 has no version",
            "ce_dataschema, box.opened/+1.0, The dataschema box.opened/+1.0 has no version",
            "ce_dataschema, box.closed/1.0, 'The dataschema of box.opened is box.opened/<major>.<minor>, not box.closed/1.0'",
            "ce_dataschema, box.opened, 'The dataschema of box.opened is box.opened/<major>.<minor>, not box.opened'"
        })
        void a_header_that_it_does_not_understand(String name, String value, String message) {
            assertThat(refusalOf(withHeader(name, value))).isEqualTo(message);
        }

        @Test
        void a_subject_that_is_not_the_payload_s_key() {
            UUID id = EventCodec.newId();
            ConsumerRecord<byte[], byte[]> record = withHeader("ce_subject", "another");
            replace(record, "ce_id", id.toString());

            assertThat(refusalOf(record))
                    .isEqualTo("The subject of box.opened " + id + " is not the key of its payload");
        }

        @Test
        void a_record_key_that_is_not_the_subject() {
            ConsumerRecord<byte[], byte[]> valid = valid();
            String message = "The record key of box.opened "
                    + codec.decode(valid).metadata().id() + " is not its subject";

            assertThat(refusalOf(with(valid, "another".getBytes(UTF_8), valid.value())))
                    .isEqualTo(message);
            assertThat(refusalOf(with(valid, null, valid.value()))).isEqualTo(message);
        }

        @Test
        void a_tombstone() {
            ConsumerRecord<byte[], byte[]> valid = valid();

            assertThat(refusalOf(with(valid, valid.key(), null)))
                    .isEqualTo("An event of type box.opened has no payload");
        }

        @Test
        void a_payload_that_is_null() {
            assertThat(refusalOf(withValue("null"))).isEqualTo("The payload of box.opened is null");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "{\"boxId\": geheim} | no JSON at line 1, column 11",
                    "{\"owner\":\"geheim\" | no JSON at line 1, column 18",
                    "[\"geheim\"] | : array found, object expected",
                    "\"geheim\" | : string found, object expected"
                })
        void a_payload_that_is_no_json_object_and_does_not_quote_it(String value, String problem) {
            assertThat(refusalOf(withValue(value)))
                    .isEqualTo("The payload of box.opened is not box.opened/1.0: " + problem);
        }

        @Test
        void an_empty_payload() {
            assertThat(refusalOf(withValue(""))).startsWith("The payload of box.opened is not box.opened/1.0: ");
        }

        @Test
        void a_payload_with_something_behind_it() {
            assertThat(refusalOf(withValue(json("geheim", "\"Ada\"", "5", "[]") + "{}")))
                    .startsWith("The payload of box.opened is not box.opened/1.0: ");
        }

        @Test
        void a_payload_in_another_encoding_than_utf_8() {
            ConsumerRecord<byte[], byte[]> valid = valid();
            byte[] latin1 = json(BOX.toString(), "\"Zoë\"", "5", "[]").getBytes(ISO_8859_1);

            assertThat(refusalOf(with(valid, valid.key(), latin1)))
                    .startsWith("The payload of box.opened is not box.opened/1.0: ");
        }

        @ParameterizedTest
        @ValueSource(strings = {"boxId", "owner", "weight", "items"})
        void a_required_field_that_is_missing(String field) {
            assertThat(refusalOf(withValue(valueOf(valid()).replace("\"" + field + "\"", "\"x\""))))
                    .isEqualTo("The payload of box.opened is not box.opened/1.0: : required property '" + field
                            + "' not found");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "null     | \"geheim\" | 5             | []           | /boxId: null found, string expected",
                    "\"uuid\" | null       | 5             | []           | /owner: null found, string expected",
                    "\"uuid\" | \"geheim\" | null          | []           | /weight: null found, integer expected",
                    "\"uuid\" | \"geheim\" | 5             | null         | /items: null found, array expected",
                    "\"uuid\" | \"geheim\" | 5             | [null]       | /items/0: null found, string expected",
                    "\"geheim\" | \"geheim\" | 5           | []           | /boxId: does not match the uuid pattern must be a valid RFC 4122 UUID",
                    "\"uuid\" | 815        | 5             | []           | /owner: integer found, string expected",
                    "\"uuid\" | true       | 5             | []           | /owner: boolean found, string expected",
                    "\"uuid\" | \"geheim\" | \"815\"       | []           | /weight: string found, integer expected",
                    "\"uuid\" | \"geheim\" | 8.15          | []           | /weight: number found, integer expected",
                    "\"uuid\" | \"geheim\" | true          | []           | /weight: boolean found, integer expected",
                    "\"uuid\" | \"geheim\" | 9999999999815 | []           | /weight: must have a maximum value of 2147483647",
                    "\"uuid\" | \"geheim\" | 5             | \"geheim\"   | /items: string found, array expected",
                    "\"uuid\" | \"geheim\" | 5             | [[\"geheim\"]] | /items/0: array found, string expected",
                    "\"uuid\" | \"geheim\" | 8.15e999999999 | []          | /weight: unknown found, integer expected",
                    // valid by the schema, for which 2.0 is an integer, but not read
                    "\"uuid\" | \"geheim\" | 815.0         | []           | /weight: does not fit BoxOpened"
                })
        void a_field_that_is_not_what_the_schema_says_and_does_not_quote_it(
                String boxId, String owner, String weight, String items, String problem) {
            assertThat(refusalOf(withValue(json(boxId, owner, weight, items))))
                    .isEqualTo("The payload of box.opened is not box.opened/1.0: " + problem);
        }

        @Test
        void a_payload_that_is_nested_without_end() {
            assertThat(refusalOf(withValue("[".repeat(100_000))))
                    .startsWith("The payload of box.opened is not box.opened/1.0: ");
        }

        @Test
        void a_payload_with_many_faults_in_few_words() {
            String items = "1,".repeat(1000) + "1";

            assertThat(refusalOf(withValue(json("\"uuid\"", "\"Ada\"", "5", "[" + items + "]"))))
                    .contains("/items/0: integer found")
                    .hasSizeLessThan(500);
        }
    }

    /** What the codec says of a record; it must never repeat the payload, here or in a cause. */
    private String refusalOf(ConsumerRecord<byte[], byte[]> record) {
        UnreadableEventException refusal =
                catchThrowableOfType(UnreadableEventException.class, () -> codec.decode(record));
        List<Throwable> chain = new ArrayList<>();
        for (Throwable link = refusal; link != null; link = link.getCause()) {
            chain.add(link);
        }
        assertThat(chain)
                .isNotEmpty()
                // An id may hold any digits.
                .allSatisfy(link -> assertThat(link.toString().replaceAll("[0-9a-f-]{36}", "id"))
                        .doesNotContain("geheim", "815", "8.15"));
        return String.valueOf(refusal.getMessage());
    }

    private ConsumerRecord<byte[], byte[]> valid() {
        EventMetadata metadata = codec.describe(OPENED, "/box-service", TIME, "request-1", "cause-1", TRACE);
        return WireRecords.received(codec.encode(new Envelope<>(metadata, OPENED)));
    }

    private ConsumerRecord<byte[], byte[]> withHeader(String name, @Nullable String value) {
        ConsumerRecord<byte[], byte[]> record = valid();
        replace(record, name, value);
        return record;
    }

    private static void replace(ConsumerRecord<byte[], byte[]> record, String name, @Nullable String value) {
        record.headers().remove(name);
        if (value != null) {
            record.headers().add(name, value.getBytes(UTF_8));
        }
    }

    private ConsumerRecord<byte[], byte[]> withValue(String value) {
        ConsumerRecord<byte[], byte[]> valid = valid();
        return with(valid, valid.key(), value.getBytes(UTF_8));
    }

    @SuppressWarnings("NullAway") // Kafka's own signature does not say that key and value may be null
    private static ConsumerRecord<byte[], byte[]> with(
            ConsumerRecord<byte[], byte[]> record, byte @Nullable [] key, byte @Nullable [] value) {
        ProducerRecord<byte[], byte[]> sent = new ProducerRecord<>(record.topic(), null, key, value, record.headers());
        return WireRecords.received(sent);
    }

    private static String json(String boxId, String owner, String weight, String items) {
        return "{\"boxId\":" + boxId.replace("uuid", BOX.toString()) + ",\"owner\":" + owner + ",\"weight\":" + weight
                + ",\"items\":" + items + "}";
    }

    private static String valueOf(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.value(), UTF_8);
    }

    private static List<String> textsOf(ProducerRecord<byte[], byte[]> record) {
        List<String> texts = new ArrayList<>();
        record.headers().forEach(header -> texts.add(header.key() + "=" + new String(header.value(), UTF_8)));
        return texts;
    }
}
