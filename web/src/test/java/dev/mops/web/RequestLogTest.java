package dev.mops.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationPredicate;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.HandlerMapping;

class RequestLogTest {

    private static final String ID = "0199f3a2-7c1e-7b5e-9d51-4a0f6c1d2e3f";

    private final RequestLog requests = new RequestLog("/actuator");
    private final Logger logger = (Logger) LoggerFactory.getLogger(RequestLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent line) {
            // Else its names are those of the moment in which they are read.
            line.prepareForDeferredProcessing();
            super.append(line);
        }
    };

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
        logger.setLevel(Level.DEBUG);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    @Test
    void a_request_is_a_line_with_the_template_of_its_path_and_the_id_in_it() throws ServletException, IOException {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/orders/" + ID);
        request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, "/orders/{orderId}");
        request.setAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE, Map.of("orderId", ID));

        requests.doFilter(request, new MockHttpServletResponse(), (_, answer) -> {});

        assertThat(line().getFormattedMessage()).matches("GET /orders/\\{orderId}: 200 in \\d+\\.\\d ms");
        assertThat(line().getMDCPropertyMap()).containsEntry("eventKey", ID);
        assertThat(MDC.get("eventKey")).isNull();
    }

    @Test
    void what_a_request_has_made_is_named_by_its_address() throws ServletException, IOException {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/orders");
        request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, "/orders");
        MockHttpServletResponse response = new MockHttpServletResponse();

        requests.doFilter(request, response, (_, _) -> {
            response.setStatus(202);
            response.setHeader("Location", "/orders/" + ID);
        });

        assertThat(line().getFormattedMessage()).startsWith("POST /orders: 202 in ");
        assertThat(line().getMDCPropertyMap()).containsEntry("eventKey", ID);
    }

    @Test
    void a_request_whose_body_is_read_first_is_one_line_once_it_is_answered() throws ServletException, IOException {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/orders");
        request.setAsyncSupported(true);
        MockHttpServletResponse response = new MockHttpServletResponse();

        requests.doFilter(request, response, (reading, answer) -> reading.startAsync(reading, answer));
        assertThat(lines.list).isEmpty();

        request.setAsyncStarted(false);
        request.setDispatcherType(DispatcherType.ASYNC);
        request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, "/orders");
        requests.doFilter(request, response, (_, _) -> response.setStatus(202));
        assertThat(line().getFormattedMessage()).startsWith("POST /orders: 202 in ");
    }

    @Test
    void a_request_whose_body_is_refused_is_one_line_too_and_in_its_trace() throws ServletException, IOException {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/orders");
        request.setAsyncSupported(true);
        MockHttpServletResponse response = new MockHttpServletResponse();
        MDC.put("traceId", "4bf92f3577b34da6a3ce929d0e0e4736");
        requests.doFilter(request, response, (reading, answer) -> reading.startAsync(reading, answer));
        MDC.clear();

        response.setStatus(413);
        requireNonNull(request.getAsyncContext()).complete();

        assertThat(line().getFormattedMessage()).startsWith("POST -: 413 in ");
        assertThat(line().getMDCPropertyMap()).containsEntry("traceId", "4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(MDC.get("traceId")).isNull();
    }

    @Test
    void nothing_else_that_a_client_wrote_stands_in_the_line() throws ServletException, IOException {
        MockHttpServletRequest request = new MockHttpServletRequest("OTTILIE-QUILLFEDER", "/stock/Quillfeder");
        request.setQueryString("name=Quillfeder");
        request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, "/stock/{sku}");
        request.setAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE, Map.of("sku", "Quillfeder"));

        requests.doFilter(request, new MockHttpServletResponse(), (_, _) -> {});

        assertThat(line().getFormattedMessage())
                .startsWith("? /stock/{sku}: ")
                .doesNotContainIgnoringCase("Quillfeder");
        assertThat(line().getMDCPropertyMap()).doesNotContainKey("eventKey");
    }

    @Test
    void those_who_look_at_the_service_and_its_timers_are_neither_in_the_log_nor_observed()
            throws ServletException, IOException {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/actuator/health");

        requests.doFilter(request, new MockHttpServletResponse(), (_, _) -> {});

        assertThat(lines.list).isEmpty();
        ObservationPredicate observed = new TraceAutoConfiguration().customersOnly("/actuator");
        assertThat(observed.test("http.server.requests", observation(request))).isFalse();
        assertThat(observed.test("http.server.requests", observation(new MockHttpServletRequest("GET", "/orders"))))
                .isTrue();
        assertThat(observed.test("tasks.scheduled.execution", new Observation.Context()))
                .isFalse();
    }

    private static Observation.Context observation(MockHttpServletRequest request) {
        return new ServerRequestObservationContext(request, new MockHttpServletResponse());
    }

    private ILoggingEvent line() {
        assertThat(lines.list).hasSize(1);
        return lines.list.getFirst();
    }
}
