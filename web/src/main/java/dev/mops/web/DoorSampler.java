package dev.mops.web;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Whether a trace is recorded is decided where a request comes in, for all services behind it. The client may have begun the
 * trace; it has no say in that, neither by a flag nor by the choice of an id, and what else it says of its trace ends here.
 */
final class DoorSampler implements Sampler {

    private static final SamplingResult RECORDED = result(SamplingDecision.RECORD_AND_SAMPLE);
    private static final SamplingResult DROPPED = result(SamplingDecision.DROP);

    private final double probability;
    private final Sampler asBegun;

    DoorSampler(double probability) {
        this.probability = probability;
        this.asBegun = Sampler.parentBased(Sampler.traceIdRatioBased(probability));
    }

    @Override
    public SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        if (kind != SpanKind.SERVER) {
            return asBegun.shouldSample(parent, traceId, name, kind, attributes, links);
        }
        return ThreadLocalRandom.current().nextDouble() < probability ? RECORDED : DROPPED;
    }

    @Override
    public String getDescription() {
        return "DoorSampler{" + probability + "}";
    }

    private static SamplingResult result(SamplingDecision decision) {
        return new SamplingResult() {
            @Override
            public SamplingDecision getDecision() {
                return decision;
            }

            @Override
            public Attributes getAttributes() {
                return Attributes.empty();
            }

            @Override
            public TraceState getUpdatedTraceState(TraceState ofTheClient) {
                return TraceState.getDefault();
            }
        };
    }
}
