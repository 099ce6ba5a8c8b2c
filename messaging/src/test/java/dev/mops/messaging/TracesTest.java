package dev.mops.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.mops.events.EventMetadata;
import dev.mops.messaging.AccountEvent.Deposited;
import dev.mops.messaging.AccountEvent.StatementSent;
import dev.mops.messaging.AccountEvent.TransferRequested;
import dev.mops.messaging.AccountEvent.TransferSettled;
import dev.mops.messaging.held.Failure;
import dev.mops.messaging.held.Head;
import dev.mops.messaging.held.Ledger;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.otel.bridge.EventPublishingContextWrapper;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.micrometer.tracing.otel.bridge.Slf4JEventListener;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.LoggingSystemProperty;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One trace for what one request has led to, and lines of the log that name it. */
@ExtendWith(OutputCaptureExtension.class)
class TracesTest {

    private static final Logger log = LoggerFactory.getLogger(TracesTest.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final TopicLog TOPIC = TopicLog.of("traces");
    private static final Slf4JEventListener NAMES_IN_LOG = new Slf4JEventListener();
    private static final InMemorySpanExporter SPANS = InMemorySpanExporter.create();

    private static final String DEAD =
            "held_key k JOIN held_event e ON e.id = k.head WHERE state = 'DEAD' AND convert_from(e.key, 'UTF8') = '%s'";

    /** The accounts whose deposits fail. */
    private static final Set<String> FAILING = ConcurrentHashMap.newKeySet();

    private static final Tracer TRACER = tracer();
    private static AccountService service;

    @BeforeAll
    static void start() {
        service = AccountService.named("traces")
                .with("mops.messaging.concurrency", 1)
                .with("mops.messaging.retry-delays", "1ms,1ms")
                .with("mops.messaging.sweep-grace", "1h")
                .with("logging.level.dev.mops.messaging", "debug")
                .with("logging.structured.format.console", "ecs")
                .beans(context -> context.registerBean(Tracer.class, () -> TRACER))
                .handling((accounts, family) -> EventHandlers.of(family)
                        .on(Deposited.class, (deposited, metadata) -> {
                            accounts.note(deposited, metadata);
                            log.info("deposit");
                            accounts.outbox().publish(new StatementSent(deposited.account(), deposited.number()));
                            if (FAILING.contains(deposited.account())) {
                                throw new IllegalStateException("tok_secret");
                            }
                        })
                        .on(
                                TransferRequested.class,
                                requested -> {
                                    log.info("intent");
                                    return Optional.of(requested.account());
                                },
                                request -> {
                                    log.info("call");
                                    return "yes";
                                },
                                (requested, answer) -> {
                                    log.info("outcome");
                                    accounts.outbox()
                                            .publish(new TransferSettled(requested.account(), requested.number()));
                                })
                        .on(TransferSettled.class, accounts::note)
                        .build())
                .start();
    }

    @AfterAll
    static void stop() {
        service.close();
        // It outlives the application: those that other tests start would write JSON, too.
        System.clearProperty(LoggingSystemProperty.CONSOLE_STRUCTURED_FORMAT.getEnvironmentVariableName());
    }

    @Test
    void from_a_request_to_the_last_handler_all_is_one_trace_each_span_the_child_of_what_led_to_it() {
        EventMetadata requested = publishInRequest("one-trace", new TransferRequested("one-trace", 1));

        SpanData handled = awaitSpan("handle account.transfer_settled", "one-trace");
        SpanData request = span("request one-trace");
        SpanData published = span("publish account.transfer_requested", "one-trace");
        SpanData settled = span("publish account.transfer_settled", "one-trace");
        SpanData recorded = span("record account.transfer_requested", "one-trace");
        assertThat(List.of(
                        published,
                        span("intend account.transfer_requested", "one-trace"),
                        span("call for account.transfer_requested", "one-trace"),
                        recorded,
                        settled,
                        handled))
                .extracting(SpanData::getTraceId)
                .containsOnly(request.getTraceId());
        assertThat(published.getParentSpanId()).isEqualTo(request.getSpanId());
        assertThat(List.of(
                        span("intend account.transfer_requested", "one-trace"),
                        span("call for account.transfer_requested", "one-trace"),
                        recorded))
                .extracting(SpanData::getParentSpanId)
                .containsOnly(published.getSpanId());
        assertThat(settled.getParentSpanId()).isEqualTo(recorded.getSpanId());
        assertThat(handled.getParentSpanId()).isEqualTo(settled.getSpanId());
        // Neither outbox nor relay change what was stored.
        assertThat(requested.traceparent())
                .isEqualTo("00-" + published.getTraceId() + "-" + published.getSpanId() + "-01");
        assertThat(TOPIC.records())
                .filteredOn(record -> requested.id().toString().equals(TopicLog.header(record, "ce_id")))
                .extracting(record -> TopicLog.header(record, "traceparent"))
                .containsOnly(requested.traceparent());
    }

    @Test
    void a_batch_is_linked_to_the_traces_of_its_events_and_they_to_it() {
        List<String> traces = new ArrayList<>();
        List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            String trace = UUID.randomUUID().toString().replace("-", "");
            traces.add(trace);
            batch.add(TopicLog.on(
                    0, TOPIC.event(new Deposited("batch-" + n, 1), "00-" + trace + "-00000000000000a1-01")));
        }

        TOPIC.append(batch);

        SpanData handled = awaitSpan("handle account.deposited", "batch-2");
        assertThat(handled.getParentSpanId()).isEqualTo("00000000000000a1");
        assertThat(traces).contains(handled.getTraceId());
        await().untilAsserted(() -> assertThat(SPANS.getFinishedSpanItems())
                .filteredOn(span -> span.getName().equals("receive traces"))
                .filteredOn(span -> handled.getLinks().stream()
                        .anyMatch(link -> link.getSpanContext().getSpanId().equals(span.getSpanId())))
                .singleElement()
                .satisfies(receive -> assertThat(receive.getLinks())
                        .extracting(LinkData::getSpanContext)
                        .extracting(context -> context.getTraceId())
                        .containsAll(traces)));
    }

    @Test
    void an_attempt_that_is_rolled_back_is_an_error_and_the_retry_goes_on_in_the_trace(CapturedOutput output) {
        FAILING.add("replayed");
        EventMetadata deposited = publishInRequest("replayed", new Deposited("replayed", 1));
        await().untilAsserted(() ->
                assertThat(service.count(DEAD.formatted("replayed"))).isEqualTo(1));
        assertThat(spans("handle account.deposited", "replayed")).hasSize(3).allSatisfy(span -> {
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span.getStatus().getDescription()).isEqualTo(IllegalStateException.class.getName());
            assertThat(span.toString()).doesNotContain("tok_secret");
        });

        FAILING.remove("replayed");
        replay();

        await().untilAsserted(() -> assertThat(service.numbersOf("replayed")).containsExactly(1L));
        await().untilAsserted(() -> assertThat(spans("handle account.deposited", "replayed"))
                .hasSize(4)
                .allSatisfy(span -> {
                    assertThat(span.getTraceId())
                            .isEqualTo(span("request replayed").getTraceId());
                    assertThat(span.getParentSpanId())
                            .isEqualTo(Objects.requireNonNull(deposited.traceparent())
                                    .substring(36, 52));
                })
                .filteredOn(span -> span.getStatus().getStatusCode() == StatusCode.UNSET)
                .hasSize(1));
        // What it publishes is published once.
        assertThat(spans("publish account.statement_sent", "replayed"))
                .extracting(span -> span.getStatus().getDescription())
                .containsExactly("rolled back", "rolled back", "rolled back", "");
        assertThat(lines(output, "replayed"))
                .filteredOn(line -> line.path("message").asString().startsWith("Published account.statement_sent"))
                .hasSize(1);
        assertThat(lines(output, "replayed"))
                .extracting(line -> line.path("message").asString().replaceAll("\\d+\\.\\d ms", "a while"))
                .contains(
                        "Handled account.deposited in a while: java.lang.IllegalStateException",
                        "Holds account.deposited, which runs again in 1 ms after failure 1: java.lang.IllegalStateException",
                        "Holds account.deposited, which is a dead letter after failure 3: java.lang.IllegalStateException",
                        "Handled account.deposited in a while");
    }

    @Test
    void what_was_done_well_and_is_rolled_back_with_the_batch_is_an_error_too() {
        FAILING.add("spoils");
        TOPIC.append(List.of(
                TopicLog.on(0, TOPIC.event(new Deposited("spoilt", 1))),
                TopicLog.on(0, TOPIC.event(new Deposited("spoils", 1)))));

        await().untilAsserted(() -> assertThat(spans("handle account.deposited", "spoilt"))
                .extracting(span -> span.getStatus().getDescription())
                .containsExactly("rolled back", ""));
    }

    @Test
    void what_goes_with_a_savepoint_was_not_published(CapturedOutput output) {
        TransactionTemplate nested = new TransactionTemplate(
                service.bean(PlatformTransactionManager.class),
                new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_NESTED));

        service.inTransaction(() -> {
            service.outbox().publish(new StatementSent("nested", 1));
            nested.executeWithoutResult(status -> {
                service.outbox().publish(new StatementSent("nested", 2));
                status.setRollbackOnly();
            });
            service.outbox().publish(new StatementSent("nested", 3));
        });

        assertThat(spans("publish account.statement_sent", "nested"))
                .extracting(span -> span.getStatus().getDescription())
                .containsExactly("rolled back", "", "");
        assertThat(lines(output, "nested")).hasSize(2);
    }

    @Test
    void each_line_of_a_handler_names_the_event_and_its_trace_in_json(CapturedOutput output) {
        EventMetadata requested = publishInRequest("named", new TransferRequested("named", 1));

        SpanData handled = awaitSpan("handle account.transfer_settled", "named");
        await().untilAsserted(() -> assertThat(lines(output, "named"))
                .extracting(line -> line.path("message").asString())
                .contains("intent", "call", "outcome")
                .anyMatch(message -> message.startsWith("Handled account.transfer_settled in ")));
        assertThat(lines(output, "named"))
                .allSatisfy(line -> {
                    assertThat(line.path("correlationId").asString()).isEqualTo(requested.correlationId());
                    assertThat(line.path("traceId").asString()).isEqualTo(handled.getTraceId());
                    assertThat(line.path("spanId").asString()).hasSize(16);
                })
                .filteredOn(line -> Set.of("intent", "call", "outcome")
                        .contains(line.path("message").asString()))
                .allSatisfy(line -> {
                    assertThat(line.path("eventId").asString())
                            .isEqualTo(requested.id().toString());
                    assertThat(line.path("eventType").asString()).isEqualTo("account.transfer_requested");
                })
                .extracting(
                        line -> line.path("message").asString(),
                        line -> line.path("spanId").asString())
                .containsExactlyInAnyOrderElementsOf(Map.of(
                                "intent", "intend account.transfer_requested",
                                "call", "call for account.transfer_requested",
                                "outcome", "record account.transfer_requested")
                        .entrySet()
                        .stream()
                        .map(line -> tuple(
                                line.getKey(), span(line.getValue(), "named").getSpanId()))
                        .toList());
        assertThat(lines(output, "named"))
                .extracting(line -> line.path("message").asString().replaceAll("\\d+\\.\\d ms", "a while"))
                .contains(
                        "Published account.transfer_requested " + requested.id(),
                        "Intended the call for account.transfer_requested in a while",
                        "Called for account.transfer_requested in a while",
                        "Recorded the call for account.transfer_requested in a while");
    }

    @Test
    void what_another_publisher_wrote_can_not_look_like_a_line_of_its_own_and_is_cut_in_spans_too(
            CapturedOutput output) {
        ProducerRecord<byte[], byte[]> record = TOPIC.event(new Deposited("for\nger", 1), "no trace\n");
        record.headers().remove("ce_correlationid");
        record.headers().add("ce_correlationid", ("a\n\u2028\u202eb" + "c".repeat(300)).getBytes(UTF_8));

        TOPIC.append(record);

        String correlation = "a?b" + "c".repeat(252);
        assertThat(awaitSpan("handle account.deposited", "for?ger")
                        .getAttributes()
                        .asMap())
                .containsEntry(AttributeKey.stringKey("correlationId"), correlation);
        awaitSpan("publish account.statement_sent", "for?ger");
        await().untilAsserted(() -> assertThat(lines(output, "for?ger"))
                .filteredOn(line -> line.path("message").asString().equals("deposit"))
                .extracting(line -> line.path("correlationId").asString())
                .containsExactly(correlation));
    }

    @Test
    void a_key_that_cant_be_printed_is_printable_where_its_event_fails(CapturedOutput output) {
        FAILING.add("odd\u2028key\n");

        TOPIC.append(TOPIC.event(new Deposited("odd\u2028key\n", 1)));

        await().untilAsserted(() -> assertThat(lines(output, "odd?key?"))
                .extracting(line -> line.path("message").asString())
                .anyMatch(message ->
                        message.matches("The handler of account.deposited failed: event \\S+ of odd\\?key\\?")));
    }

    @Test
    void what_is_held_and_rolled_back_is_no_line_of_the_log(CapturedOutput output) {
        FAILING.add("undone");
        TOPIC.append(TOPIC.event(new Deposited("undone", 1)));
        await().untilAsserted(() -> assertThat(holds(output, "undone")).hasSize(3));
        Head head = head("undone");

        service.transaction().executeWithoutResult(status -> {
            service.bean(Ledger.class)
                    .fail(head, Failure.of(Failure.Kind.ORDINARY, new IllegalStateException(), false));
            status.setRollbackOnly();
        });

        assertThat(holds(output, "undone")).hasSize(3);
    }

    private static List<String> holds(CapturedOutput output, String account) {
        return lines(output, account).stream()
                .map(line -> line.path("message").asString())
                .filter(message -> message.startsWith("Holds "))
                .toList();
    }

    private static Head head(String account) {
        Long id = service.jdbc().queryForObject("SELECT head FROM " + DEAD.formatted(account), Long.class);
        return service.bean(Ledger.class).head(Objects.requireNonNull(id)).orElseThrow();
    }

    private static Tracer tracer() {
        // Before anybody opens a scope; as Spring Boot has it.
        ContextStorage.addWrapper(new EventPublishingContextWrapper(NAMES_IN_LOG::onEvent));
        return new OtelTracer(
                SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(SPANS))
                        .build()
                        .get("test"),
                new OtelCurrentTraceContext(),
                NAMES_IN_LOG::onEvent);
    }

    /** Publishes with a transaction, as a request does. */
    private static EventMetadata publishInRequest(String name, AccountEvent event) {
        var request = TRACER.nextSpan().name("request " + name).start();
        try (var _ = TRACER.withSpan(request)) {
            return service.publish(event).getFirst();
        } finally {
            request.end();
        }
    }

    private static void replay() {
        service.inTransaction(() -> service.bean(Ledger.class).replay(head("replayed")));
    }

    private static SpanData awaitSpan(String name, String account) {
        return await().until(() -> spans(name, account), found -> !found.isEmpty())
                .getFirst();
    }

    private static SpanData span(String name, String account) {
        List<SpanData> found = spans(name, account);
        assertThat(found).as(name).hasSize(1);
        return found.getFirst();
    }

    private static SpanData span(String name) {
        return SPANS.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<SpanData> spans(String name, String account) {
        return SPANS.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .filter(span -> account.equals(span.getAttributes().get(AttributeKey.stringKey("eventKey"))))
                .toList();
    }

    /** The lines of the log that name an account. */
    private static List<JsonNode> lines(CapturedOutput output, String account) {
        return output.getOut()
                .lines()
                .filter(line -> line.startsWith("{"))
                .map(JSON::readTree)
                .filter(line -> line.path("eventKey").asString("").equals(account))
                .toList();
    }
}
