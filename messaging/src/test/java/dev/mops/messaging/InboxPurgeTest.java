package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** The inbox does not grow for ever; what it has forgotten does not take effect again. */
class InboxPurgeTest {

    @Test
    void what_the_purge_has_forgotten_becomes_a_dead_letter_when_it_comes_again_and_what_is_held_is_not_forgotten() {
        TopicLog topic = TopicLog.of("purge");
        ProducerRecord<byte[], byte[]> handled = topic.event(new Deposited("a", 1));
        ProducerRecord<byte[], byte[]> held = topic.event(new Withdrawn("b", 1));
        try (AccountService service = start("30d")) {
            List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>(List.of(handled, held));
            for (int n = 2; n < 100; n++) {
                events.add(topic.event(new Deposited("a", n)));
            }
            topic.append(events);
            await().untilAsserted(() -> assertThat(service.numbersOf("a")).hasSize(99));
            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(1));
            assertThat(service.count("inbox_event")).isEqualTo(100);
        }
        try (AccountService service = start("1ms")) {
            await().untilAsserted(() -> assertThat(service.count("inbox_event")).isEqualTo(1));
            assertThat(service.count("inbox_horizon")).isEqualTo(1);

            // As they are when a group is set back: with the times of then.
            topic.rewindWhileStopped("purge", service.consumers());

            await().untilAsserted(() ->
                    assertThat(service.count("held_key WHERE state = 'DEAD'")).isEqualTo(2));
            await().untilAsserted(() -> assertThat(service.count("held_event")).isEqualTo(100));
            assertThat(service.count("held_event WHERE error_class LIKE '%ForgottenEventException'"))
                    .isEqualTo(1);
            assertThat(service.numbersOf("a")).hasSize(99);

            // What is younger than all that was forgotten takes effect.
            topic.append(topic.event(new Deposited("c", 1)));
            await().untilAsserted(() -> assertThat(service.numbersOf("c")).containsExactly(1L));
        }
    }

    private static AccountService start(String retention) {
        return AccountService.named("purge")
                .with("mops.messaging.inbox-retention", retention)
                .with("mops.messaging.retry-delays", "5ms")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            throw new IllegalStateException("fails");
                        })
                        .build())
                .start();
    }
}
