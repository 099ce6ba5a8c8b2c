package dev.mops.system;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes what services export over OTLP, and decodes it as any collector would. */
final class TraceReceiver implements AutoCloseable {

    private final HttpServer server;
    private final List<Received> spans = new CopyOnWriteArrayList<>();
    private final List<String> exports = new CopyOnWriteArrayList<>();

    /**
     * A span.
     *
     * @param parentId empty for the first of a trace
     * @param linkedTraces the traces that it is linked to
     */
    record Received(
            String service,
            String name,
            String traceId,
            String spanId,
            String parentId,
            List<String> linkedTraces,
            Map<String, String> attributes) {}

    TraceReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/traces", this::receive);
        server.start();
    }

    /** Where spans go. */
    URI endpoint() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/v1/traces");
    }

    /** All spans so far. */
    List<Received> spans() {
        return spans;
    }

    /** All that came, as text: also what {@link Received} has no field for. */
    List<String> exports() {
        return exports;
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
            exports.add(TextFormat.printer().escapingNonAscii(false).printToString(request));
            for (ResourceSpans resource : request.getResourceSpansList()) {
                String service = String.valueOf(
                        attributes(resource.getResource().getAttributesList()).get("service.name"));
                resource.getScopeSpansList().stream()
                        .flatMap(scope -> scope.getSpansList().stream())
                        .map(span -> received(service, span))
                        .forEach(spans::add);
            }
            byte[] answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private static Received received(String service, Span span) {
        return new Received(
                service,
                span.getName(),
                hex(span.getTraceId()),
                hex(span.getSpanId()),
                hex(span.getParentSpanId()),
                span.getLinksList().stream().map(link -> hex(link.getTraceId())).toList(),
                attributes(span.getAttributesList()));
    }

    private static Map<String, String> attributes(List<KeyValue> attributes) {
        Map<String, String> values = new HashMap<>();
        attributes.forEach(each -> values.put(each.getKey(), each.getValue().getStringValue()));
        return values;
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
