package dev.mops.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.BoxEvent.BoxClosed;
import dev.mops.events.BoxEvent.BoxOpened;
import io.cloudevents.CloudEvent;
import io.cloudevents.SpecVersion;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.kafka.KafkaMessageFactory;
import java.net.URI;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** The CloudEvents project's own SDK on the other side of the wire. */
class CloudEventsSdkTest {

    private static final UUID BOX = UUID.fromString("0199a3f0-0000-7000-8000-000000000001");

    private final EventCodec<BoxEvent> codec = new EventCodec<>(BoxEvent.FAMILY);

    @Test
    void reads_what_we_write() {
        Instant time = Instant.parse("2026-03-01T10:15:30.123456Z");
        EventMetadata metadata = codec.describe(
                new BoxOpened(BOX, "Ada", 5, List.of("pen"), null), "/box-service", time, "request-1", "cause-1", null);

        CloudEvent event = KafkaMessageFactory.createReader(WireRecords.received(
                        codec.encode(new Envelope<>(metadata, new BoxOpened(BOX, "Ada", 5, List.of("pen"), null)))))
                .toEvent();

        assertThat(event.getSpecVersion()).isEqualTo(SpecVersion.V1);
        assertThat(event.getId()).isEqualTo(metadata.id().toString());
        assertThat(event.getType()).isEqualTo("box.opened");
        assertThat(event.getSource()).isEqualTo(URI.create("/box-service"));
        assertThat(event.getSubject()).isEqualTo(BOX.toString());
        assertThat(requireNonNull(event.getTime()).toInstant()).isEqualTo(time);
        assertThat(event.getDataSchema()).isEqualTo(URI.create("box.opened/1.0"));
        assertThat(event.getDataContentType()).isEqualTo("application/json");
        assertThat(event.getExtension("correlationid")).isEqualTo("request-1");
        assertThat(event.getExtension("causationid")).isEqualTo("cause-1");
        assertThat(new String(requireNonNull(event.getData()).toBytes(), UTF_8))
                .isEqualTo("{\"boxId\":\"" + BOX + "\",\"owner\":\"Ada\",\"weight\":5,\"items\":[\"pen\"]}");
    }

    @Test
    void writes_what_we_read() {
        UUID id = EventCodec.newId();
        CloudEvent event = CloudEventBuilder.v1()
                .withId(id.toString())
                .withType("box.closed")
                .withSource(URI.create("urn:elsewhere"))
                .withSubject(BOX.toString())
                .withTime(OffsetDateTime.parse("2026-03-01T12:15:30.5+02:00"))
                .withDataSchema(URI.create("box.closed/1.0"))
                .withData("application/json", ("{\"boxId\":\"" + BOX + "\"}").getBytes(UTF_8))
                .withExtension("correlationid", "request-1")
                .withExtension("causationid", "cause-1")
                .build();
        ProducerRecord<byte[], byte[]> sent = KafkaMessageFactory.createWriter(
                        "boxes", BOX.toString().getBytes(UTF_8))
                .writeBinary(event);

        Envelope<BoxEvent> envelope = codec.decode(WireRecords.received(sent));

        assertThat(envelope)
                .isEqualTo(new Envelope<>(
                        new EventMetadata(
                                id,
                                "box.closed",
                                new EventVersion(1, 0),
                                "urn:elsewhere",
                                BOX.toString(),
                                Instant.parse("2026-03-01T10:15:30.5Z"),
                                "request-1",
                                "cause-1",
                                null),
                        new BoxClosed(BOX)));
    }
}
