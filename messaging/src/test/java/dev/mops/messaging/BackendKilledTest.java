package dev.mops.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** A session of the database is ended under an event. Once is bad luck; for ever, it is the event. */
class BackendKilledTest {

    private static final String KILL = "SELECT pg_terminate_backend(pg_backend_pid())";

    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger kills = new AtomicInteger();

    @Test
    void an_event_under_which_every_session_ends_becomes_a_dead_letter_and_holds_up_no_other() {
        kills.set(Integer.MAX_VALUE);
        try (AccountService service = start("backend_killed")) {
            TopicLog topic = TopicLog.of("backend_killed");
            List<ProducerRecord<byte[], byte[]>> events = new ArrayList<>();
            for (int n = 0; n < 50; n++) {
                events.add(TopicLog.on(0, topic.event(new Deposited("good-" + n, n))));
            }
            events.add(20, TopicLog.on(0, topic.event(new Withdrawn("bad", 1))));
            events.add(30, TopicLog.on(0, topic.event(new Deposited("bad", 2))));
            service.consumers().stop();
            topic.append(events);
            service.consumers().start();

            await().untilAsserted(() -> assertThat(service.effects()).hasSize(50));
            await().untilAsserted(() -> assertThat(service.count("held_key WHERE state = 'DEAD' AND attempts = 4"))
                    .isEqualTo(1));
            assertThat(service.numbersOf("bad")).isEmpty();
            assertThat(service.count("held_event")).isEqualTo(2);
        }
    }

    @Test
    void a_session_that_ends_once_costs_no_attempt() {
        kills.set(1);
        try (AccountService service = start("backend_killed_once")) {
            service.publish(new Withdrawn("a", 1), new Deposited("a", 2));

            await().untilAsserted(() -> assertThat(service.numbersOf("a")).containsExactly(1L, 2L));
            assertThat(attempts).hasValue(2);
            assertThat(TopicLog.of("backend_killed_once-backend_killed_once-retry-1")
                            .records())
                    .isEmpty();
        }
    }

    private AccountService start(String name) {
        return AccountService.named(name)
                .with("mops.messaging.concurrency", 1)
                .with("mops.messaging.retry-delays", "5ms,5ms,5ms")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            attempts.incrementAndGet();
                            if (kills.getAndDecrement() > 0) {
                                accounts.jdbc().queryForList(KILL);
                            }
                            accounts.note(withdrawn, metadata);
                        })
                        .build())
                .start();
    }
}
