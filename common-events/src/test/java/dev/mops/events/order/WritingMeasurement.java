package dev.mops.events.order;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.mops.events.Envelope;
import dev.mops.events.EventCodec;
import dev.mops.events.EventSchema;
import dev.mops.events.EventVersion;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What it costs that a writer is held to its schema, and that it writes a major version before: of the largest event, in
 * turns, in one run. No test: it is run by its name, and prints.
 */
@Tag("measure")
class WritingMeasurement {

    private static final int ROUNDS = 31;
    private static final int EVENTS = 5_000;

    @Test
    void what_writing_an_event_costs() {
        Envelope<OrderEvent> newest = OrderEventSamples.ALL.get(2);
        Envelope<OrderEvent> before =
                new Envelope<>(newest.metadata().withVersion(EventVersion.of("1.1")), newest.event());
        EventCodec<OrderEvent> codec = new EventCodec<>(OrderEvents.FAMILY);
        EventSchema schema = OrderEvents.FAMILY.definitionOf(OrderCreated.class).schema();
        byte[] bytes = codec.encode(newest).value();
        JsonNode tree = JsonMapper.shared().readTree(new String(bytes, UTF_8));

        Map<String, Runnable> works = Map.of(
                "encode, validated", () -> codec.encode(newest),
                "the validation alone", () -> schema.violations(tree),
                "encode as 1.1, validated", () -> codec.encode(before));
        Map<String, double[]> micros = new TreeMap<>();
        works.keySet().forEach(name -> micros.put(name, new double[ROUNDS]));
        for (int round = 0; round < ROUNDS; round++) {
            for (var work : works.entrySet()) {
                long begin = System.nanoTime();
                for (int i = 0; i < EVENTS; i++) {
                    work.getValue().run();
                }
                requireNonNull(micros.get(work.getKey()))[round] = (System.nanoTime() - begin) / 1_000.0 / EVENTS;
            }
        }
        micros.forEach((name, each) -> {
            Arrays.sort(each);
            System.out.printf(
                    Locale.ROOT,
                    "%s: median %.1f µs an event, quarters %.1f to %.1f%n",
                    name,
                    each[ROUNDS / 2],
                    each[ROUNDS / 4],
                    each[3 * ROUNDS / 4]);
        });
    }
}
