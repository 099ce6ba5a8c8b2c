package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.events.UnreadableEventException;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.TransientDataAccessResourceException;

@ExtendWith(OutputCaptureExtension.class)
class RetryTest {

    private static final TopicLog TOPIC = TopicLog.of("retry");
    private static final Map<String, Supplier<@Nullable Throwable>> FAILURES = new ConcurrentHashMap<>();
    private static AccountService service;

    @BeforeAll
    static void start() {
        service = AccountService.named("retry")
                .with("mops.messaging.concurrency", 1)
                .with("mops.messaging.retry-backoff", "10ms")
                .with("mops.messaging.max-retry-backoff", "80ms")
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            accounts.note(withdrawn, metadata);
                            failAsTold(withdrawn.account());
                        })
                        .build())
                .start();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void a_batch_is_rolled_back_whole_and_retried_whatever_its_handler_throws_and_however_often() {
        Iterator<Throwable> failures = List.of(
                        new IllegalStateException(),
                        new ClassCastException(),
                        new StackOverflowError(),
                        new OutOfMemoryError(),
                        new AssertionError(),
                        new NoClassDefFoundError(),
                        new IOException(),
                        new SerializationException(),
                        new DuplicateKeyException("none"),
                        new UnreadableEventException("none"),
                        new TransientDataAccessResourceException("none"),
                        new IllegalArgumentException())
                .iterator();
        CountDownLatch last = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        FAILURES.put("whatever", () -> {
            if (!failures.hasNext()) {
                last.countDown();
                awaitLatch(release);
            }
            return failures.hasNext() ? failures.next() : null;
        });
        long committed = TOPIC.committed("retry");
        long claimed = service.count("inbox_event");
        TOPIC.append(List.of(
                TOPIC.event(new Deposited("whatever", 1)),
                TOPIC.event(new Withdrawn("whatever", 2)),
                TOPIC.event(new Deposited("whatever", 3))));

        // More often than spring-kafka's default of ten, after which it would skip.
        awaitLatch(last);
        assertThat(service.numbersOf("whatever")).isEmpty();
        assertThat(service.count("inbox_event")).isEqualTo(claimed);
        assertThat(TOPIC.committed("retry")).isEqualTo(committed);

        release.countDown();
        await().untilAsserted(() -> assertThat(TOPIC.committed("retry")).isEqualTo(committed + 3));
        assertThat(service.numbersOf("whatever")).containsExactly(1L, 2L, 3L);
    }

    @Test
    void the_wait_before_a_retry_grows_to_its_limit_and_begins_anew_after_a_success(CapturedOutput log) {
        for (String account : List.of("first-failure", "second-failure")) {
            int from = log.toString().length();
            Iterator<Throwable> failures = Stream.<Throwable>generate(IllegalStateException::new)
                    .limit(5)
                    .iterator();
            FAILURES.put(account, () -> failures.hasNext() ? failures.next() : null);
            TOPIC.append(TOPIC.event(new Withdrawn(account, 1)));

            await().untilAsserted(() -> assertThat(service.numbersOf(account)).containsExactly(1L));
            assertThat(waits(log.toString().substring(from))).containsExactly(10, 20, 40, 80, 80);
        }
    }

    @Test
    void a_record_that_cannot_be_read_blocks_and_is_named_without_its_payload(CapturedOutput log) {
        TopicLog topic = TopicLog.of("unreadable").create(1);
        ProducerRecord<byte[], byte[]> event = topic.event(new Deposited("a", 1));
        topic.append(topic.event(new Deposited("a", 1)));
        topic.append(new ProducerRecord<>(
                event.topic(),
                null,
                event.key(),
                "{\"account\":\"a\",\"number\":\"of-the-credit-card\"}".getBytes(UTF_8),
                event.headers()));
        topic.append(topic.event(new Deposited("a", 3)));
        try (AccountService blocked = AccountService.named("unreadable")
                .with("mops.messaging.partitions", 1)
                .with("mops.messaging.concurrency", 1)
                .noting()
                .start()) {
            String named = "The record unreadable-0@1 can't be read";
            await().untilAsserted(() ->
                    assertThat(log.toString().split(Pattern.quote(named), -1)).hasSizeGreaterThan(5));
            assertThat(log).doesNotContain("of-the-credit-card");
            assertThat(blocked.effects()).isEmpty();
            assertThat(topic.committed("unreadable")).isZero();

            // The operator's way out until there are dead letters: the offset is moved behind it.
            blocked.consumers().stop();
            topic.commit("unreadable", 0, 2);
            blocked.consumers().start();
            await().untilAsserted(() -> assertThat(blocked.numbersOf("a")).containsExactly(3L));
        }
    }

    private static void failAsTold(String account) {
        Throwable failure = FAILURES.getOrDefault(account, () -> null).get();
        if (failure != null) {
            RetryTest.<RuntimeException>sneak(failure);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // A handler can throw checked exceptions, too: other languages do, and sneaky code.
    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void sneak(Throwable failure) throws X {
        throw (X) failure;
    }

    private static List<Integer> waits(String log) {
        Matcher matcher = Pattern.compile("runs again in (\\d+) ms").matcher(log);
        List<Integer> waits = new ArrayList<>();
        while (matcher.find()) {
            waits.add(Integer.valueOf(matcher.group(1)));
        }
        return waits;
    }
}
