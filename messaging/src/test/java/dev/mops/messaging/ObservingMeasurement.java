package dev.mops.messaging;

import static org.awaitility.Awaitility.await;

import com.sun.management.OperatingSystemMXBean;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.StatementSent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.EventPublishingContextWrapper;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.micrometer.tracing.otel.bridge.Slf4JEventListener;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
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

    private static final int EVENTS = Integer.getInteger("mops.measure.events", 10_000);
    private static final int ROUNDS = Integer.getInteger("mops.measure.rounds", 30);
    private static final int WARM_UP = 3;
    private static final OperatingSystemMXBean MACHINE =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /** The first one is what the others are compared with. */
    private static final List<Variant> VARIANTS = List.of(
            removed("removed"),
            // Nothing differs: how much of a difference is the machine's.
            removed("again"),
            new Variant("metrics", service -> service.beans(ObservingMeasurement::metrics), List.of()),
            // As a service without an endpoint has it: ids, and nothing is recorded.
            new Variant("ids", service -> service.beans(context -> traced(context, Sampler.alwaysOff())), List.of()),
            new Variant("traces", service -> service.beans(context -> traced(context, Sampler.alwaysOn())), List.of()));

    private static Variant removed(String name) {
        return new Variant(
                name,
                service -> service.with("management.simple.metrics.export.enabled", false),
                List.of("messagingHeldMetrics", "messagingConsumerLag"));
    }

    static {
        // As the services have it: the ids of the trace stand in each line of the log.
        ContextStorage.addWrapper(new EventPublishingContextWrapper(new Slf4JEventListener()::onEvent));
    }

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
        List<Subject> subjects = VARIANTS.stream().map(Subject::start).toList();
        Subject first = subjects.getFirst();
        Map<String, List<Pair>> pairs = new LinkedHashMap<>();
        try {
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                for (Subject subject : subjects.subList(1, subjects.size())) {
                    // By turns: what the machine does meanwhile hits both.
                    Pair pair = round % 2 == 0
                            ? new Pair(first.run(), subject.run())
                            : new Pair(subject.run(), first.run()).swapped();
                    if (round >= 0) {
                        pairs.computeIfAbsent(subject.name(), name -> new ArrayList<>())
                                .add(pair);
                    }
                }
            }
        } finally {
            subjects.forEach(subject -> subject.service().close());
        }
        System.out.printf(Locale.ROOT, "%d pairs of each, %,d events each%n", ROUNDS, EVENTS);
        pairs.forEach((name, ofVariant) -> System.out.printf(
                Locale.ROOT,
                "%-8s %,.0f events/s beside %,.0f: median %.1f %%, quarters %.1f to %.1f %%; processor time for an event:"
                        + " median %.1f %%, quarters %.1f to %.1f %%%n",
                name,
                quantile(0.5, ofVariant, pair -> pair.variant().rate()),
                quantile(0.5, ofVariant, pair -> pair.first().rate()),
                quantile(0.5, ofVariant, Pair::rate),
                quantile(0.25, ofVariant, Pair::rate),
                quantile(0.75, ofVariant, Pair::rate),
                quantile(0.5, ofVariant, Pair::processor),
                quantile(0.25, ofVariant, Pair::processor),
                quantile(0.75, ofVariant, Pair::processor)));
    }

    /**
     * What one run came to.
     *
     * @param rate events a second, from the start of the append until the last of what they led to is acknowledged
     * @param processor nanoseconds of all processors that this JVM took meanwhile
     */
    private record Run(double rate, double processor) {}

    /** Two runs, one right after the other. */
    private record Pair(Run first, Run variant) {

        Pair swapped() {
            return new Pair(variant, first);
        }

        double rate() {
            return 100 * variant.rate / first.rate;
        }

        double processor() {
            return 100 * variant.processor / first.processor;
        }
    }

    private static double quantile(double part, List<Pair> pairs, ToDoubleFunction<Pair> value) {
        double[] values = pairs.stream().mapToDouble(value).sorted().toArray();
        return values[(int) Math.round(part * (values.length - 1))];
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

        Run run() {
            List<ProducerRecord<byte[], byte[]>> events = IntStream.range(0, EVENTS)
                    .mapToObj(n -> topic.event(new Deposited("account-" + n % 1_000, n)))
                    .toList();
            long before = handled.sum();
            long processor = MACHINE.getProcessCpuTime();
            long begin = System.nanoTime();
            topic.append(events);
            await().atMost(Duration.ofMinutes(2))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> handled.sum() - before >= EVENTS && service.count("outbox_event") == 0);
            return new Run(EVENTS / ((System.nanoTime() - begin) / 1e9), MACHINE.getProcessCpuTime() - processor);
        }
    }
}
