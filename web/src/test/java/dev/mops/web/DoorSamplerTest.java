package dev.mops.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;

class DoorSamplerTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final TraceState STATE =
            TraceState.builder().put("client", "ada").build();

    @ParameterizedTest
    @CsvSource({"1, SERVER, 00", "1, SERVER, 01", "0, CONSUMER, 01", "0, PRODUCER, 01", "0, CLIENT, 01"})
    void a_request_is_recorded_whatever_its_client_says_and_an_event_as_its_request_was(
            double probability, SpanKind kind, String flags) {
        assertThat(ask(probability, kind, flags, Map.of("exporter", SpanExporter.composite()))
                        .getDecision())
                .isEqualTo(SamplingDecision.RECORD_AND_SAMPLE);
    }

    @ParameterizedTest
    @CsvSource({"0, SERVER, 00", "0, SERVER, 01", "1, CONSUMER, 00", "1, PRODUCER, 00", "1, CLIENT, 00"})
    void what_is_not_recorded_no_client_can_have_recorded(double probability, SpanKind kind, String flags) {
        assertThat(ask(probability, kind, flags, Map.of("exporter", SpanExporter.composite()))
                        .getDecision())
                .isEqualTo(SamplingDecision.DROP);
    }

    @ParameterizedTest
    @CsvSource({"0", "1"})
    void what_else_the_client_says_of_its_trace_goes_no_further(double probability) {
        assertThat(ask(probability, SpanKind.SERVER, "01", Map.of("exporter", SpanExporter.composite()))
                        .getUpdatedTraceState(STATE)
                        .isEmpty())
                .isTrue();
    }

    @Test
    void nothing_is_recorded_where_nobody_takes_it() {
        assertThat(ask(1, SpanKind.SERVER, "01", Map.of()).getDecision()).isEqualTo(SamplingDecision.DROP);
    }

    private static SamplingResult ask(double probability, SpanKind kind, String flags, Map<String, Object> exporters) {
        SpanContext sent =
                SpanContext.createFromRemoteParent(TRACE, "00f067aa0ba902b7", TraceFlags.fromHex(flags, 0), STATE);
        return new TraceAutoConfiguration()
                .sampler(new StaticListableBeanFactory(exporters).getBeanProvider(SpanExporter.class), probability)
                .shouldSample(Context.root().with(Span.wrap(sent)), TRACE, "any", kind, Attributes.empty(), List.of());
    }
}
