package dev.mops.system;

import static java.util.stream.Collectors.joining;

import dev.mops.system.Fields.Field;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code docs/asyncapi.html}: the document as a page that needs nothing else, and may load nothing. */
final class AsyncApiPage {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final Pattern LINK = Pattern.compile("\\[([^]]+)]\\(([^)]+)\\)");

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}: AsyncAPI</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem; }
            h2 { margin-top: 3rem; border-bottom: 1px solid; }
            code, pre { font: 14px/1.4 ui-monospace, monospace; }
            pre { overflow-x: auto; padding: .75rem; border: 1px solid #8886; }
            table { border-collapse: collapse; display: block; overflow-x: auto; }
            th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8886; }
            summary { cursor: pointer; font-weight: 600; padding: .25rem 0; }
            </style>
            </head>
            <body>
            <h1>{title}</h1>
            <p>{description}</p>
            <p><a href="#channels">Channels</a> · <a href="#services">Services</a> · <a href="#messages">Messages</a></p>
            """;

    private final JsonNode document;
    private final StringBuilder page = new StringBuilder();

    private AsyncApiPage(JsonNode document) {
        this.document = document;
    }

    static String of(JsonNode document) {
        AsyncApiPage page = new AsyncApiPage(document);
        page.write();
        return page.page.toString();
    }

    private void write() {
        JsonNode info = document.path("info");
        page.append(HEAD.replace("{title}", text(info, "title")).replace("{description}", description(info)));
        line("<h2 id=\"channels\">Channels</h2>");
        table(List.of("topic", "partitions", "holds", "messages"));
        document.path("channels")
                .properties()
                .forEach(channel -> row(
                        "<code id=\"channel-%1$s\">%1$s</code>".formatted(escape(channel.getKey())),
                        text(channel.getValue().path("bindings").path("kafka"), "partitions"),
                        text(channel.getValue(), "description"),
                        links(channel.getValue().path("messages"))));
        line("</table>");
        line("<h2 id=\"services\">Services</h2>");
        Map<String, StringBuilder> services = new TreeMap<>();
        for (JsonNode operation : document.path("operations")) {
            services.computeIfAbsent(operation.at("/tags/0/name").asString(), name -> new StringBuilder())
                    .append(operation(operation));
        }
        services.forEach((service, operations) -> {
            line("<h3>" + escape(service) + "</h3>");
            table(List.of("does", "topic", "consumer group", "messages", "how"));
            page.append(operations);
            line("</table>");
        });
        line("<h2 id=\"messages\">Messages</h2>");
        document.path("components").path("messages").properties().forEach(this::message);
        line("</body>");
        line("</html>");
    }

    private String operation(JsonNode operation) {
        String topic = last(operation.path("channel"));
        return "<tr><td>%s</td><td><a href=\"#channel-%2$s\"><code>%2$s</code></a></td><td>%3$s</td><td>%4$s</td><td>%5$s</td></tr>\n"
                .formatted(
                        text(operation, "action"),
                        escape(topic),
                        escape(operation.at("/bindings/kafka/groupId/enum/0").asString("")),
                        links(operation.path("messages")),
                        text(operation, "description"));
    }

    private void message(Map.Entry<String, JsonNode> named) {
        JsonNode message = named.getValue();
        line("<details open id=\"message-%s\"><summary>%s</summary>"
                .formatted(escape(named.getKey()), text(message, "title")));
        line("<p>" + text(message, "summary") + "</p>");
        line("<p>Key: " + text(message.at("/bindings/kafka/key"), "description") + "</p>");
        line("<h4>Headers</h4>");
        JsonNode headers = message.path("headers");
        fields(headers);
        headers.path("allOf").forEach(part -> fields(AsyncApi.resolve(document, part)));
        line("<h4>Payload</h4>");
        JsonNode payload = message.path("payload");
        if (payload.path("properties").isEmpty()) {
            line("<p>" + text(payload, "description") + "</p>");
        }
        fields(payload);
        for (JsonNode example : message.path("examples")) {
            line("<h4>Example</h4>");
            String lines = example.path("headers").properties().stream()
                    .map(header -> header.getKey() + ": " + header.getValue().asString())
                    .collect(joining("\n"));
            line("<pre>" + escape(lines) + "\n\n"
                    + escape(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(example.path("payload")))
                    + "</pre>");
        }
        line("</details>");
    }

    private void fields(JsonNode schema) {
        List<Field> fields = Fields.of(schema);
        if (fields.isEmpty()) {
            return;
        }
        table(List.of("field", "type", "there", "meaning"));
        fields.forEach(field -> row(
                "<code>" + escape(field.path()) + "</code>",
                escape(field.type()).replaceAll("`([^`]+)`", "<code>$1</code>"),
                field.required() ? "always" : "optional",
                escape(field.description())));
        line("</table>");
    }

    /** Of messages by their names, or of references to them. */
    private static String links(JsonNode messages) {
        return StreamSupport.stream(messages.spliterator(), false)
                .map(AsyncApiPage::last)
                .map(name -> "<a href=\"#message-%1$s\">%1$s</a>".formatted(escape(name)))
                .collect(joining(", "));
    }

    private static String last(JsonNode reference) {
        String ref = reference.path("$ref").asString();
        return ref.substring(ref.lastIndexOf('/') + 1);
    }

    private void table(List<String> heads) {
        line(heads.stream().map(head -> "<th>" + head + "</th>").collect(joining("", "<table>\n<tr>", "</tr>")));
    }

    private void row(String... cells) {
        line(List.of(cells).stream().map(cell -> "<td>" + cell + "</td>").collect(joining("", "<tr>", "</tr>")));
    }

    private static String text(JsonNode node, String field) {
        return escape(node.path(field).asString(""));
    }

    /** With its links, which are written as CommonMark. */
    private static String description(JsonNode info) {
        return LINK.matcher(text(info, "description")).replaceAll("<a href=\"$2\">$1</a>");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
