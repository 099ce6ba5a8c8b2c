package dev.mops.web;

import io.micrometer.observation.ObservationPredicate;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.http.server.observation.ServerRequestObservationContext;

/** Where a trace begins: at a service's HTTP door. */
@AutoConfiguration(before = OpenTelemetryTracingAutoConfiguration.class)
public final class TraceAutoConfiguration {

    /**
     * Every trace is recorded, where spans go somewhere. Where they do not, none is: requests and events have their ids, for
     * the log and for those that come after, and nothing is kept of them.
     */
    @Bean
    @ConditionalOnMissingBean
    Sampler sampler(
            ObjectProvider<SpanExporter> exporters,
            @Value("${management.tracing.sampling.probability:1.0}") double probability) {
        return exporters.stream().findAny().isPresent() ? new DoorSampler(probability) : Sampler.alwaysOff();
    }

    /** Who looks at a service, and its own timers, are no customers: they would fill traces and tables with themselves. */
    @Bean
    ObservationPredicate customersOnly(@Value("${management.endpoints.web.base-path:/actuator}") String operatorsPath) {
        return (name, context) -> !name.equals("tasks.scheduled.execution")
                && !(context instanceof ServerRequestObservationContext observed
                        && observed.getCarrier() != null
                        && RequestLog.isBelow(
                                operatorsPath, observed.getCarrier().getRequestURI()));
    }

    /** Behind the filter that begins a request's span, which is the first but for the encoding. */
    @Bean
    FilterRegistrationBean<RequestLog> requestLog(
            @Value("${management.endpoints.web.base-path:/actuator}") String operatorsPath) {
        FilterRegistrationBean<RequestLog> filter = new FilterRegistrationBean<>(new RequestLog(operatorsPath));
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
        return filter;
    }
}
