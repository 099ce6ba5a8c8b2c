package dev.mops.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mops.events.ParcelEvent.ParcelSent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Several versions of one event: all are read as the newest, and one of each major can be written. */
class VersionsTest {

    private static final ParcelSent SENT = new ParcelSent("p-1", List.of("Main Street 1", "Yard"), "fragile");

    private final EventCodec<ParcelEvent> codec = new EventCodec<>(ParcelEvent.FAMILY);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1.0 | {\"parcel\":\"p-1\",\"street\":\"Main Street 1\"}",
                "1.1 | {\"parcel\":\"p-1\",\"street\":\"Main Street 1\"}",
                "1.7 | {\"parcel\":\"p-1\",\"street\":\"Main Street 1\",\"colour\":{\"name\":\"red\"}}",
                // What a later version calls so is unknown to this one.
                "1.0 | {\"parcel\":\"p-1\",\"street\":\"Main Street 1\",\"note\":7,\"lines\":{}}",
                "2.0 | {\"parcel\":\"p-1\",\"lines\":[\"Main Street 1\"]}",
                "2.9 | {\"parcel\":\"p-1\",\"lines\":[\"Main Street 1\"],\"colour\":\"red\"}"
            })
    void every_version_is_read_as_the_newest(String version, String payload) {
        Envelope<ParcelEvent> read = codec.decode(record(version, payload));

        assertThat(read.event()).isEqualTo(new ParcelSent("p-1", List.of("Main Street 1"), null));
        assertThat(read.metadata().version()).hasToString(version);
    }

    @Test
    void the_newest_version_is_written() {
        EventMetadata metadata = codec.describe(SENT, "/parcels", Instant.EPOCH, null, null, null);

        assertThat(metadata.version()).hasToString("2.0");
        assertThat(new String(codec.encode(new Envelope<>(metadata, SENT)).value(), UTF_8))
                .isEqualTo("{\"parcel\":\"p-1\",\"lines\":[\"Main Street 1\",\"Yard\"],\"note\":\"fragile\"}");
    }

    @Test
    void the_major_before_is_written_where_the_new_one_is_not_written_yet() {
        EventCodec<ParcelEvent> writer = writing("1.1");
        EventMetadata metadata = writer.describe(SENT, "/parcels", Instant.EPOCH, null, null, null);
        ProducerRecord<byte[], byte[]> written = writer.encode(new Envelope<>(metadata, SENT));

        assertThat(metadata.version()).hasToString("1.1");
        assertThat(new String(written.value(), UTF_8))
                .isEqualTo("{\"parcel\":\"p-1\",\"note\":\"fragile\",\"street\":\"Main Street 1, Yard\"}");
        assertThat(codec.decode(WireRecords.received(written)).event())
                .isEqualTo(new ParcelSent("p-1", List.of("Main Street 1, Yard"), "fragile"));
    }

    @Test
    void of_each_major_only_the_newest_minor_is_written() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writing("1.0"))
                .withMessage("parcel.sent can't be written as 1.0: it can as 1.1 or 2.0");
        EventMetadata metadata = codec.describe(SENT, "/parcels", Instant.EPOCH, null, null, null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(new Envelope<>(metadata.withVersion(new EventVersion(2, 1)), SENT)))
                .withMessage("parcel.sent can't be written as 2.1: it can as 1.1 or 2.0");
    }

    @Test
    void what_violates_its_schema_is_not_written_and_not_quoted() {
        ParcelSent wrong = new ParcelSent("p-1", List.of("", "geheim".repeat(20)), null);
        EventMetadata metadata = codec.describe(wrong, "/parcels", Instant.EPOCH, null, null, null);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(new Envelope<>(metadata, wrong)))
                .withMessage("The payload is not parcel.sent/2.0: /lines/0: must be at least 1 characters long;"
                        + " /lines/1: must be at most 40 characters long");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        writing("1.1").encode(new Envelope<>(metadata.withVersion(new EventVersion(1, 1)), wrong)))
                .withMessage("The payload is not parcel.sent/1.1: /street: must be at most 40 characters long");
    }

    @Test
    void an_unknown_major_is_refused_with_those_that_are_read() {
        assertThat(refusal("3.0", "{}"))
                .isEqualTo("The major version of parcel.sent/3.0 is unknown: this build reads parcel.sent 1.x and 2.x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"parcel\":\"p-1\"} | : required property 'street' not found",
                "{\"parcel\":\"p-1\",\"street\":[\"geheim\"]} | /street: array found, string expected",
                "{\"parcel\":815,\"street\":\"Main Street 1\"} | /parcel: integer found, string expected",
                "[\"geheim\"] | : array found, object expected",
                "null | : null found, object expected",
                "{\"parcel\": geheim} | no JSON at line 1, column 12"
            })
    void a_payload_of_an_old_version_is_held_against_its_own_schema_and_not_quoted(String payload, String problem) {
        assertThat(refusal("1.1", payload))
                .isEqualTo("The payload of parcel.sent is not parcel.sent/1.1: " + problem)
                .doesNotContain("geheim", "815");
    }

    @Test
    void a_change_that_fails_on_a_valid_payload_is_named() {
        EventFamily<ParcelEvent> broken = parcels("1.0", "1.1", "2.0")
                .change("parcel.sent", 2, new MajorChange() {
                    @Override
                    public ObjectNode upcast(ObjectNode payload) {
                        throw new IllegalStateException("geheim");
                    }

                    @Override
                    public ObjectNode downcast(ObjectNode payload) {
                        return payload;
                    }
                })
                .build();

        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> new EventCodec<>(broken)
                        .decode(record("1.0", "{\"parcel\":\"p-1\",\"street\":\"Main Street 1\"}")))
                .withMessage("The payload of parcel.sent is not parcel.sent/1.0: it can't be read as parcel.sent/2.0,"
                        + " IllegalStateException")
                .withNoCause();
    }

    @Test
    void the_schema_of_a_record_is_that_of_its_own_version() {
        assertThat(codec.schemaOf(record("1.0", "{}").headers()).name()).isEqualTo("parcel.sent/1.0");
        assertThat(codec.schemaOf(record("1.7", "{}").headers()).name()).isEqualTo("parcel.sent/1.1");
        assertThat(codec.schemaOf(record("2.0", "{}").headers()).name()).isEqualTo("parcel.sent/2.0");
        assertThatExceptionOfType(UnreadableEventException.class)
                .isThrownBy(() -> codec.schemaOf(record("3.0", "{}").headers()));
    }

    @Test
    void a_family_lists_its_versions_without_a_gap() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parcels("1.0", "2.0", "1.1"))
                .withMessage("The version 1.1 of parcel.sent does not follow 2.0: 2.1 or 3.0 does");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parcels("1.0", "1.0"))
                .withMessage("The version 1.0 of parcel.sent does not follow 1.0: 1.1 or 2.0 does");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parcels())
                .withMessage("The type parcel.sent has no version");
    }

    @Test
    void a_major_version_needs_its_change_and_a_change_its_major_version() {
        assertThatIllegalStateException()
                .isThrownBy(() -> parcels("1.0", "1.1", "2.0").build())
                .withMessage("The change to parcel.sent 2.x is missing: records of 1.x could not be read");
        assertThatIllegalStateException()
                .isThrownBy(() -> parcels("1.0", "1.1")
                        .change("parcel.sent", 2, new ParcelEvent.Lines())
                        .build())
                .withMessage("The change to parcel.sent 2.x leads to or from a version that is not read");
        assertThatIllegalStateException()
                .isThrownBy(() -> parcels("2.0")
                        .change("parcel.sent", 2, new ParcelEvent.Lines())
                        .build())
                .withMessage("The change to parcel.sent 2.x leads to or from a version that is not read");
        assertThatIllegalStateException()
                .isThrownBy(() -> parcels("2.0")
                        .change("parcel.lost", 2, new ParcelEvent.Lines())
                        .build())
                .withMessage("The change to parcel.lost 2.x leads to or from a version that is not read");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parcels("1.1", "2.0")
                        .change("parcel.sent", 2, new ParcelEvent.Lines())
                        .change("parcel.sent", 2, new ParcelEvent.Lines()))
                .withMessage("The change to parcel.sent 2.x is said twice");
    }

    private static EventFamily.Builder<ParcelEvent> parcels(String... versions) {
        return EventFamily.of(ParcelEvent.class)
                .topic("parcels")
                .key(ParcelEvent::parcel)
                .event(ParcelSent.class, "parcel.sent", versions);
    }

    private static EventCodec<ParcelEvent> writing(String version) {
        return new EventCodec<>(ParcelEvent.FAMILY, Map.of("parcel.sent", EventVersion.of(version)));
    }

    private String refusal(String version, String payload) {
        try {
            return codec.decode(record(version, payload)).toString();
        } catch (UnreadableEventException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private ConsumerRecord<byte[], byte[]> record(String version, String payload) {
        EventMetadata metadata = codec.describe(SENT, "/parcels", Instant.EPOCH, null, null, null);
        ProducerRecord<byte[], byte[]> written = codec.encode(new Envelope<>(metadata, SENT));
        written.headers().remove(WireHeaders.DATA_SCHEMA);
        written.headers().add(WireHeaders.DATA_SCHEMA, ("parcel.sent/" + version).getBytes(UTF_8));
        return WireRecords.received(
                new ProducerRecord<>(written.topic(), null, written.key(), payload.getBytes(UTF_8), written.headers()));
    }
}
