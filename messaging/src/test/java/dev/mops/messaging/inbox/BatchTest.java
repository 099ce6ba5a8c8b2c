package dev.mops.messaging.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.EventFamily;
import dev.mops.messaging.AccountEvent;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.EventHandlers;
import dev.mops.messaging.topic.Topics;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class BatchTest {

    private static final EventFamily<AccountEvent> FAMILY = AccountEvent.on("batch");
    private static final EventCodec<AccountEvent> CODEC = new EventCodec<>(FAMILY);
    private static final EventHandlers<AccountEvent> HANDLERS = EventHandlers.of(FAMILY)
            .on(Deposited.class, event -> {})
            .on(TransferRequested.class, event -> Optional.of("request"), request -> "answer", (event, answer) -> {})
            .build();

    @Test
    void events_without_a_call_share_a_batch_in_their_order() {
        assertThat(cut(new Deposited("a", 1), new Deposited("b", 1), new Deposited("a", 2)))
                .containsExactly(List.of(new Deposited("a", 1), new Deposited("b", 1), new Deposited("a", 2)));
    }

    @Test
    void a_call_comes_after_the_batch_of_the_events_of_its_key_before_it_and_what_follows_stays_behind() {
        assertThat(cut(new Deposited("a", 1), new TransferRequested("a", 2), new Deposited("a", 3)))
                .containsExactly(
                        List.of(new Deposited("a", 1)), List.of(new TransferRequested("a", 2), new Deposited("a", 3)));
    }

    @Test
    void the_calls_of_a_backlog_are_made_together_however_its_keys_alternate() {
        assertThat(cut(
                        new Deposited("a", 1),
                        new TransferRequested("a", 2),
                        new Deposited("b", 1),
                        new TransferRequested("b", 2),
                        new TransferRequested("c", 1)))
                .containsExactly(
                        List.of(new Deposited("a", 1), new Deposited("b", 1), new TransferRequested("c", 1)),
                        List.of(new TransferRequested("a", 2), new TransferRequested("b", 2)));
    }

    private static List<List<AccountEvent>> cut(AccountEvent... events) {
        Items<AccountEvent> items =
                new Items<>(HANDLERS, new Topics(List.of(), List.of(), 1, (short) 1, null, Map.of()));
        List<Item<AccountEvent>> poll = Stream.of(events)
                .map(event -> new Envelope<>(CODEC.describe(event, "/batch", Instant.EPOCH, null, null, null), event))
                .map(CODEC::encode)
                .map(record -> {
                    var read = new ConsumerRecord<>("batch", 0, 0, record.key(), record.value());
                    record.headers().forEach(read.headers()::add);
                    return items.of(read, new HashMap<>());
                })
                .toList();
        return Batch.cut(poll).stream()
                .map(batch -> batch.stream()
                        .map(item -> item.event().envelope().event())
                        .toList())
                .toList();
    }
}
