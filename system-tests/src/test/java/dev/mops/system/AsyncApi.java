package dev.mops.system;

import static java.util.Objects.requireNonNull;

import dev.mops.system.Catalog.Family;
import dev.mops.system.Catalog.Service;
import dev.mops.system.Contracts.Sample;
import dev.mops.system.Contracts.Version;
import java.util.Collection;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The AsyncAPI document of all channels and messages of the running services. */
final class AsyncApi {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String BINDINGS = "0.5.0";
    private static final String RETRY = "retry";
    private static final String DEAD_LETTER = "dead-letter";
    private static final String CLOUD_EVENT = "cloud-event";

    private final Catalog catalog;
    private final Contracts contracts;
    private final ObjectNode document = JSON.createObjectNode();
    private final ObjectNode channels = JSON.createObjectNode();
    private final ObjectNode operations = JSON.createObjectNode();
    private final ObjectNode messages = JSON.createObjectNode();

    private AsyncApi(Catalog catalog, Contracts contracts) {
        this.catalog = catalog;
        this.contracts = contracts;
    }

    static ObjectNode of(Catalog catalog, Contracts contracts) {
        return new AsyncApi(catalog, contracts).document();
    }

    private ObjectNode document() {
        for (String topic : catalog.topics()) {
            ObjectNode channel = channel(
                    topic,
                    "What happened, in the order of each key. A record is a CloudEvent in binary mode: its headers say what it is,"
                            + " its value is JSON.",
                    catalog.partitionsOf(topic));
            for (String type : catalog.typesOf(topic)) {
                for (Version version : contracts.of(type, catalog.versionsOf(type))) {
                    String name = nameOf(type, version.version());
                    messages.set(name, event(version));
                    offer(channel, name);
                }
            }
        }
        for (Service service : catalog.services()) {
            service.families().forEach(family -> operate(service, family));
        }
        messages.set(RETRY, wakeUp());
        messages.set(DEAD_LETTER, deadLetter());

        document.put("asyncapi", "3.0.0");
        document.putObject("info")
                .put("title", "mo-ps")
                .put("version", "1.0.0")
                .put(
                        "description",
                        "The topics, events and consumer groups of the platform's services. Written by the build from what"
                                + " the running services say of themselves and from the released schemas. "
                                + EventPages.LEFT_OUT);
        document.put("defaultContentType", "application/json");
        document.set("channels", channels);
        document.set("operations", operations);
        ObjectNode components = document.putObject("components");
        components.set("messages", messages);
        components.putObject("schemas").set(CLOUD_EVENT, cloudEvent());
        components
                .putObject("correlationIds")
                .putObject("journey")
                .put("description", "The first event of the journey; all that follows from it has the same")
                .put("location", "$message.header#/ce_correlationid");
        return document;
    }

    private void operate(Service service, Family family) {
        String group = service.consumerGroup();
        List<String> handled = family.handles().stream()
                .flatMap(type ->
                        requireNonNull(family.versions().get(type)).stream().map(version -> nameOf(type, version)))
                .toList();
        if (!handled.isEmpty()) {
            ObjectNode receive = operation(group, "receive", family.topic(), handled);
            receive.put(
                    "description",
                    "Handles these events, each once, and skips all others."
                            + (family.callsOutside() ? " Some of them lead to a call of the outside world." : ""));
            bindGroup(receive, group);
        }
        List<String> published = family.publishes().entrySet().stream()
                .map(written -> nameOf(written.getKey(), written.getValue()))
                .toList();
        if (!published.isEmpty()) {
            operation(group, "send", family.topic(), published)
                    .put(
                            "description",
                            "Publishes these events, in these versions, with the transaction of their cause.");
        }
        for (String topic : family.retryTopics()) {
            offer(
                    channel(
                            topic,
                            "Wake-ups of " + group + ": the head of a held key is due. No business of others.",
                            family.partitions()),
                    RETRY);
            operation(group, "send", topic, List.of(RETRY)).put("description", "Asks itself to try again.");
            ObjectNode receive = operation(group, "receive", topic, List.of(RETRY));
            receive.put("description", "Runs what is due; the ledger in its database has the truth.");
            bindGroup(receive, requireNonNull(service.retryConsumerGroup()));
        }
        if (family.deadLetterTopic() != null) {
            offer(
                    channel(
                            family.deadLetterTopic(),
                            "What " + group + " could not handle, for other tools. Operators act on the ledger behind"
                                    + " /actuator/deadletters.",
                            family.partitions()),
                    DEAD_LETTER);
            operation(group, "send", family.deadLetterTopic(), List.of(DEAD_LETTER))
                    .put("description", "Gives an event up, with the reason.");
        }
    }

    private ObjectNode channel(String topic, String description, int partitions) {
        ObjectNode channel = channels.putObject(topic).put("address", topic).put("description", description);
        channel.putObject("messages");
        channel.putObject("bindings")
                .putObject("kafka")
                .put("topic", topic)
                .put("partitions", partitions)
                .put("bindingVersion", BINDINGS);
        return channel;
    }

    private static void offer(ObjectNode channel, String message) {
        ((ObjectNode) channel.path("messages")).putObject(message).put("$ref", "#/components/messages/" + message);
    }

    private ObjectNode operation(String group, String action, String topic, Collection<String> names) {
        ObjectNode operation = operations.putObject(group + "." + action + "." + topic);
        operation.put("action", action);
        operation.putObject("channel").put("$ref", "#/channels/" + topic);
        operation.putArray("tags").addObject().put("name", group);
        ArrayNode refs = operation.putArray("messages");
        names.forEach(name -> refs.addObject().put("$ref", "#/channels/" + topic + "/messages/" + name));
        return operation;
    }

    private static void bindGroup(ObjectNode operation, String group) {
        ObjectNode kafka = operation.putObject("bindings").putObject("kafka");
        kafka.putObject("groupId").put("type", "string").putArray("enum").add(group);
        kafka.put("bindingVersion", BINDINGS);
    }

    private ObjectNode event(Version version) {
        ObjectNode message = JSON.createObjectNode();
        message.put("name", version.type())
                .put("title", version.type() + " " + version.version())
                .put("summary", version.schema().path("description").asString(""))
                .put("contentType", "application/json");
        ObjectNode headers = message.putObject("headers").put("type", "object");
        ArrayNode all = headers.putArray("allOf");
        all.addObject().put("$ref", "#/components/schemas/" + CLOUD_EVENT);
        ObjectNode own = all.addObject().put("type", "object").putObject("properties");
        own.putObject("ce_type").put("type", "string").put("const", version.type());
        own.putObject("ce_dataschema").put("type", "string").put("const", version.dataSchema());
        message.set("payload", version.schema());
        message.putObject("correlationId").put("$ref", "#/components/correlationIds/journey");
        keyedBy(message, "string", "The entity whose events keep their order, the same as ce_subject");
        Sample sample = version.sample();
        if (sample != null) {
            ObjectNode example = message.putArray("examples").addObject();
            ObjectNode headersOfSample = example.putObject("headers");
            sample.headers().forEach(headersOfSample::put);
            example.set("payload", sample.payload());
        }
        return message;
    }

    private static void keyedBy(ObjectNode message, String type, String description) {
        ObjectNode kafka = message.putObject("bindings").putObject("kafka");
        kafka.putObject("key").put("type", type).put("description", description);
        kafka.put("bindingVersion", BINDINGS);
    }

    static ObjectNode cloudEvent() {
        ObjectNode headers = JSON.createObjectNode();
        headers.put("type", "object").put("description", "CloudEvents 1.0, Kafka protocol binding, binary mode");
        ArrayNode required = headers.putArray("required");
        List.of("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_dataschema")
                .forEach(required::add);
        ObjectNode properties = headers.putObject("properties");
        header(properties, "ce_specversion", "The version of CloudEvents").put("const", "1.0");
        header(properties, "ce_id", "The event: any text that is unique with its source; here a UUIDv7")
                .put("maxLength", 255);
        header(properties, "ce_type", "What happened");
        header(properties, "ce_source", "Who says so, for example /order-service")
                .put("maxLength", 255);
        header(properties, "ce_subject", "The entity, the same as the record's key");
        header(properties, "ce_time", "When it happened; without it, the record's time counts")
                .put("format", "date-time");
        header(properties, "ce_dataschema", "Type and version of the payload");
        header(properties, "content-type", "Of the value").put("const", "application/json");
        header(properties, "ce_correlationid", "The first event of the journey; without it, the event begins one");
        header(properties, "ce_causationid", "The event that led here; none where a request did");
        header(properties, "traceparent", "The W3C trace context, where there is a trace");
        return headers;
    }

    private static ObjectNode wakeUp() {
        ObjectNode message = JSON.createObjectNode();
        message.put("name", RETRY)
                .put("title", "Wake-up")
                .put("summary", "The head of a held key is due; one that does not agree with the ledger does nothing.");
        ObjectNode properties =
                message.putObject("headers").put("type", "object").putObject("properties");
        header(properties, "mops-retry-key", "SHA-256 of the held key, in hexadecimal digits");
        header(properties, "mops-retry-event", "The head, by its number in the ledger");
        header(properties, "mops-retry-version", "The version of the key's row");
        header(properties, "mops-retry-due", "When it runs at the earliest").put("format", "date-time");
        message.putObject("payload").put("type", "null").put("description", "None: it stands in the ledger");
        keyedBy(message, "string", "The key of the held event; none where it is longer than 16 KB");
        return message;
    }

    private static ObjectNode deadLetter() {
        ObjectNode message = JSON.createObjectNode();
        message.put("name", DEAD_LETTER)
                .put("title", "Dead letter")
                .put("summary", "The record as it came, whatever it was, with headers that say why it is here.");
        ObjectNode properties =
                message.putObject("headers").put("type", "object").putObject("properties");
        header(properties, "mops-dead-letter-consumer-group", "Who could not handle it");
        header(properties, "mops-dead-letter-id", "Where its ledger has it");
        header(properties, "mops-dead-letter-error-class", "What was thrown");
        header(properties, "mops-dead-letter-error-message", "And what it said");
        header(properties, "mops-dead-letter-attempts", "How often it was tried");
        header(properties, "mops-dead-letter-topic", "Where it was read");
        header(properties, "mops-dead-letter-partition", "Where it was read");
        header(properties, "mops-dead-letter-offset", "Where it was read");
        header(properties, "mops-dead-letter-first-failed-at", "When it failed first")
                .put("format", "date-time");
        header(properties, "mops-dead-letter-last-failed-at", "When it failed last")
                .put("format", "date-time");
        header(properties, "mops-dead-letter-payload", "That headers and value were left out: they are too large");
        message.putObject("payload").put("description", "The value as it came; none where it is too large");
        keyedBy(message, "string", "The key as it came");
        return message;
    }

    private static ObjectNode header(ObjectNode properties, String name, String description) {
        return properties.putObject(name).put("type", "string").put("description", description);
    }

    private static String nameOf(String type, String version) {
        return type + "-" + version;
    }

    /** A part of the document that another part refers to. */
    static JsonNode resolve(JsonNode document, JsonNode node) {
        return node.path("$ref").isString()
                ? document.at(node.path("$ref").asString().substring(1))
                : node;
    }
}
