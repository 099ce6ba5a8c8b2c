package dev.mops.messaging.held;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mops.events.EventCodec;
import dev.mops.events.EventMetadata;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What identifies an event: CloudEvents promises that source and id together are unique. */
public record EventId(String source, UUID id) {

    /** The id of an event. */
    public static EventId of(EventMetadata metadata) {
        return new EventId(metadata.source(), metadata.id());
    }

    /** Whether a record's headers hold an id that can be kept. */
    public static boolean isIn(ConsumerRecord<byte[], byte[]> record) {
        return EventCodec.idOf(record.headers()) != null;
    }

    /**
     * The id of a record that is no event: the one in its headers, else one of its place.
     *
     * @param topicId of its topic, since a topic that is made anew begins with old offsets
     */
    public static EventId of(ConsumerRecord<byte[], byte[]> record, String topicId) {
        UUID id = EventCodec.idOf(record.headers());
        String source = EventCodec.sourceOf(record.headers());
        if (id != null && source != null) {
            return new EventId(source, id);
        }
        String place = topicId + "-" + record.partition() + "@" + record.offset();
        return new EventId("kafka:" + record.topic(), UUID.nameUUIDFromBytes(place.getBytes(UTF_8)));
    }
}
