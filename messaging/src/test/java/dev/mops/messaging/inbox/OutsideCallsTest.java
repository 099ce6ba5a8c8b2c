package dev.mops.messaging.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mops.events.EventCodec;
import dev.mops.events.EventMetadata;
import dev.mops.events.EventVersion;
import dev.mops.messaging.TryLater;
import dev.mops.messaging.held.EventId;
import dev.mops.messaging.inbox.OutsideCalls.Answers;
import dev.mops.messaging.inbox.OutsideCalls.Call;
import dev.mops.messaging.trace.EventTraces;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class OutsideCallsTest {

    private static final int AT_ONCE = 3;

    private final OutsideCalls calls = new OutsideCalls(AT_ONCE, Duration.ofMillis(50), EventTraces.NONE);
    private final AtomicInteger made = new AtomicInteger();

    @Test
    void an_outside_that_answers_nobody_is_not_asked_for_all_of_a_batch() {
        Answers answers = calls.make(calls(40, this::neverAnswered));

        assertThat(answers.failures()).hasSize(40);
        assertThat(answers.failures().values()).allMatch(failure -> failure instanceof TryLater);
        // Those at once, and those that began before the last of these was given up.
        assertThat(made).hasValueBetween(AT_ONCE, 2 * AT_ONCE - 1);
    }

    @Test
    void who_answers_some_is_asked_for_all() {
        AtomicInteger n = new AtomicInteger();

        // Fewer than run at once: the last to be answered may be answered before all of them are given up.
        Answers answers = calls.make(calls(40, () -> n.incrementAndGet() <= AT_ONCE - 1 ? neverAnswered() : "yes"));

        assertThat(answers.outcomes()).hasSize(40 - (AT_ONCE - 1));
        assertThat(n).hasValue(40);
    }

    private Map<EventId, Call> calls(int count, Supplier<Object> call) {
        Map<EventId, Call> calls = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            UUID id = EventCodec.newId();
            EventMetadata event = new EventMetadata(
                    id, "asked", new EventVersion(1, 0), "/elsewhere", "a", Instant.EPOCH, id.toString(), null, null);
            calls.put(new EventId("/elsewhere", id), new Call(event, call));
        }
        return calls;
    }

    private Object neverAnswered() {
        made.incrementAndGet();
        try {
            new CountDownLatch(1).await();
            return "never";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
