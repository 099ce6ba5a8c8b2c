package dev.mops.system;

import static java.util.stream.Collectors.joining;

import dev.mops.system.Catalog.Family;
import dev.mops.system.Catalog.Service;
import dev.mops.system.Contracts.Version;
import dev.mops.system.Fields.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/** {@code docs/events.md}: the events for people. */
final class EventsPage {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Catalog catalog;
    private final Contracts contracts;
    private final StringBuilder page = new StringBuilder();

    private EventsPage(Catalog catalog, Contracts contracts) {
        this.catalog = catalog;
        this.contracts = contracts;
    }

    static String of(Catalog catalog, Contracts contracts) {
        EventsPage page = new EventsPage(catalog, contracts);
        page.write();
        return page.page.toString();
    }

    private void write() {
        line("# Events");
        line("");
        line(
                "What the services tell each other: who publishes it, who handles it, what it holds. The same for machines is");
        line(
                "[asyncapi.json](asyncapi.json), AsyncAPI 3, and [asyncapi.html](asyncapi.html) shows that, without anything from");
        line(
                "elsewhere. The build writes all three from what the running services say of themselves (`/actuator/events`) and from the");
        line("released schemas, and fails where they are stale. This brings them up to date:");
        line("");
        line("    " + EventDocsTest.COMMAND);
        line("");
        line("An event never changes; how one gets a new version: [changing an event](changing-events.md).");
        line("");
        line("| event | published by | handled by | versions |");
        line("| --- | --- | --- | --- |");
        for (String topic : catalog.topics()) {
            for (String type : catalog.typesOf(topic)) {
                line("| [`%s`](#%s) | %s | %s | %s |"
                        .formatted(
                                type,
                                type.replace(".", ""),
                                names(catalog.publishersOf(type)),
                                names(catalog.handlersOf(type)),
                                versions(type)));
            }
        }
        line("");
        line(
                "The version that is written stands in bold; the others are read. The fields of each version alone are in");
        line("[asyncapi.html](asyncapi.html).");
        topics();
        envelope();
        for (String topic : catalog.topics()) {
            catalog.typesOf(topic).forEach(this::event);
        }
    }

    private void topics() {
        line("");
        line("## Topics");
        line("");
        line("| topic | partitions | holds | written by | read by |");
        line("| --- | --- | --- | --- | --- |");
        for (String topic : catalog.topics()) {
            line("| `%s` | %d | events, keyed by the entity | %s | %s |"
                    .formatted(
                            topic,
                            catalog.partitionsOf(topic),
                            names(groups(topic, family -> !family.publishes().isEmpty())),
                            names(groups(topic, family -> !family.handles().isEmpty()))));
        }
        for (Service service : catalog.services()) {
            for (Family family : service.families()) {
                String group = names(List.of(service.consumerGroup()));
                for (String topic : family.retryTopics()) {
                    line("| `%s` | %d | wake-ups of held keys | %s | %s |"
                            .formatted(topic, family.partitions(), group, group));
                }
                if (family.deadLetterTopic() != null) {
                    line("| `%s` | %d | dead letters, for other tools | %s | |"
                            .formatted(family.deadLetterTopic(), family.partitions(), group));
                }
            }
        }
    }

    private List<String> groups(String topic, Predicate<Family> does) {
        return catalog.services().stream()
                .filter(service -> service.families().stream()
                        .anyMatch(family -> family.topic().equals(topic) && does.test(family)))
                .map(Service::consumerGroup)
                .toList();
    }

    private void envelope() {
        line("");
        line("## Headers of each event");
        line("");
        line(
                "A record is a [CloudEvent](https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/kafka-protocol-binding.md) in");
        line("binary mode: its key is the entity, its headers say what it is, its value is JSON in UTF-8.");
        line("");
        line("| header | type | there | meaning |");
        line("| --- | --- | --- | --- |");
        for (Field header : Fields.of(AsyncApi.cloudEvent())) {
            row(header, header.required() ? "always" : "may be missing");
        }
    }

    private void event(String type) {
        List<Version> versions = contracts.of(type);
        Version newest = versions.getLast();
        line("");
        line("## " + type);
        line("");
        line(newest.schema().path("description").asString(""));
        line("");
        line("Published by " + names(catalog.publishersOf(type)) + "; handled by " + names(catalog.handlersOf(type))
                + ". Versions: " + versions(type) + ".");
        line("");
        line("| field | type | there | meaning |");
        line("| --- | --- | --- | --- |");
        fields(versions);
        line("");
        line("A record of " + newest.version() + ":");
        line("");
        line("```");
        line("key: " + newest.key());
        newest.headers().forEach((name, value) -> line(name + ": " + value));
        line("");
        line(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(newest.payload()));
        line("```");
    }

    /** Those of the newest version, then what only others have. */
    private void fields(List<Version> versions) {
        Map<String, List<String>> present = new LinkedHashMap<>();
        Map<String, Field> fields = new LinkedHashMap<>();
        for (Version version : versions.reversed()) {
            for (Field field : Fields.of(version.schema())) {
                fields.putIfAbsent(field.path(), field);
                present.computeIfAbsent(field.path(), path -> new ArrayList<>()).addFirst(version.version());
            }
        }
        fields.forEach((path, field) -> row(field, there(field, present.getOrDefault(path, List.of()), versions)));
    }

    private static String there(Field field, List<String> present, List<Version> versions) {
        String there = field.required() ? "always" : "optional";
        if (present.size() == versions.size()) {
            return there;
        }
        return there
                + (present.getLast().equals(versions.getLast().version())
                        ? ", from " + present.getFirst()
                        : ", up to " + present.getLast());
    }

    private void row(Field field, String there) {
        line("| `%s` | %s | %s | %s |".formatted(field.path(), cell(field.type()), there, cell(field.description())));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }

    private String versions(String type) {
        return contracts.of(type).stream()
                .map(Version::version)
                .map(version -> catalog.writtenOf(type).contains(version) ? "**" + version + "**" : version)
                .collect(joining(", "));
    }

    private static String names(List<String> groups) {
        return groups.isEmpty()
                ? "nobody"
                : groups.stream()
                        .map(group -> "[%s](canvas/%s.md)".formatted(group.replaceFirst("-service$", ""), group))
                        .collect(joining(", "));
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
