package dev.mops.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mops.events.order.Address;
import dev.mops.shipping.Carrier.Answer;
import dev.mops.shipping.Carrier.Request.MakeLabel;
import dev.mops.shipping.Carrier.Request.VoidLabel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatedCarrierTest extends ShippingServiceTest {

    private static final Address HOME =
            new Address("Ada Lovelace", List.of("Unter den Linden 1"), "Berlin", "10117", "DE");
    private static final Address NOWHERE =
            new Address("Ada Lovelace", List.of("Unter den Linden 1"), "Berlin", "00000", "DE");

    private final UUID order = UUID.randomUUID();
    private final String key = "label:" + order;
    private final MakeLabel makeLabel = new MakeLabel(key, HOME);
    private final VoidLabel voidLabel = new VoidLabel(key);

    @Test
    void the_same_key_gets_the_same_answer_also_from_a_carrier_that_started_later() {
        Answer first = at("2026-05-04T08:00:00Z").label(makeLabel);

        assertThat(at("2027-01-01T00:00:00Z").label(makeLabel)).isEqualTo(first);
        assertThat(at("2027-01-01T00:00:00Z").label(new MakeLabel(key, NOWHERE)))
                .isEqualTo(first);
        assertThat(calls(order)).contains(new Calls(3, 0));
    }

    @Test
    void calls_with_one_key_at_the_same_moment_make_one_label() throws Exception {
        List<Answer> answers = atOnce(Stream.generate(() -> (Callable<Answer>) () -> carrier.label(makeLabel))
                .limit(16)
                .toList());

        assertThat(answers).hasSize(16).containsOnly(answers.getFirst());
        assertThat(calls(order)).contains(new Calls(16, 0));
    }

    @Test
    void each_key_has_a_tracking_number_of_its_own() throws Exception {
        List<Answer> answers = atOnce(Stream.generate(() -> "label:" + UUID.randomUUID())
                .limit(32)
                .map(each -> (Callable<Answer>) () -> carrier.label(new MakeLabel(each, HOME)))
                .toList());

        assertThat(answers)
                .extracting(answer -> ((Answer.Made) answer).trackingNumber())
                .doesNotHaveDuplicates();
    }

    @Test
    void one_postal_code_is_undeliverable_for_ever() {
        Answer first = carrier.label(new MakeLabel(key, NOWHERE));

        assertThat(first).isInstanceOf(Answer.Undeliverable.class);
        assertThat(carrier.label(new MakeLabel(key, NOWHERE))).isEqualTo(first);
    }

    @Test
    void a_label_that_was_voided_stays_voided() {
        Answer made = carrier.label(makeLabel);

        assertThat(carrier.voidLabel(voidLabel)).isEqualTo(carrier.voidLabel(voidLabel));

        assertThat(carrier.label(makeLabel)).isEqualTo(made);
        assertThat(isVoided()).isTrue();
        assertThat(calls(order)).contains(new Calls(2, 2));
    }

    @Test
    void a_label_that_is_asked_for_after_it_was_voided_is_refused() {
        carrier.voidLabel(voidLabel);

        assertThatThrownBy(() -> carrier.label(makeLabel)).hasMessageContaining(key);
        assertThatThrownBy(() -> carrier.label(makeLabel)).hasMessageContaining(key);
        assertThat(isVoided()).isTrue();
        assertThat(calls(order)).contains(new Calls(2, 1));
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        "2026-05-04T08:00:00Z, 2026-05-05",
        "2026-05-07T23:59:59Z, 2026-05-08",
        "2026-05-08T00:00:00Z, 2026-05-11",
        "2026-05-09T12:00:00Z, 2026-05-11",
        "2026-05-10T12:00:00Z, 2026-05-11",
    })
    void the_pickup_is_on_the_morning_of_the_next_working_day(String now, String day) {
        assertThat(at(now).label(makeLabel)).isInstanceOfSatisfying(Answer.Made.class, made -> {
            assertThat(made.pickupFrom()).isEqualTo(day + "T09:00:00Z");
            assertThat(made.pickupTo()).isEqualTo(day + "T12:00:00Z");
        });
    }

    @ParameterizedTest
    @CsvSource({"1, MOPS00000000017", "629104150021, MOPS6291041500213"})
    void a_tracking_number_ends_with_its_check_digit(long parcel, String trackingNumber) {
        assertThat(SimulatedCarrier.trackingNumber(parcel)).isEqualTo(trackingNumber);
    }

    private SimulatedCarrier at(String now) {
        return new SimulatedCarrier(jdbc, InstantSource.fixed(Instant.parse(now)));
    }

    private boolean isVoided() {
        return Boolean.TRUE.equals(
                jdbc.queryForObject("SELECT voided FROM simulator_label WHERE key = ?", Boolean.class, key));
    }

    private static List<Answer> atOnce(List<Callable<Answer>> calls) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> future : threads.invokeAll(calls)) {
                answers.add(future.get());
            }
            return answers;
        }
    }
}
