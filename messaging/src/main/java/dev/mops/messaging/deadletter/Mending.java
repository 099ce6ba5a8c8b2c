package dev.mops.messaging.deadletter;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.EventSchema;
import dev.mops.events.UnreadableEventException;
import dev.mops.messaging.CurrentEvent;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.EventHandlers.Step;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** What a discard and an edit mean for the events of one family. */
final class Mending<E> {

    private static final int MAX_VIOLATIONS_SHOWN = 5;

    private final EventHandlers<E> handlers;
    private final EventCodec<E> codec;
    private final TransactionTemplate apart;

    Mending(EventHandlers<E> handlers, PlatformTransactionManager transactions) {
        this.handlers = handlers;
        this.codec = new EventCodec<>(handlers.family());
        this.apart = new TransactionTemplate(transactions);
        apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    }

    /** Closes the way of an event, in the running transaction. What can't be read leads nowhere. */
    void discard(ConsumerRecord<byte[], byte[]> record) {
        Envelope<E> envelope;
        try {
            envelope = codec.decode(record);
        } catch (UnreadableEventException e) {
            return;
        }
        CurrentEvent.run(envelope.metadata(), () -> {
            handlers.prepare(List.of(envelope.event()));
            handlers.discard(envelope.event(), envelope.metadata());
        });
    }

    /**
     * Checks another payload for an event.
     *
     * @param calling whether an intent of a call is open, whose outcome is not known
     * @throws RefusedException if it is not what its schema says, or would change an open call
     */
    void checkEdit(ConsumerRecord<byte[], byte[]> record, byte[] payload, String json, boolean calling) {
        EventSchema schema;
        try {
            schema = codec.schemaOf(record.headers());
        } catch (UnreadableEventException e) {
            throw RefusedException.unprocessable("payload can't help: " + e.getMessage());
        }
        List<String> violations = schema.violations(json);
        if (!violations.isEmpty()) {
            throw RefusedException.unprocessable("payload is not " + schema.name() + ": "
                    + String.join(
                            "; ",
                            violations.stream().limit(MAX_VIOLATIONS_SHOWN).toList()));
        }
        Envelope<E> edited;
        try {
            edited = codec.decode(with(record, payload));
        } catch (UnreadableEventException e) {
            throw RefusedException.unprocessable("payload can't be read as the event: " + e.getMessage());
        }
        if (calling && handlers.stepOf(edited.event()) instanceof Step.Call<E> call) {
            E original = codec.decode(record).event();
            if (!intent(call, original).equals(intent(call, edited.event()))) {
                throw RefusedException.conflict(
                        "payload would change a call of the outside world whose outcome is not known yet");
            }
        }
    }

    /** What would be asked of the outside world; nothing of it stays. */
    private Optional<Object> intent(Step.Call<E> call, E event) {
        Optional<Object> request = CurrentEvent.intend(() -> apart.execute(status -> {
            status.setRollbackOnly();
            handlers.prepare(List.of(event));
            return call.intend().apply(event);
        }));
        return request == null ? Optional.empty() : request;
    }

    private static ConsumerRecord<byte[], byte[]> with(ConsumerRecord<byte[], byte[]> record, byte[] payload) {
        return new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                TimestampType.CREATE_TIME,
                record.serializedKeySize(),
                payload.length,
                record.key(),
                payload,
                record.headers(),
                Optional.empty());
    }
}
