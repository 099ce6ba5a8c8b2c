package dev.mops.messaging;

import static org.awaitility.Awaitility.await;

import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.StatementSent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;

/**
 * What it costs to be observed: the same load through services that differ in nothing else, in turns, in one run. No test:
 * it is run by its name, and prints.
 */
@Tag("measure")
class ObservingMeasurement {

    private static final int EVENTS = Integer.getInteger("mops.measure.events", 20_000);
    private static final int ROUNDS = Integer.getInteger("mops.measure.rounds", 9);
    private static final int WARM_UP = 3;

    /** The first one is what the others are compared with. */
    private static final List<Variant> VARIANTS = List.of(
            new Variant(
                    "removed",
                    service -> service.with("management.simple.metrics.export.enabled", false),
                    List.of("messagingHeldMetrics", "messagingConsumerLag")),
            new Variant("metrics", service -> service.beans(ObservingMeasurement::metrics), List.of()),
            // As a service without an endpoint has it: ids, and nothing is recorded.
            new Variant("ids", service -> service.beans(context -> traced(context, Sampler.alwaysOff())), List.of()),
            new Variant("traces", service -> service.beans(context -> traced(context, Sampler.alwaysOn())), List.of()));

    private static void metrics(GenericApplicationContext context) {
        context.registerBean(MeterRegistry.class, () -> new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }

    private static void traced(GenericApplicationContext context, Sampler sampler) {
        metrics(context);
        SdkTracerProvider spans = SdkTracerProvider.builder()
                .setSampler(sampler)
                .addSpanProcessor(BatchSpanProcessor.builder(new Nowhere()).build())
                .build();
        context.registerBean(
                Tracer.class, () -> new OtelTracer(spans.get("measurement"), new OtelCurrentTraceContext(), _ -> {}));
    }

    /** What a receiver costs is not measured. */
    private static final class Nowhere implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    /**
     * One way to be observed.
     *
     * @param without beans of the background that it does without
     */
    private record Variant(String name, Consumer<AccountService.Builder> settings, List<String> without) {}

    @Test
    void throughput_with_metrics_with_traces_and_with_all_removed() {
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        List<Subject> subjects = VARIANTS.stream().map(Subject::start).toList();
        try {
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                // Who comes first in a round comes last in the next: what the machine does meanwhile hits all alike.
                for (Subject subject : round % 2 == 0 ? subjects : subjects.reversed()) {
                    double rate = subject.run();
                    if (round >= 0) {
                        rates.computeIfAbsent(subject.name(), name -> new ArrayList<>())
                                .add(rate);
                    }
                }
            }
        } finally {
            subjects.forEach(subject -> subject.service().close());
        }
        double base = median(rates.getOrDefault(VARIANTS.getFirst().name(), List.of()));
        System.out.printf(Locale.ROOT, "%,d events a round, %d rounds, in turns%n", EVENTS, ROUNDS);
        rates.forEach((name, ofVariant) -> System.out.printf(
                Locale.ROOT,
                "%-10s median %,.0f events/s, %.1f %% of the first; rounds %s%n",
                name,
                median(ofVariant),
                100 * median(ofVariant) / base,
                ofVariant.stream().map(Math::round).toList()));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
    }

    /** A service of a variant, each of whose events leads to another: topic, inbox, handler, outbox, relay, topic. */
    private record Subject(String name, AccountService service, TopicLog topic, LongAdder handled) {

        static Subject start(Variant variant) {
            LongAdder handled = new LongAdder();
            String name = "observing_" + variant.name();
            AccountService.Builder service = AccountService.named(name)
                    .with("mops.messaging.concurrency", 2)
                    // The handler does as little as one can: nothing hides what is measured.
                    .handling((accounts, family) -> EventHandlers.of(family)
                            .on(Deposited.class, deposited -> {
                                accounts.outbox().publish(new StatementSent(deposited.account(), deposited.number()));
                                handled.increment();
                            })
                            .build());
            variant.settings().accept(service);
            AccountService started = service.start();
            variant.without().forEach(bean -> started.lifecycle(bean).stop());
            return new Subject(variant.name(), started, TopicLog.of(name), handled);
        }

        /** Events per second, from the start of the append until the last of what they led to is acknowledged. */
        double run() {
            List<ProducerRecord<byte[], byte[]>> events = IntStream.range(0, EVENTS)
                    .mapToObj(n -> topic.event(new Deposited("account-" + n % 1_000, n)))
                    .toList();
            long before = handled.sum();
            long begin = System.nanoTime();
            topic.append(events);
            await().atMost(Duration.ofMinutes(2))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> handled.sum() - before >= EVENTS && service.count("outbox_event") == 0);
            return EVENTS / ((System.nanoTime() - begin) / 1e9);
        }
    }
}
