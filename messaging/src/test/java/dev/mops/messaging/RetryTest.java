package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.Withdrawn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RetryTest {

    private static final TopicLog TOPIC = TopicLog.of("retry");
    private static final Map<String, Supplier<Throwable>> FAILURES = new ConcurrentHashMap<>();
    private static final Map<String, AtomicInteger> ATTEMPTS = new ConcurrentHashMap<>();
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

    @ParameterizedTest
    @CsvSource({
        "java.lang.IllegalStateException",
        "java.lang.ClassCastException",
        "java.lang.StackOverflowError",
        "java.lang.OutOfMemoryError",
        "java.lang.AssertionError",
        "java.lang.NoClassDefFoundError",
        "java.io.IOException",
        "org.apache.kafka.common.errors.SerializationException",
        "org.springframework.dao.DuplicateKeyException",
        "dev.mops.events.UnreadableEventException"
    })
    void a_batch_whose_handler_throws_is_rolled_back_whole_and_retried_until_it_succeeds(
            Class<? extends Throwable> kind) {
        String account = kind.getSimpleName();
        AtomicInteger attempts = new AtomicInteger();
        ATTEMPTS.put(account, attempts);
        FAILURES.put(account, () -> failure(kind));
        long committed = TOPIC.committed("retry");
        long claimed = service.count("inbox_event");
        TOPIC.append(List.of(
                TOPIC.event(new Deposited(account, 1)),
                TOPIC.event(new Withdrawn(account, 2)),
                TOPIC.event(new Deposited(account, 3))));

        // More often than spring-kafka's default of ten, after which it would skip.
        await().untilAsserted(() -> assertThat(attempts).hasValueGreaterThan(11));
        assertThat(service.numbersOf(account)).isEmpty();
        assertThat(service.count("inbox_event")).isEqualTo(claimed);
        assertThat(TOPIC.committed("retry")).isEqualTo(committed);

        FAILURES.remove(account);
        await().untilAsserted(() -> assertThat(TOPIC.committed("retry")).isEqualTo(committed + 3));
        assertThat(service.numbersOf(account)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void the_wait_before_a_retry_grows_to_its_limit_and_begins_anew_after_a_success(CapturedOutput log) {
        for (String account : List.of("first-failure", "second-failure")) {
            int from = log.toString().length();
            AtomicInteger attempts = new AtomicInteger();
            ATTEMPTS.put(account, attempts);
            FAILURES.put(account, IllegalStateException::new);
            TOPIC.append(TOPIC.event(new Withdrawn(account, 1)));

            await().untilAsserted(() -> assertThat(attempts).hasValueGreaterThan(5));
            FAILURES.remove(account);
            await().untilAsserted(() -> assertThat(service.numbersOf(account)).containsExactly(1L));
            assertThat(waits(log.toString().substring(from))).startsWith(10, 20, 40, 80, 80);
        }
    }

    @Test
    void a_record_that_cannot_be_read_blocks_and_is_named_without_its_payload(CapturedOutput log) {
        ProducerRecord<byte[], byte[]> event = TOPIC.event(new Deposited("unreadable", 1));
        long committed = TOPIC.committed("retry");
        RecordMetadata place = TOPIC.append(new ProducerRecord<>(
                event.topic(),
                null,
                event.key(),
                "{\"account\":\"unreadable\",\"number\":\"of-the-credit-card\"}".getBytes(UTF_8),
                event.headers()));
        TOPIC.append(TOPIC.event(new Deposited("unreadable", 2)));

        String named = "The record retry-%d@%d can't be read".formatted(place.partition(), place.offset());
        await().untilAsserted(() ->
                assertThat(log.toString().split(Pattern.quote(named), -1)).hasSizeGreaterThan(11));
        assertThat(log).doesNotContain("of-the-credit-card");
        assertThat(service.numbersOf("unreadable")).isEmpty();
        assertThat(TOPIC.committed("retry")).isEqualTo(committed);

        // The operator's way out until there are dead letters: the offsets are moved behind it.
        service.consumers().stop();
        TOPIC.commit("retry", place.partition(), place.offset() + 1);
        service.consumers().start();
        await().untilAsserted(() -> assertThat(service.numbersOf("unreadable")).containsExactly(2L));
    }

    private static void failAsTold(String account) {
        ATTEMPTS.getOrDefault(account, new AtomicInteger()).incrementAndGet();
        Supplier<Throwable> failure = FAILURES.get(account);
        if (failure != null) {
            RetryTest.<RuntimeException>sneak(failure.get());
        }
    }

    private static Throwable failure(Class<? extends Throwable> kind) {
        try {
            return kind.getConstructor(String.class).newInstance("fails as the test says");
        } catch (ReflectiveOperationException e) {
            try {
                return kind.getConstructor(Object.class).newInstance("fails as the test says");
            } catch (ReflectiveOperationException none) {
                throw new IllegalStateException(none);
            }
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
