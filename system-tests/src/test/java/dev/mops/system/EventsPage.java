package dev.mops.system;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import dev.mops.system.Catalog.Family;
import dev.mops.system.Catalog.Service;
import dev.mops.system.Contracts.Sample;
import dev.mops.system.Contracts.Version;
import dev.mops.system.Fields.Field;
import java.util.ArrayList;
import java.util.HashMap;
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
        line("    " + EventPages.COMMAND);
        line("");
        line(EventPages.LEFT_OUT);
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
        wire();
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

    private void wire() {
        line("");
        line("## On the wire");
        line("");
        line(
                "What the key and the headers of a record are, what its readers and writers owe: [an event on the wire](wire-format.md).");
    }

    private void event(String type) {
        List<Version> versions = contracts.of(type, catalog.versionsOf(type));
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
        Sample sample = newest.sample();
        if (sample != null) {
            line("");
            line("A record of " + newest.version() + ":");
            line("");
            line("```");
            line("key: " + sample.key());
            sample.headers().forEach((name, value) -> line(name + ": " + value));
            line("");
            line(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(sample.payload()));
            line("```");
        }
    }

    /** Those of the newest version, then what others have, or have otherwise. */
    private void fields(List<Version> versions) {
        // By all but the description, of which the newest counts.
        Map<Field, List<String>> present = new LinkedHashMap<>();
        Map<Field, String> descriptions = new HashMap<>();
        for (Version version : versions.reversed()) {
            for (Field described : Fields.of(version.schema())) {
                Field field = new Field(described.path(), described.type(), described.required(), "");
                present.computeIfAbsent(field, _ -> new ArrayList<>()).addFirst(version.version());
                descriptions.putIfAbsent(field, described.description());
            }
        }
        List<String> all = versions.stream().map(Version::version).toList();
        present.forEach((field, in) -> line("| `%s` | %s | %s | %s |"
                .formatted(
                        field.path(),
                        cell(field.type()),
                        (field.required() ? "always" : "optional") + among(in, all),
                        cell(requireNonNull(descriptions.get(field))))));
    }

    private static String among(List<String> in, List<String> all) {
        if (in.equals(all)) {
            return "";
        }
        if (in.equals(all.subList(all.size() - in.size(), all.size()))) {
            return ", from " + in.getFirst();
        }
        return in.equals(all.subList(0, in.size())) ? ", up to " + in.getLast() : ", in " + String.join(", ", in);
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }

    private String versions(String type) {
        return catalog.versionsOf(type).stream()
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
