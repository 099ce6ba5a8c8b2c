package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.StatementSent;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.AccountEvent.Withdrawn;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.CannotCreateTransactionException;

/** What is counted and timed of events. */
class EventMetersTest {

    private static final TopicLog TOPIC = TopicLog.of("event_meters");
    /** How often the events of an account fail. */
    private static final Map<String, Integer> FAILURES = new ConcurrentHashMap<>();

    /** How many transactions find the database away. */
    private static final AtomicInteger OUTAGES = new AtomicInteger();

    private static AccountService service;
    private static MeterRegistry meters;

    @BeforeAll
    static void start() {
        service = AccountService.named("event_meters")
                .with("mops.messaging.concurrency", 1)
                .with("mops.messaging.retry-delays", "10ms,10ms")
                .beans(context -> context.registerBean(MeterRegistry.class, SimpleMeterRegistry::new))
                .handling((accounts, family) -> EventHandlers.of(family)
                        .prepare(events -> {
                            if (OUTAGES.getAndUpdate(outages -> Math.max(0, outages - 1)) > 0) {
                                throw new CannotCreateTransactionException(
                                        "as if the database were away", new SQLException("gone", "08006"));
                            }
                        })
                        .on(Deposited.class, accounts::note)
                        .on(Withdrawn.class, (withdrawn, metadata) -> {
                            accounts.note(withdrawn, metadata);
                            if (FAILURES.merge(withdrawn.account(), -1, Integer::sum) >= 0) {
                                throw new IllegalStateException("fails as told");
                            }
                        })
                        .on(
                                TransferRequested.class,
                                requested -> Optional.of(requested.account()),
                                account -> "done",
                                (requested, answer) -> accounts.touch(requested.account()))
                        .build())
                .start();
        meters = service.bean(MeterRegistry.class);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void an_event_that_takes_effect_is_counted_and_its_way_is_timed() {
        double handled = count("events.handled", "account.deposited");
        long ran = timer("handler", "account.deposited").count();
        long effects = timer("effect", "account.deposited").count();
        double effectSeconds = timer("effect", "account.deposited").totalTime(TimeUnit.SECONDS);
        double inBatches = meters.get("mops.messaging.batch").summary().totalAmount();
        double relayed = meters.get("mops.messaging.relay.batch").summary().totalAmount();
        long acknowledged = meters.get("mops.messaging.relay.latency").timer().count();

        service.publish(new Deposited("way", 1), new Deposited("way", 2));

        await().untilAsserted(() ->
                assertThat(count("events.handled", "account.deposited")).isEqualTo(handled + 2));
        assertThat(timer("handler", "account.deposited").count()).isEqualTo(ran + 2);
        assertThat(timer("effect", "account.deposited").count()).isEqualTo(effects + 2);
        // From the birth of the event, which is before the relay has sent it.
        assertThat(timer("effect", "account.deposited").totalTime(TimeUnit.SECONDS))
                .isGreaterThan(effectSeconds);
        assertThat(meters.get("mops.messaging.batch").summary().totalAmount()).isEqualTo(inBatches + 2);
        // The event may be here before the relay knows that it was taken.
        await().untilAsserted(() -> assertThat(
                        meters.get("mops.messaging.relay.batch").summary().totalAmount())
                .isGreaterThanOrEqualTo(relayed + 2));
        assertThat(meters.get("mops.messaging.relay.latency").timer().count()).isGreaterThan(acknowledged);
    }

    @Test
    void what_is_rolled_back_is_timed_and_not_counted() {
        double deposits = count("events.handled", "account.deposited");
        double withdrawals = count("events.handled", "account.withdrawn");
        double retried = count("events.retried", "account.withdrawn");
        double failed = count("events.failed", "account.withdrawn");
        long ran = timer("handler", "account.withdrawn").count();
        FAILURES.put("once", 1);

        service.consumers().stop();
        TOPIC.append(List.of(TOPIC.event(new Deposited("beside", 1)), TOPIC.event(new Withdrawn("once", 1))));
        service.consumers().start();

        // The deposit may have run in both transactions, of which one was rolled back.
        await().untilAsserted(() ->
                assertThat(count("events.handled", "account.withdrawn")).isEqualTo(withdrawals + 1));
        assertThat(count("events.handled", "account.deposited")).isEqualTo(deposits + 1);
        assertThat(count("events.retried", "account.withdrawn")).isEqualTo(retried + 1);
        assertThat(count("events.failed", "account.withdrawn")).isEqualTo(failed);
        assertThat(timer("handler", "account.withdrawn").count()).isEqualTo(ran + 2);
    }

    @Test
    void an_event_that_fails_for_good_is_counted_with_its_retries_and_once_as_failed() {
        double retried = count("events.retried", "account.withdrawn");
        double failed = count("events.failed", "account.withdrawn");
        double handled = count("events.handled", "account.withdrawn");
        FAILURES.put("for-good", 100);

        TOPIC.append(TOPIC.event(new Withdrawn("for-good", 1)));

        await().untilAsserted(() ->
                assertThat(count("events.failed", "account.withdrawn")).isEqualTo(failed + 1));
        assertThat(count("events.retried", "account.withdrawn")).isEqualTo(retried + 2);
        assertThat(count("events.handled", "account.withdrawn")).isEqualTo(handled);
    }

    @Test
    void of_an_event_with_a_call_both_parts_of_its_handler_are_timed() {
        double handled = count("events.handled", "account.transfer_requested");

        TOPIC.append(TOPIC.event(new TransferRequested("called", 1)));

        await().untilAsserted(() -> assertThat(count("events.handled", "account.transfer_requested"))
                .isEqualTo(handled + 1));
        assertThat(timer("handler", "account.transfer_requested").count()).isEqualTo(2);
    }

    @Test
    void what_cant_be_read_is_failed_under_its_type_or_as_unknown() {
        double typed = count("events.failed", "account.deposited");
        double unknown = count("events.failed", "unknown");
        ProducerRecord<byte[], byte[]> broken = broken(new Deposited("broken", 1));
        ProducerRecord<byte[], byte[]> untyped = broken(new Deposited("untyped", 1));
        untyped.headers().remove("ce_type");

        TOPIC.append(List.of(broken, untyped));

        await().untilAsserted(() -> {
            assertThat(count("events.failed", "account.deposited")).isEqualTo(typed + 1);
            assertThat(count("events.failed", "unknown")).isEqualTo(unknown + 1);
        });
    }

    @Test
    void the_types_are_those_of_the_table_and_one_for_all_others() {
        double skipped = meters.get("mops.messaging.events.skipped").counter().count();
        ProducerRecord<byte[], byte[]> odd = TOPIC.event(new Deposited("odd", 1));
        odd.headers().remove("ce_type").add("ce_type", "anybody.says_anything".getBytes(UTF_8));

        TOPIC.append(List.of(odd, TOPIC.event(new StatementSent("odd", 2))));

        await().untilAsserted(() -> assertThat(
                        meters.get("mops.messaging.events.skipped").counter().count())
                .isEqualTo(skipped + 2));
        assertThat(meters.get("mops.messaging.events.handled").counters())
                .extracting(counter -> counter.getId().getTag("type"))
                .containsExactlyInAnyOrder(
                        "account.deposited", "account.withdrawn", "account.transfer_requested", "unknown");
    }

    @Test
    void a_poll_that_is_rolled_back_and_read_again_counts_what_it_skips_once() {
        double skipped = meters.get("mops.messaging.events.skipped").counter().count();
        service.consumers().stop();
        OUTAGES.set(1);
        TOPIC.append(List.of(TOPIC.event(new StatementSent("away", 1)), TOPIC.event(new Deposited("away", 2))));

        service.consumers().start();

        await().untilAsserted(() -> assertThat(service.numbersOf("away")).containsExactly(2L));
        await().untilAsserted(() -> assertThat(
                        meters.get("mops.messaging.events.skipped").counter().count())
                .isEqualTo(skipped + 1));
        assertThat(OUTAGES).hasValue(0);
    }

    private static ProducerRecord<byte[], byte[]> broken(AccountEvent event) {
        ProducerRecord<byte[], byte[]> record = TOPIC.event(event);
        return new ProducerRecord<>(record.topic(), null, record.key(), "{broken".getBytes(UTF_8), record.headers());
    }

    private static double count(String name, String type) {
        return of(name, type).counter().count();
    }

    private static Timer timer(String name, String type) {
        return of(name, type).timer();
    }

    private static RequiredSearch of(String name, String type) {
        return meters.get("mops.messaging." + name).tags("topic", "event_meters", "type", type);
    }
}
